"""One house parcel: where it is, what is in it, where it goes."""

import re
from datetime import UTC, datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

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
    refuse_at_customs(
        viewer=viewer,
        consignment_ref=parcel.consignment_ref,
        said=amount_of(request.POST.get("total", "")),
        at=clock.now(),
    )
    messages.success(request, _("Written down. The shopper is asked what to do; their money stays held."))
    return HttpResponseRedirect(reverse("depot-parcel", args=[barcode]))


@require_POST
@depot_only
def returned(request: HttpRequest, barcode: str) -> HttpResponse:
    """The parcel is back in the customs zone; `cleared` is the day customs had released it."""
    viewer = viewer_of(request)
    parcel = depot.parcel_by_barcode(viewer=viewer, barcode=barcode)
    cleared = parse_date(request.POST.get("cleared", ""))
    at = clock.now()
    return_to_zone(
        viewer=viewer,
        consignment_ref=parcel.consignment_ref,
        cleared_at=datetime.combine(cleared, time(), tzinfo=UTC) if cleared else parcel.expected_at,
        at=at,
    )
    messages.success(request, _("Written down. The importer's yearly allowance is free again."))
    return HttpResponseRedirect(reverse("depot-parcel", args=[barcode]))


def amount_of(typed: str) -> Money | None:
    """An amount in renminbi as it was typed; nothing when it is none."""
    plain = typed.strip().replace(",", "")
    return Money.parse(plain, "CNY") if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", plain) else None
