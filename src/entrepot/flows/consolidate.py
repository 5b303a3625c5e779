"""House parcels go into a master box."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.depot import queries as depot
from entrepot.depot.rules import parcels as rules
from entrepot.depot.services import open_box, pack_parcels
from entrepot.depot.terms import Box, BoxEmpty
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignments
from entrepot.orders.terms import Verb
from entrepot.parties.terms import Viewer


@transaction.atomic(durable=True)
def consolidate(*, viewer: Viewer, consignment_refs: Sequence[str], box_ref: str | None, at: datetime) -> Box:
    """Put the parcels of these consignments into an open box, or into a new one; all of them or none.

    Only parcels of one destination and one way in share a box; under retail CBEC each stays one order under its own
    house waybill. Parcels that lie in the box already stay. Raises NotYours, ParcelUnknown, ParcelMoved, BoxUnknown,
    BoxClosed, BoxMismatch, BoxTooHeavy, BoxEmpty. SQL: 14 statements, however many parcels.
    """
    seen = depot.parcels_of_consignments(viewer=viewer, consignment_refs=consignment_refs)
    if not seen:
        raise BoxEmpty
    known = depot.box(viewer=viewer, ref=box_ref) if box_ref else None
    locks.take(
        orders.rows_of_consignments(consignments=[(one.consignment_id, one.merchant_id) for one in seen]),
        depot.rows_of_parcels(parcels=seen),
        *([depot.rows_of_box(box_id=known.id)] if known else []),
    )
    parcels = depot.parcels_of_consignments(viewer=viewer, consignment_refs=consignment_refs)
    # Sent twice, the first time made the box: the second one finds the parcels in it.
    box_id = known.id if known else rules.box_shared(parcels=parcels)
    box = depot.box_by_id(box_id=box_id) if box_id else None
    if box is None:
        first = parcels[0]
        box = open_box(site_code=first.site, destination=first.destination, mode=first.mode, at=at)
    packed = rules.to_pack(parcels=parcels, box=box)
    if packed:
        pack_parcels(parcels=packed, box=box, at=at)
        move_consignments(consignments=[(one.consignment_id, one.merchant_id) for one in packed], verb=Verb.PACK, at=at)
    return depot.box_by_id(box_id=box.id)
