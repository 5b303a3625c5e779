"""One house parcel: where it is, what is in it, where it goes."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from entrepot.depot import queries as depot
from entrepot.depot.rules.parcels import Scanned, scan_read
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
