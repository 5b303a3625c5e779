"""Wanting and keeping labels, taking the carrier's messages, writing down where a shipment was seen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from django.db import connection, transaction
from standardwebhooks import Webhook, WebhookVerificationError

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import defer, tell
from entrepot.carriage import queries, rules
from entrepot.carriage.models import CarrierMessageRow, ShipmentRow, TrackingRow
from entrepot.carriage.terms import (
    Bought,
    CarrierEvent,
    EventUnsigned,
    RateCard,
    Shipment,
    ShipmentAsk,
    ShipmentState,
    Sighting,
    Step,
)

TROUBLE_MAX: Final = 500


@transaction.atomic
def set_rate_card(*, card: RateCard) -> None:
    """A price from a day on; the same day again replaces that day's row. What was quoted before is not touched."""
    connection.cursor().execute(
        """INSERT INTO carriage_rate_card (route, from_country, to_country, level, base_minor, step_minor, currency, step_grams,
                                           grams_max, days_min, days_max, valid_from, valid_until, source)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
           ON CONFLICT (route, from_country, to_country, level, valid_from) DO UPDATE
           SET base_minor = EXCLUDED.base_minor, step_minor = EXCLUDED.step_minor, currency = EXCLUDED.currency,
               step_grams = EXCLUDED.step_grams, grams_max = EXCLUDED.grams_max, days_min = EXCLUDED.days_min,
               days_max = EXCLUDED.days_max, valid_until = EXCLUDED.valid_until, source = EXCLUDED.source""",
        [
            card.route.value,
            card.from_country,
            card.to_country,
            card.level.value,
            card.base.minor,
            card.step.minor,
            card.base.currency,
            card.step_grams,
            card.grams_max,
            card.days_min,
            card.days_max,
            card.valid_from,
            card.valid_until,
            card.source,
        ],
    )
    queries.forget()


@transaction.atomic
def want_label(*, ask: ShipmentAsk, at: datetime) -> Shipment:
    """Have a label bought for a consignment or box; the job buys it. One for each, however often it is wanted.

    After a refusal the wish is renewed with the new data; a label that is bought or being bought stays as it is.
    """
    facts = msgspec.to_builtins(ask)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO carriage_shipment AS s (id, merchant_id, ref, subject, subject_id, service, state, sender,
                   recipient, parcels, customs, carrier_ref, tracking_number, track_url, label_url, step, trouble,
                   created_at)
               VALUES (%s, %s, %s, %s, %s, %s, 'wanted', %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb, '', '', '', '', '',
                   '', %s)
               ON CONFLICT (merchant_id, subject, subject_id) DO UPDATE
               SET state = 'wanted', trouble = '', sender = EXCLUDED.sender, recipient = EXCLUDED.recipient,
                   parcels = EXCLUDED.parcels, customs = EXCLUDED.customs, ref = EXCLUDED.ref
               WHERE s.state = 'refused' AND s.merchant_id = EXCLUDED.merchant_id
               RETURNING s.id""",
            [
                new_id(owner=ask.merchant_id),
                ask.merchant_id,
                new_reference("shp"),
                ask.subject,
                ask.subject_id,
                ask.service.value,
                *(msgspec.json.encode(facts[part]).decode() for part in ("sender", "recipient", "parcels", "customs")),
                at,
            ],
        )
        new = cursor.fetchone()
    if new:
        defer("carriage.buy_label", shipment_id=new[0], merchant_id=ask.merchant_id)
    found = queries.shipment_of(merchant_id=ask.merchant_id, subject=ask.subject, subject_id=ask.subject_id)
    assert found is not None
    return found


@transaction.atomic
def record_label(*, merchant_id: int, shipment_id: int, bought: Bought, at: datetime) -> None:
    """Keep the label the carrier sold. Repeating it changes nothing."""
    changed = ShipmentRow.objects.filter(
        merchant_id=merchant_id, id=shipment_id, state=ShipmentState.WANTED.value
    ).update(
        state=ShipmentState.BOUGHT.value,
        carrier_ref=bought.carrier_ref,
        tracking_number=bought.tracking_number,
        track_url=bought.track_url,
        label_url=bought.label_url,
        label_pdf=bought.label_pdf,
        bought_at=at,
        trouble="",
    )
    if changed:
        tell("carriage.label_bought", subject=shipment_id, owner=merchant_id, at=at)


@transaction.atomic
def refuse_label(*, merchant_id: int, shipment_id: int, why: str, at: datetime) -> None:
    """The carrier will not take the shipment: whoever wanted it must change something. Repeating changes nothing."""
    changed = ShipmentRow.objects.filter(
        merchant_id=merchant_id, id=shipment_id, state=ShipmentState.WANTED.value
    ).update(state=ShipmentState.REFUSED.value, trouble=why[:TROUBLE_MAX])
    if changed:
        tell("carriage.label_refused", subject=shipment_id, owner=merchant_id, at=at)


@transaction.atomic
def mark_asked(*, merchant_id: int, shipment_id: int, at: datetime) -> None:
    """The carrier was asked how far a shipment has come."""
    ShipmentRow.objects.filter(merchant_id=merchant_id, id=shipment_id).update(polled_at=at)


@transaction.atomic
def take_carrier_message(*, body: bytes, headers: Mapping[str, str], secret: str, at: datetime) -> str:
    """Keep a signed message and have it taken; its event id. One that came before is kept once and answered the same.

    headers: names in lower case. Raises EventUnsigned, EventUnreadable.
    """
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except WebhookVerificationError as error:
        raise EventUnsigned from error
    event_ref = rules.message_read(body=body).data.event.id
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO carriage_message (id, event_ref, body, received_at, trouble) VALUES (%s, %s, %s::jsonb, %s, '')
               ON CONFLICT (event_ref) DO NOTHING RETURNING id""",
            [new_id(), event_ref, body.decode(), at],
        )
        if cursor.fetchone():
            defer("carriage.take_event", event_ref=event_ref)
    return event_ref


@transaction.atomic
def settle_message(*, event_ref: str, at: datetime, trouble: str = "") -> None:
    """A message has been taken; or, with `trouble`, it stays and is tried again later."""
    CarrierMessageRow.objects.filter(event_ref=event_ref, taken_at__isnull=True).update(
        taken_at=None if trouble else at, trouble=trouble[:TROUBLE_MAX]
    )


@transaction.atomic
def record_sighting(*, shipment: Shipment, event: CarrierEvent, at: datetime) -> bool:
    """Write down a piece of news once, and the step the shipment is at by all news so far; False for a repeat."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO carriage_tracking (id, merchant_id, shipment_id, event_ref, step, place, house, at, received_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
               ON CONFLICT (merchant_id, event_ref) DO NOTHING RETURNING id""",
            [
                new_id(owner=shipment.merchant_id),
                shipment.merchant_id,
                shipment.id,
                event.event_ref,
                event.step.value,
                event.place,
                event.house,
                event.at,
                at,
            ],
        )
        if cursor.fetchone() is None:
            return False
    _bring_up_to_date(shipment)
    return True


def _bring_up_to_date(shipment: Shipment) -> None:
    """The shipment's step from its sightings. A master box ends only when each of its house parcels has."""
    rows = TrackingRow.objects.filter(merchant_id=shipment.merchant_id, shipment_id=shipment.id)
    seen = [(house, Sighting(Step(step), at, "")) for house, step, at in rows.values_list("house", "step", "at")]
    step = rules.current_step(sightings=[sighting for _, sighting in seen])
    own = ShipmentRow.objects.filter(merchant_id=shipment.merchant_id, id=shipment.id)
    houses = {parcel["reference"] for parcel in own.values_list("parcels", flat=True).get() if parcel["reference"]}
    ended = {house for house, sighting in seen if sighting.step in rules.ENDS}
    latest = max(sighting.at for _, sighting in seen)
    over = "" in ended or (houses and houses <= ended)
    own.update(step=step.value if step else "", step_at=latest, ended_at=latest if over else None)
