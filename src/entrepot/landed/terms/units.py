"""The kept price of one unit at a destination's door, and the run that makes them anew after the law has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from entrepot.kernel.errors import NotFound


class UnitPrice(NamedTuple):
    """Minor units of the destination's currency. total: None where it cannot be had; `reason` is a key of REASONS."""

    goods: int
    freight: int
    duty: int
    tax: int
    fees: int
    total: int | None
    reason: str


class Move(NamedTuple):
    """One offer whose price at the door has changed, totals in minor units."""

    merchant_id: int
    listing_id: int
    variant_id: int
    channel: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """What a run changed in one part of the catalogue. before, after: sums over the offers that had and have a price.

    offers: all looked at; raised, lowered: whose price rose or fell; lost, gained: that can no longer, or now, be had.
    """

    category: str
    offers: int = 0
    raised: int = 0
    lowered: int = 0
    lost: int = 0
    gained: int = 0
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Requote:
    """A run that prices all offers of the market at one destination's door.

    variants: how many there are; looked: how many were gone through; offers, priced: how many prices were made, and how
    many of them are an amount. unpriced: the others by reason. moves: the largest changes.
    """

    id: int
    destination: str
    currency: str
    on: date
    data_version: str
    variants: int
    looked: int
    offers: int
    priced: int
    unpriced: Mapping[str, int]
    categories: tuple[CategoryChange, ...]
    moves: tuple[Move, ...]
    after: int
    opened_at: datetime
    ended_at: datetime | None


class RequoteMissing(NotFound):
    """There is no such run."""

    code = "landed.requote_missing"
    message = "There is no such run."
    remedy = "Look at the list of runs."
