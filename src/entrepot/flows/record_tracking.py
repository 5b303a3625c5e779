"""Follow the carrier's news about a shipment."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.carriage import queries as carriage
from entrepot.carriage.services import record_sighting
from entrepot.carriage.terms import CarrierEvent


@transaction.atomic(durable=True)
def record_tracking(*, event: CarrierEvent, at: datetime) -> None:
    """Write down where a shipment was seen; news may come twice, late and in any order.

    Raises NoShipment. SQL: 6 statements; a repeat 4.
    """
    shipment = carriage.shipment_by_reference(reference=event.reference)
    locks.take(carriage.shipment_rows(shipment_id=shipment.id, merchant_id=shipment.merchant_id))
    record_sighting(shipment=shipment, event=event, at=at)
