"""Buying labels, taking the carrier's messages, and asking the carrier when it has been silent."""

from datetime import timedelta
from typing import Final

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from entrepot.base import clock
from entrepot.base.outbox import defer
from entrepot.carriage import queries
from entrepot.carriage.adapters import carrier
from entrepot.carriage.services import mark_asked, record_label, refuse_label, settle_message
from entrepot.carriage.terms import CarrierDown, CarrierRefuses, ShipmentState
from entrepot.flows.record_tracking import record_tracking
from entrepot.kernel.errors import NotFound, Refused

SILENT: Final = timedelta(minutes=2)
KEPT_ASKING: Final = timedelta(days=3)
# After these the sweep takes over, so nothing is given up; it only waits longer.
_RETRY: Final = RetryStrategy(max_attempts=8, exponential_wait=2, retry_exceptions={CarrierDown})


@app.task(name="carriage.buy_label", retry=_RETRY)
def buy_label(*, shipment_id: int, merchant_id: int) -> None:
    """Buy a wanted label under our reference: the carrier sells it once, however often we ask."""
    shipment = queries.shipment(merchant_id=merchant_id, shipment_id=shipment_id)
    if shipment.state is not ShipmentState.WANTED:
        return
    reference, ask = queries.label_ask(merchant_id=merchant_id, shipment_id=shipment_id)
    try:
        bought = carrier().buy(reference=reference, ask=ask)
    except CarrierRefuses as refusal:
        why = str(refusal.facts.get("why", ""))
        refuse_label(merchant_id=merchant_id, shipment_id=shipment_id, why=why, at=clock.now())
        return
    record_label(merchant_id=merchant_id, shipment_id=shipment_id, bought=bought, at=clock.now())


@app.task(name="carriage.take_event")
def take_event(*, event_ref: str) -> None:
    """Follow one kept message. One we cannot follow yet stays in the inbox with the reason, for the sweep."""
    found = queries.message(event_ref=event_ref)
    if found is None or found[1]:
        return
    try:
        record_tracking(event=found[0], at=clock.now())
    except (NotFound, Refused) as not_now:
        settle_message(event_ref=event_ref, at=clock.now(), trouble=not_now.code)
        return
    settle_message(event_ref=event_ref, at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="carriage.poll", queueing_lock="carriage.poll")
def poll(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """What the webhooks and the first tries have left: labels not bought, messages not taken, shipments gone silent."""
    before = clock.now() - SILENT
    for event_ref in queries.waiting_messages(since=before - KEPT_ASKING, before=before):
        take_event(event_ref=event_ref)
    for merchant_id, shipment_id, state, carrier_ref in queries.shipments_to_ask_about(before=before):
        mark_asked(merchant_id=merchant_id, shipment_id=shipment_id, at=clock.now())
        if state == ShipmentState.WANTED.value:
            defer(
                "carriage.buy_label",
                once=f"carriage.buy_label:{shipment_id}",
                shipment_id=shipment_id,
                merchant_id=merchant_id,
            )
            continue
        _ask_about(carrier_ref)


def _ask_about(carrier_ref: str) -> None:
    try:
        news = carrier().news(carrier_ref=carrier_ref)
    except CarrierRefuses:
        # The carrier has forgotten it; the next sweep asks again, the others are not held up.
        return
    for event in news:
        record_tracking(event=event, at=clock.now())
