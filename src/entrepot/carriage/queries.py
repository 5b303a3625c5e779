"""Freight for many shipments at once from cards kept in memory; shipments and their way, as far as one may see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Final

import msgspec
from django.db import connection
from django.db.models import QuerySet

from entrepot.base.locks import Rows
from entrepot.base.owners import across_owners
from entrepot.carriage import rules
from entrepot.carriage.models import CarrierMessageRow, RateCardRow, ShipmentRow, TrackingRow
from entrepot.carriage.terms import (
    CarrierEvent,
    Freight,
    FreightAsk,
    LabelNotReady,
    Level,
    NoService,
    NoShipment,
    RateCard,
    Route,
    Service,
    Shipment,
    ShipmentAsk,
    ShipmentId,
    ShipmentState,
    Sighting,
    Step,
    Tracking,
)
from entrepot.kernel.money import Money

Lane = tuple[str, str, str, str]

_KEPT_SECONDS: Final = 60
_kept: dict[str, tuple[float, dict[Lane, tuple[RateCard, ...]]]] = {}


def rate_cards() -> dict[Lane, tuple[RateCard, ...]]:
    """All rate cards by (from, to, route, level), past and coming ones too. A change shows after a minute at the latest."""
    database = str(connection.settings_dict["NAME"])
    since, known = _kept.get(database, (0, {}))
    if not known or monotonic() - since > _KEPT_SECONDS:
        known = {}
        for row in RateCardRow.objects.order_by("valid_from"):
            lane = (row.from_country, row.to_country, row.route, row.level)
            known[lane] = (*known.get(lane, ()), _card(row))
        _kept[database] = (monotonic(), known)
    return known


def forget() -> None:
    """Read the cards again at the next call: after a change in this process."""
    _kept.clear()


def freights(*, asks: Sequence[FreightAsk], at: datetime) -> tuple[Freight | None, ...]:
    """Freight for each ask, in order; None where nothing goes that way, that heavy, on that day (UTC). No SQL."""
    cards = rate_cards()
    return tuple(_freight(cards, ask, at) for ask in asks)


def freight_options(*, ask: FreightAsk, at: datetime) -> tuple[Freight, ...]:
    """All levels at which one shipment can be sent that day, the usual one first, whatever level `ask` names. No SQL."""
    cards = rate_cards()
    found = (_freight(cards, replace(ask, level=level), at) for level in Level)
    return tuple(one for one in found if one is not None)


def freight(*, from_country: str, to_country: str, route: str, grams: int, at: datetime) -> Freight:
    """Freight of one shipment by the rate card in force. Raises NoService when there is none."""
    found = _freight(rate_cards(), FreightAsk(from_country, to_country, Route(route), grams), at)
    if found is None:
        raise NoService(from_country=from_country, to_country=to_country, grams=grams)
    return found


def _freight(cards: dict[Lane, tuple[RateCard, ...]], ask: FreightAsk, at: datetime) -> Freight | None:
    lane = (ask.from_country, ask.to_country, str(ask.route), str(ask.level))
    card = rules.card_in_force(cards=cards.get(lane, ()), on=at.date())
    if card is None or not 0 < ask.grams <= card.grams_max:
        return None
    return rules.freight_due(card=card, grams=ask.grams)


def _card(row: RateCardRow) -> RateCard:
    return RateCard(
        route=Route(row.route),
        from_country=row.from_country,
        to_country=row.to_country,
        base=Money(row.base_minor, row.currency),
        step=Money(row.step_minor, row.currency),
        step_grams=row.step_grams,
        grams_max=row.grams_max,
        days_min=row.days_min,
        days_max=row.days_max,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=row.source,
        level=Level(row.level),
    )


def shipment_rows(*, shipment_id: int, merchant_id: int) -> Rows:
    """The row to lock before a shipment changes."""
    return Rows("carriage_shipment", (shipment_id,), "merchant_id", (merchant_id,))


def shipment(*, merchant_id: int, shipment_id: int) -> Shipment:
    """One shipment by its key and owner (0: the marketplace's own). Raises NoShipment."""
    row = _without_papers().filter(merchant_id=merchant_id, id=shipment_id).first()
    if row is None:
        raise NoShipment
    return _shipment(row)


def shipment_of(*, merchant_id: int, subject: str, subject_id: int) -> Shipment | None:
    """The shipment of a consignment or a box, once one is wanted."""
    row = _without_papers().filter(merchant_id=merchant_id, subject=subject, subject_id=subject_id).first()
    return _shipment(row) if row else None


def shipments_of(*, merchant_id: int, subject: str, subject_ids: Sequence[int]) -> dict[int, Shipment]:
    """The shipments of many consignments of one owner, by the consignment's id, in one statement."""
    rows = _without_papers().filter(merchant_id=merchant_id, subject=subject, subject_id__in=list(subject_ids))
    return {row.subject_id: _shipment(row) for row in rows}


def shipment_by_reference(*, reference: str) -> Shipment:
    """The shipment the carrier speaks of. Raises NoShipment."""
    with across_owners("a carrier repeats our reference; it does not know the merchant"):
        row = _without_papers().filter(ref=reference).first()
    if row is None:
        raise NoShipment
    return _shipment(row)


def label_pdf(*, merchant_id: int, subject: str, subject_id: int) -> bytes:
    """The label to print. Raises NoShipment, LabelNotReady."""
    row = ShipmentRow.objects.filter(merchant_id=merchant_id, subject=subject, subject_id=subject_id).first()
    if row is None:
        raise NoShipment
    if row.label_pdf is None:
        raise LabelNotReady
    return bytes(row.label_pdf)


def label_ask(*, merchant_id: int, shipment_id: int) -> tuple[str, ShipmentAsk]:
    """What to buy for a shipment, and the reference to buy it under. Raises NoShipment."""
    row = ShipmentRow.objects.filter(merchant_id=merchant_id, id=shipment_id).first()
    if row is None:
        raise NoShipment
    ask = msgspec.convert(
        {
            "merchant_id": row.merchant_id,
            "subject": row.subject,
            "subject_id": row.subject_id,
            "service": row.service,
            "sender": row.sender,
            "recipient": row.recipient,
            "parcels": row.parcels,
            "customs": row.customs,
        },
        ShipmentAsk,
    )
    return row.ref, ask


def tracking(*, merchant_id: int, subject: str, subject_id: int, house: str = "") -> Tracking | None:
    """The way of a consignment or box so far, latest first; None before a label is wanted. Two statements.

    house: of a master box, the news of this house parcel and of the box as a whole, not of its neighbours.
    """
    found = shipment_of(merchant_id=merchant_id, subject=subject, subject_id=subject_id)
    if found is None:
        return None
    rows = TrackingRow.objects.filter(merchant_id=merchant_id, shipment_id=found.id)
    if house:
        rows = rows.filter(house__in=["", house])
    seen = rules.in_order(
        sightings=[Sighting(Step(step), at, place) for step, at, place in rows.values_list("step", "at", "place")]
    )
    step = rules.current_step(sightings=seen)
    return Tracking(found.service, found.tracking_number, found.track_url, step, seen)


def message(*, event_ref: str) -> tuple[CarrierEvent, bool] | None:
    """A kept message and whether it has been taken; None when there is none."""
    row = CarrierMessageRow.objects.filter(event_ref=event_ref).first()
    if row is None:
        return None
    read = rules.message_read(body=msgspec.json.encode(row.body))
    return rules.event_read(reference=read.data.reference, event=read.data.event), row.taken_at is not None


def waiting_messages(*, since: datetime, before: datetime, limit: int = 200) -> tuple[str, ...]:
    """Messages that came between two moments and are not taken yet, oldest first."""
    rows = CarrierMessageRow.objects.filter(
        taken_at__isnull=True, received_at__gte=since, received_at__lt=before
    ).order_by("received_at")
    return tuple(rows.values_list("event_ref", flat=True)[:limit])


def shipments_to_ask_about(*, before: datetime, limit: int = 100) -> tuple[tuple[int, int, str, str], ...]:
    """Shipments on their way of which nothing was heard or asked since a moment: (owner, id, state, carrier's ref)."""
    with across_owners("the sweep asks the carrier about every merchant's shipments"):
        rows = (
            ShipmentRow.objects.filter(ended_at__isnull=True, created_at__lt=before)
            .exclude(state=ShipmentState.REFUSED.value)
            .exclude(polled_at__gte=before)
            .exclude(step_at__gte=before)
            .order_by("polled_at", "created_at")
        )
        return tuple(rows.values_list("merchant_id", "id", "state", "carrier_ref")[:limit])


def _without_papers() -> QuerySet[ShipmentRow]:
    """Shipments without the columns that weigh: the label and the customs data."""
    return ShipmentRow.objects.defer("label_pdf", "customs", "sender", "recipient")


def _shipment(row: ShipmentRow) -> Shipment:
    return Shipment(
        id=ShipmentId(row.id),
        ref=row.ref,
        merchant_id=row.merchant_id,
        subject=row.subject,
        subject_id=row.subject_id,
        service=Service(row.service),
        state=ShipmentState(row.state),
        grams=sum(parcel["grams"] for parcel in row.parcels),
        tracking_number=row.tracking_number,
        track_url=row.track_url,
        has_label=row.bought_at is not None,
        step=Step(row.step) if row.step else None,
        step_at=row.step_at,
        trouble=row.trouble,
    )
