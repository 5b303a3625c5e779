"""Freight by rate card, and what a carrier's news means whatever order it arrives in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

import msgspec

from entrepot.carriage.terms import (
    SERVICE_OF,
    CarrierEvent,
    EventUnreadable,
    Freight,
    NoService,
    RateCard,
    Sighting,
    Step,
)

# How far along a step is. A later rank is never overtaken by an earlier one that arrives late.
RANK: Final[Mapping[Step, int]] = MappingProxyType({step: place for place, step in enumerate(Step)})
# Steps after which nothing more comes.
ENDS: Final = frozenset({Step.DELIVERED, Step.RETURNED, Step.LOST})
# Trouble on the way: shown as it is, overtaken by whatever the carrier tells later.
EXCEPTIONS: Final = frozenset({Step.CUSTOMS_HELD, Step.DELAYED, Step.DELIVERY_FAILED, Step.RETURNING})


def freight_due(*, card: RateCard, grams: int) -> Freight:
    """What one shipment of `grams` gross costs by `card`: the base and a step for every started `step_grams`.

    Raises NoService above the card's weight or for nothing.
    """
    if not 0 < grams <= card.grams_max:
        raise NoService(from_country=card.from_country, to_country=card.to_country, grams=grams)
    started = -(-grams // card.step_grams)
    return Freight(
        cost=card.base + card.step * started,
        days_min=card.days_min,
        days_max=card.days_max,
        service=SERVICE_OF[card.route],
        source=card.source,
        level=card.level,
    )


def card_in_force(*, cards: Iterable[RateCard], on: date) -> RateCard | None:
    """The card valid on a day: the one that began last among those that hold, or nothing."""
    valid = [card for card in cards if card.valid_from <= on and (card.valid_until is None or on < card.valid_until)]
    return max(valid, key=lambda card: card.valid_from, default=None)


def in_order(*, sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """A timeline, latest first: by the carrier's own time, steps of one moment by their place on the way."""
    return tuple(sorted(sightings, key=lambda seen: (seen.at, RANK[seen.step]), reverse=True))


def current_step(*, sightings: Sequence[Sighting]) -> Step | None:
    """Where the parcel is, whatever the order in which the news came.

    An end stands, whatever is told of earlier moments; else the latest sighting by the carrier's time.
    """
    ordered = in_order(sightings=sightings)
    ended = next((seen.step for seen in ordered if seen.step in ENDS), None)
    return ended or (ordered[0].step if ordered else None)


def means_delivered(*, event: CarrierEvent) -> bool:
    """Whether this news says that the shopper has the parcel."""
    return event.step is Step.DELIVERED


class WireEvent(msgspec.Struct):
    """One step as the carrier writes it."""

    id: str
    code: str
    at: datetime
    place: str = ""
    parcel: str = ""


class WireShipment(msgspec.Struct):
    """The part of a carrier's message that we use; what else it holds is left alone."""

    reference: str
    event: WireEvent


class WireMessage(msgspec.Struct):
    """A webhook's body: `type` is `shipment.` and the step."""

    type: str
    data: WireShipment


def message_read(*, body: bytes) -> WireMessage:
    """A webhook's body. Raises EventUnreadable for anything but the carrier's form, a time without a zone included."""
    try:
        message = msgspec.json.decode(body, type=WireMessage)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise EventUnreadable(why=str(error)) from error
    event_read(reference=message.data.reference, event=message.data.event)
    return message


def event_read(*, reference: str, event: WireEvent) -> CarrierEvent:
    """The carrier's step in our words. Raises EventUnreadable for a step we do not know or a time without a zone."""
    try:
        step = Step(event.code)
    except ValueError as error:
        raise EventUnreadable(why=f"there is no step {event.code!r}") from error
    if event.at.tzinfo is None:
        raise EventUnreadable(why="the time has no zone")
    if not 0 < len(event.id) <= 64:
        raise EventUnreadable(why="the event has no usable id")
    return CarrierEvent(
        event_ref=event.id,
        reference=reference,
        step=step,
        at=event.at,
        place=event.place[:120],
        house=event.parcel[:40],
    )
