"""Carriers: what a parcel costs to send, its label, and the news of where it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NewType

from entrepot.kernel.errors import Conflict, NotFound, Refused, Upstream
from entrepot.kernel.money import Money

ShipmentId = NewType("ShipmentId", int)

# Who a shipment belongs to when no single merchant does: a master box flies for the marketplace itself.
MARKETPLACE = 0


class Route(StrEnum):
    """Whether a consignment passes the depot or goes straight to the shopper."""

    DEPOT = "depot"
    DIRECT = "direct"


class Service(StrEnum):
    """What a carrier sells: one parcel door to door, or a master box by air with delivery of each house parcel."""

    DIRECT = "direct"
    AIR_FREIGHT = "air_freight"


class Level(StrEnum):
    """How fast a shopper has it sent; each has rate cards of its own."""

    STANDARD = "standard"
    EXPRESS = "express"


SERVICE_OF: Mapping[Route, Service] = {Route.DIRECT: Service.DIRECT, Route.DEPOT: Service.AIR_FREIGHT}


@dataclass(frozen=True, slots=True)
class RateCard:
    """What one shipment costs on a route in a period.

    base: for every shipment; step: for every started `step_grams`; valid: first day and the day after the last.
    source: whose prices these are, as a person reads it.
    """

    route: Route
    from_country: str
    to_country: str
    base: Money
    step: Money
    step_grams: int
    grams_max: int
    days_min: int
    days_max: int
    valid_from: date
    valid_until: date | None
    source: str
    level: Level = Level.STANDARD


@dataclass(frozen=True, slots=True)
class FreightAsk:
    """One shipment to be priced: countries by ISO 3166-1, gross weight in whole grams."""

    from_country: str
    to_country: str
    route: Route | Literal["depot", "direct"]
    grams: int
    level: Level = Level.STANDARD


@dataclass(frozen=True, slots=True)
class Freight:
    """What sending costs, in the rate card's currency, and how many days it takes door to door."""

    cost: Money
    days_min: int
    days_max: int
    service: Service
    source: str
    level: Level = Level.STANDARD


class ShipmentState(StrEnum):
    """wanted: the label is to be bought; bought: the carrier has it; refused: the carrier will not take it."""

    WANTED = "wanted"
    BOUGHT = "bought"
    REFUSED = "refused"


class Step(StrEnum):
    """Where a shipment is, in the carrier's news; the order of the way is `rules.RANK`."""

    LABEL_CREATED = "label_created"
    PICKED_UP = "picked_up"
    CUSTOMS_EXPORT_CLEARED = "customs_export_cleared"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    CUSTOMS_HELD = "customs_held"
    CUSTOMS_IMPORT_CLEARED = "customs_import_cleared"
    DELAYED = "delayed"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Place:
    """A sender's or recipient's address as carriers want it."""

    name: str
    phone: str
    country: str
    region: str
    city: str
    lines: tuple[str, ...]
    district: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class ParcelAsk:
    """One piece of a shipment and its gross weight.

    reference, recipient: of a house parcel inside a master box; empty when the shipment is the piece.
    """

    grams: int
    reference: str = ""
    recipient: Place | None = None


@dataclass(frozen=True, slots=True)
class CustomsItem:
    """One line of a shipment's customs data. value: of the whole line."""

    description: str
    goods_code: str
    origin: str
    quantity: int
    net_grams: int
    value: Money


@dataclass(frozen=True, slots=True)
class ShipmentAsk:
    """A label to be bought. subject: `consignment` or `box`, with its id; recipient of a box: the receiving agent."""

    merchant_id: int
    subject: str
    subject_id: int
    service: Service
    sender: Place
    recipient: Place
    parcels: tuple[ParcelAsk, ...]
    customs: tuple[CustomsItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Bought:
    """The carrier's answer to a purchase."""

    carrier_ref: str
    tracking_number: str
    track_url: str
    label_url: str
    label_pdf: bytes


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """One piece of the carrier's news. house: the house parcel it is about, empty for the whole shipment."""

    event_ref: str
    reference: str
    step: Step
    at: datetime
    place: str
    house: str = ""


@dataclass(frozen=True, slots=True)
class Shipment:
    """One label and how far it has come. reference: ours, what the carrier repeats in its news."""

    id: ShipmentId
    ref: str
    merchant_id: int
    subject: str
    subject_id: int
    service: Service
    state: ShipmentState
    grams: int
    tracking_number: str
    track_url: str
    has_label: bool
    step: Step | None
    step_at: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One line of a tracking timeline."""

    step: Step
    at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Tracking:
    """A shipment's way so far, latest first. house: the shopper's own parcel inside a master box."""

    service: Service
    tracking_number: str
    track_url: str
    step: Step | None
    sightings: tuple[Sighting, ...] = field(default_factory=tuple)


class NoService(Refused):
    """No rate card covers this way, weight or day."""

    code = "carriage.no_service"
    message = "We have no carrier from {from_country} to {to_country} for {grams} g."
    remedy = "Choose another destination, or split the order into lighter parts."


class NoShipment(NotFound):
    """There is no such shipment, or it is not yours."""

    code = "carriage.no_shipment"
    message = "There is no such shipment."
    remedy = "Check the reference."


class LabelNotReady(Conflict):
    """The label is still being bought."""

    code = "carriage.label_not_ready"
    message = "The carrier has not sent the label yet."
    remedy = "Wait a moment and load the page again."


class CarrierDown(Upstream):
    """The carrier did not answer, or answered with a breakdown; asking again is safe."""

    code = "carriage.carrier_down"
    message = "The carrier does not answer."
    remedy = "We try again by ourselves."


class CarrierRefuses(Refused):
    """The carrier will not take the shipment; the reason is in `why`."""

    code = "carriage.carrier_refuses"
    message = "The carrier refused the shipment: {why}"
    remedy = "Correct the address or the weight, or choose another route."


class EventUnsigned(Refused):
    """A message said to be the carrier's does not carry its signature."""

    code = "carriage.event_unsigned"
    message = "The signature does not match."
    remedy = "Check the webhook secret on both sides."


class EventUnreadable(Refused):
    """A signed message that is not what the carrier's interface describes."""

    code = "carriage.event_unreadable"
    message = "The message cannot be read: {why}"
    remedy = "Send what the carrier's interface describes."
