"""A parcel comes out of an open master box again."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.depot import queries as depot
from entrepot.depot.rules import parcels as rules
from entrepot.depot.services import unpack_parcel
from entrepot.depot.terms import Parcel, ParcelState
from entrepot.orders import queries as orders
from entrepot.orders.services import step_back
from entrepot.orders.terms import Stage
from entrepot.parties.terms import Viewer


@transaction.atomic(durable=True)
def unpack(*, viewer: Viewer, barcode: str, at: datetime) -> Parcel:
    """Take a parcel out of its box: it lies in the depot as received. Repeating it changes nothing.

    Raises NotYours, BarcodeUnreadable, ParcelUnknown, ParcelMoved once the box has left. SQL: 12 statements.
    """
    code = rules.parcel_barcode(scanned=barcode)
    seen = depot.parcel_by_barcode(viewer=viewer, barcode=code)
    locks.take(
        *orders.rows_of_consignment(consignment_id=seen.consignment_id, merchant_id=seen.merchant_id),
        depot.rows_of_parcels(parcels=[seen]),
        *([depot.rows_of_box(box_id=seen.box_id)] if seen.box_id else []),
    )
    parcel = depot.parcel_by_barcode(viewer=viewer, barcode=code)
    if parcel.state is not ParcelState.RECEIVED:
        unpack_parcel(parcel=parcel, at=at)
        step_back(consignment_id=parcel.consignment_id, merchant_id=parcel.merchant_id, stage=Stage.PACKED, at=at)
    return depot.parcel_by_barcode(viewer=viewer, barcode=code)
