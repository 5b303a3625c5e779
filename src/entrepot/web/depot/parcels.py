"""One house parcel: where it is, what is in it, where it goes."""

import re
from datetime import datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.allowance.rules import BEIJING
from entrepot.base import clock
from entrepot.depot import queries as depot
from entrepot.depot.rules.parcels import Scanned, scan_read
from entrepot.flows.refuse_at_customs import refuse_at_customs
from entrepot.flows.return_to_zone import return_to_zone
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.web.depot.desk import shown
from entrepot.web.viewer import depot_only, viewer_of


@depot_only
def find(request: HttpRequest) -> HttpResponse:
    """To whatever a barcode belongs to."""
    kind, code = scan_read(scanned=request.GET.get("q", ""))
    if kind is Scanned.BOX:
        return HttpResponseRedirect(reverse("depot-box", args=[depot.box(viewer=viewer_of(request), ref=code).ref]))
    return HttpResponseRedirect(reverse("depot-parcel", args=[code]))


@depot_only
def show(request: HttpRequest, barcode: str) -> HttpResponse:
    viewer = viewer_of(request)
    parcel = depot.parcel_by_barcode(viewer=viewer, barcode=barcode)
    values: dict[str, object] = {
        "parcel": parcel,
        "consignment": orders.consignment(viewer=viewer, ref=parcel.consignment_ref),
        "box": depot.box_of(merchant_id=parcel.merchant_id, consignment_id=parcel.consignment_id),
        "papers": depot.declaration_of(merchant_id=parcel.merchant_id, consignment_id=parcel.consignment_id),
    }
    return shown(request, "depot/parcel.html", depot.site(code=parcel.site), values)


@require_POST
@depot_only
def refused(request: HttpRequest, barcode: str) -> HttpResponse:
    """Customs refused the parcel for the importer's yearly allowance; `total` is what they say is used, if they do."""
    viewer = viewer_of(request)
    parcel = depot.parcel_by_barcode(viewer=viewer, barcode=barcode)
    typed = request.POST.get("total", "").strip()
    said = amount_of(typed)
    if typed and said is None:
        # What customs say counts for good, so it is not guessed at.
        messages.error(request, _("Write the amount in yuan, such as 12,345.60, or leave it empty."))
        return HttpResponseRedirect(reverse("depot-parcel", args=[barcode]))
    refuse_at_customs(viewer=viewer, consignment_ref=parcel.consignment_ref, said=said, at=clock.now())
    messages.success(request, _("Written down. The shopper is asked what to do; their money stays held."))
    return HttpResponseRedirect(reverse("depot-parcel", args=[barcode]))


@require_POST
@depot_only
def returned(request: HttpRequest, barcode: str) -> HttpResponse:
    """The parcel is back in the customs zone; `cleared` is the day customs had released it, which is not guessed."""
    viewer = viewer_of(request)
    parcel = depot.parcel_by_barcode(viewer=viewer, barcode=barcode)
    cleared_at = day_of(request.POST.get("cleared", ""))
    if cleared_at is None:
        messages.error(request, _("Say on which day customs released it."))
        return HttpResponseRedirect(reverse("depot-parcel", args=[barcode]))
    return_to_zone(viewer=viewer, consignment_ref=parcel.consignment_ref, cleared_at=cleared_at, at=clock.now())
    messages.success(request, _("Written down. The importer's yearly allowance is free again."))
    return HttpResponseRedirect(reverse("depot-parcel", args=[barcode]))


def day_of(typed: str) -> datetime | None:
    """The beginning of a day by Beijing's clock as a form gives it; nothing when it is none."""
    try:
        day = parse_date(typed.strip())
    except ValueError:
        return None
    return datetime.combine(day, time(), tzinfo=BEIJING) if day else None


def amount_of(typed: str) -> Money | None:
    """An amount in renminbi as it was typed; nothing when it is none."""
    plain = typed.strip().replace(",", "")
    return Money.parse(plain, "CNY") if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", plain) else None
