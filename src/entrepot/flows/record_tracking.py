"""Follow the carrier's news about a shipment, up to the shopper's door."""

from datetime import datetime

from django.db import transaction

from entrepot.allowance.services import use_allowance
from entrepot.base import locks
from entrepot.carriage import queries as carriage
from entrepot.carriage import rules as carriage_rules
from entrepot.carriage.services import record_sighting
from entrepot.carriage.terms import CarrierEvent
from entrepot.depot import queries as depot
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignments
from entrepot.orders.terms import Verb
from entrepot.payments.services import schedule_releases


@transaction.atomic(durable=True)
def record_tracking(*, event: CarrierEvent, at: datetime) -> None:
    """Write down where a shipment was seen; delivered consignments have their money due after the channel's days.

    News may come twice, late and in any order; of a master box it may be about one house parcel or about all. The
    day of delivery is the carrier's, never later than `at`. Raises NoShipment.
    SQL: 6 statements, 14 on delivery, 17 of retail imports into China.
    """
    shipment = carriage.shipment_by_reference(reference=event.reference)
    arrived = carriage_rules.means_delivered(event=event)
    moved = _consignments(shipment.subject, shipment.subject_id, shipment.merchant_id, event.house) if arrived else []
    locks.take(
        orders.rows_of_consignments(consignments=moved),
        carriage.shipment_rows(shipment_id=shipment.id, merchant_id=shipment.merchant_id),
    )
    record_sighting(shipment=shipment, event=event, at=at)
    if not moved:
        return
    move_consignments(consignments=moved, verb=Verb.DELIVER, at=min(event.at, at))
    schedule_releases(releases=orders.release_dates(consignments=moved))
    use_allowance(parts=orders.counted_parts(consignments=moved), at=at)


def _consignments(subject: str, subject_id: int, merchant_id: int, house: str) -> list[tuple[int, int]]:
    """Whose parcels the news is about: (consignment, merchant)."""
    if subject == "consignment":
        return [(subject_id, merchant_id)]
    inside = depot.parcels_in(box_id=subject_id)
    return [(one.consignment_id, one.merchant_id) for one in inside if house in ("", one.barcode)]
