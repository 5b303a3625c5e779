"""What is printed: parcel and box labels, the manifest, the customs papers; and the same data for machines."""

import json

from django.http import HttpRequest, HttpResponse

from entrepot.allowance.services import read_identities
from entrepot.allowance.terms import Identity, ReadFor
from entrepot.base import clock
from entrepot.carriage import queries as carriage
from entrepot.carriage.terms import MARKETPLACE
from entrepot.channels.terms import Route
from entrepot.depot import queries as depot
from entrepot.depot.rules import cbec
from entrepot.depot.terms import Declaration, Fields, PaperKind
from entrepot.orders import queries as orders
from entrepot.web.depot.desk import shown
from entrepot.web.viewer import depot_only, signed_in, viewer_of


@depot_only
def show(request: HttpRequest, box: str) -> HttpResponse:
    """The manifest of a box and the papers of each parcel, to be printed or filed."""
    viewer = viewer_of(request)
    found = depot.box(viewer=viewer, ref=box)
    values: dict[str, object] = {
        "box": found,
        "parcels": depot.parcels_in(box_id=found.id),
        "papers": with_waybill(depot.declarations(viewer=viewer, box_id=found.id), number_of(found.id)),
        "number": number_of(found.id),
    }
    return shown(request, "depot/papers.html", depot.site(code=found.site), values)


@depot_only
def data(request: HttpRequest, box: str) -> HttpResponse:
    """The papers as JSON, for the program that files them, with identity numbers in the clear: that is written down."""
    viewer = viewer_of(request)
    found = depot.box(viewer=viewer, ref=box)
    number = number_of(found.id)
    papers = with_waybill(depot.declarations(viewer=viewer, box_id=found.id), number)
    inside = depot.parcels_in(box_id=found.id)
    places = orders.consignments_by_id(consignments=[(one.consignment_id, one.merchant_id) for one in inside])
    identities = read_identities(
        viewer=viewer,
        orders=[(one.order_id, one.shopper_id) for one in places.values()],
        why=ReadFor.CUSTOMS_PAPERS,
        subject=found.barcode,
        at=clock.now(),
    )
    written = [
        {
            "consignment": one.consignment_ref,
            "house_waybill": one.parcel_barcode,
            "master_waybill": number,
            "kind": one.papers.kind.value,
            "missing": list(one.papers.missing),
            "notes": list(one.papers.notes),
            "fields": _filed(one, identities.get(places[one.consignment_id].order_id)),
        }
        for one in papers
    ]
    answer = HttpResponse(json.dumps(written, ensure_ascii=False, indent=2), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{found.barcode}.json"'
    return answer


def _filed(declaration: Declaration, identity: Identity | None) -> Fields:
    if identity is None or declaration.papers.kind is not PaperKind.CBEC:
        return declaration.papers.fields
    return cbec.with_identity(fields=declaration.papers.fields, identity=identity)


@depot_only
def box_label(request: HttpRequest, box: str) -> HttpResponse:
    found = depot.box(viewer=viewer_of(request), ref=box)
    return shown(
        request, "depot/box_label.html", depot.site(code=found.site), {"box": found, "number": number_of(found.id)}
    )


@depot_only
def waybill(request: HttpRequest, box: str) -> HttpResponse:
    """The carrier's own label for the box."""
    found = depot.box(viewer=viewer_of(request), ref=box)
    return _pdf(carriage.label_pdf(merchant_id=MARKETPLACE, subject="box", subject_id=found.id), found.barcode)


@signed_in
def parcel_label(request: HttpRequest, consignment: str) -> HttpResponse:
    """What a merchant puts on a parcel: the label for the depot, or the carrier's own when it goes direct."""
    view = orders.consignment(viewer=viewer_of(request), ref=consignment)
    if view.route is Route.DIRECT:
        label = carriage.label_pdf(merchant_id=view.merchant_id, subject="consignment", subject_id=view.id)
        return _pdf(label, view.barcode)
    site = depot.site_serving(country=view.ship_from)
    parcel = depot.parcel_of(merchant_id=view.merchant_id, consignment_id=view.id)
    return shown(request, "depot/parcel_label.html", site, {"consignment": view, "parcel": parcel})


def number_of(box_id: int) -> str:
    """The master air waybill's number, empty until it has been bought."""
    shipment = carriage.shipment_of(merchant_id=MARKETPLACE, subject="box", subject_id=box_id)
    return shipment.tracking_number if shipment else ""


def with_waybill(papers: tuple[Declaration, ...], number: str) -> tuple[Declaration, ...]:
    """The papers with the master air waybill put in where they name it."""
    for declaration in papers:
        for message in declaration.papers.fields.values():
            if isinstance(message, dict):
                _put_in(message, number)
    return papers


def _put_in(message: Fields, number: str) -> None:
    if "billNo" in message:
        message["billNo"] = number


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
