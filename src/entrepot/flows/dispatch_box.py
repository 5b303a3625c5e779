"""A master box leaves the depot with its papers."""

from datetime import datetime

from django.db import transaction

from entrepot.allowance import queries as allowance
from entrepot.base import locks
from entrepot.carriage.services import want_label
from entrepot.depot import queries as depot
from entrepot.depot.rules import handover
from entrepot.depot.services import close_box, write_declarations
from entrepot.depot.terms import Box, BoxChanged, BoxEmpty, BoxState
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignments
from entrepot.orders.terms import Verb
from entrepot.parties import queries as parties
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments


@transaction.atomic(durable=True)
def dispatch_box(*, viewer: Viewer, box_ref: str, at: datetime) -> Box:
    """Close a box: customs data is written for every parcel, a job buys the air waybill, all consignments are on
    their way. Repeating it changes nothing.

    Raises NotYours, BoxUnknown, BoxEmpty, BoxChanged. SQL: 27 statements, however many parcels;
    28 with retail imports into China.
    """
    box = depot.box(viewer=viewer, ref=box_ref)
    inside = depot.parcels_in(box_id=box.id)
    pairs = [(one.consignment_id, one.merchant_id) for one in inside]
    locks.take(
        orders.rows_of_consignments(consignments=pairs),
        depot.rows_of_parcels(parcels=inside),
        depot.rows_of_box(box_id=box.id),
    )
    box, parcels = depot.box_by_id(box_id=box.id), depot.parcels_in(box_id=box.id)
    if box.state is BoxState.DISPATCHED:
        return box
    if not parcels:
        raise BoxEmpty
    if {one.id for one in parcels} - {one.id for one in inside}:
        # Put in while we waited: its consignment is not locked, and nobody has seen it in this box yet.
        raise BoxChanged(box=box.barcode)
    pairs = [(one.consignment_id, one.merchant_id) for one in parcels]
    consignments = orders.consignments_by_id(consignments=pairs)
    merchants = parties.merchants_by_id(merchant_ids=[one.merchant_id for one in parcels])
    paid = payments.payments_of_orders(orders=[(one.order_id, one.shopper_id) for one in consignments.values()])
    site = depot.site(code=box.site)
    known = allowance.identities_of_orders(orders=[(one.order_id, one.shopper_id) for one in consignments.values()])
    papers = [
        (
            parcel,
            handover.papers_for(
                parcel=parcel,
                consignment=consignments[parcel.consignment_id],
                payment=paid.get(consignments[parcel.consignment_id].order_id),
                merchant=merchants[parcel.merchant_id],
                site=site,
                identity=known.get(consignments[parcel.consignment_id].order_id),
                at=at,
            ),
        )
        for parcel in parcels
    ]
    write_declarations(box=box, papers=papers, at=at)
    contents = [(parcel, consignments[parcel.consignment_id]) for parcel in parcels]
    want_label(ask=handover.air_shipment(box=box, site=site, contents=contents), at=at)
    close_box(box=box, parcels=parcels, at=at)
    move_consignments(consignments=pairs, verb=Verb.DISPATCH, at=at)
    return depot.box_by_id(box_id=box.id)
