"""A house parcel comes into the depot."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.depot import queries as depot
from entrepot.depot.rules import parcels as rules
from entrepot.depot.services import record_receipt
from entrepot.depot.terms import ParcelState, Received
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignment
from entrepot.orders.terms import Verb
from entrepot.parties.terms import Viewer


@transaction.atomic(durable=True)
def receive_parcel(*, viewer: Viewer, barcode: str, grams: int | None, at: datetime) -> Received:
    """Depot staff scan a parcel: it is in. Scanning it again changes nothing and says so.

    barcode: as scanned or typed. grams: from the scale, None when it is weighed later; more than a tenth off the
    declared weight marks it. Raises NotYours, BarcodeUnreadable, ParcelUnknown, WeightImpossible. SQL: 12 statements.
    """
    code = rules.parcel_barcode(scanned=barcode)
    seen = depot.parcel_by_barcode(viewer=viewer, barcode=code)
    locks.take(
        *orders.rows_of_consignment(consignment_id=seen.consignment_id, merchant_id=seen.merchant_id),
        depot.rows_of_parcels(parcels=[seen]),
    )
    parcel = depot.parcel_by_barcode(viewer=viewer, barcode=code)
    if parcel.state is not ParcelState.EXPECTED:
        return Received(parcel, again=True)
    weighed = None if grams is None else rules.weight_checked(grams=grams)
    record_receipt(parcel=parcel, viewer=viewer, grams=weighed, at=at)
    move_consignment(consignment_id=parcel.consignment_id, merchant_id=parcel.merchant_id, verb=Verb.RECEIVE, at=at)
    return Received(depot.parcel_by_barcode(viewer=viewer, barcode=code), again=False)
