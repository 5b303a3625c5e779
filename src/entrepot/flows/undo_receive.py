"""A scan at the depot was a mistake."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.depot import queries as depot
from entrepot.depot.rules import parcels as rules
from entrepot.depot.services import take_back_receipt
from entrepot.depot.terms import Parcel, ParcelState
from entrepot.orders import queries as orders
from entrepot.orders.services import step_back
from entrepot.orders.terms import Stage
from entrepot.parties.terms import Viewer


@transaction.atomic(durable=True)
def undo_receive(*, viewer: Viewer, barcode: str, at: datetime) -> Parcel:
    """The parcel is not here after all: it is expected again. Repeating it changes nothing.

    Raises NotYours, BarcodeUnreadable, ParcelUnknown, ParcelMoved once it lies in a box. SQL: 12 statements.
    """
    code = rules.parcel_barcode(scanned=barcode)
    seen = depot.parcel_by_barcode(viewer=viewer, barcode=code)
    locks.take(
        *orders.rows_of_consignment(consignment_id=seen.consignment_id, merchant_id=seen.merchant_id),
        depot.rows_of_parcels(parcels=[seen]),
    )
    parcel = depot.parcel_by_barcode(viewer=viewer, barcode=code)
    if parcel.state is not ParcelState.EXPECTED:
        take_back_receipt(parcel=parcel, at=at)
        step_back(consignment_id=parcel.consignment_id, merchant_id=parcel.merchant_id, stage=Stage.RECEIVED, at=at)
    return depot.parcel_by_barcode(viewer=viewer, barcode=code)
