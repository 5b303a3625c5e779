"""What lies where, and what of it is promised: places, positions, reservations, movements."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from entrepot.kernel.errors import Conflict, NotFound, Refused

PlaceId = NewType("PlaceId", int)

# News. subject: the variant, owner: its merchant. Told when an article sells out and when it is to be had again,
# not at every sale: whoever shows a quantity reads it.
CHANGED: Final = "stock.changed"

# How long a reservation may stand without an order before anybody may free it.
ORPHAN_SECONDS: Final = 120


class ReservationState(StrEnum):
    """held: for an order that waits for money. committed: paid, the goods still lie there. issued: they have left.

    Held and committed reservations are open: the position's `reserved` is their sum. Released ones are history.
    """

    HELD = "held"
    COMMITTED = "committed"
    ISSUED = "issued"
    RELEASED = "released"


class Reason(StrEnum):
    """Why the goods on hand became more or fewer."""

    IMPORT = "import"
    SALE = "sale"
    RESTOCK = "restock"
    RETURN = "return"
    ADJUST = "adjust"
    LOSS = "loss"


class Spread(StrEnum):
    """Whether an article's free pieces lie in buckets: when many want it at once, always, or never."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Ahead(StrEnum):
    """Why an article is sold before it is there. backorder: more of it is coming. preorder: it has never been there."""

    BACKORDER = "backorder"
    PREORDER = "preorder"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a merchant keeps goods: a warehouse, a shelf, a cold store. country: ISO 3166-1."""

    id: PlaceId
    merchant_id: int
    ref: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many pieces of one article. ahead: the shopper has agreed to wait for those that are still to come."""

    merchant_id: int
    variant_id: int
    quantity: int
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Lacking:
    """An article of which fewer are left than wanted."""

    merchant_id: int
    variant_id: int
    wanted: int
    left: int


@dataclass(frozen=True, slots=True)
class Position:
    """One article at one place. reserved: promised to orders, part of on_hand; available is the difference."""

    variant_id: int
    place: str
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """What may still be sold."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of what lies at a place. about: the order or run it came from; actor: who did it."""

    at: datetime
    variant_id: int
    place: str
    reason: Reason
    delta: int
    about: int
    actor: str


@dataclass(frozen=True, slots=True)
class BelowReserved:
    """A counted quantity that is less than what is already promised; it was not taken over."""

    variant_id: int
    quantity: int
    reserved: int


class SoldOut(Refused):
    """Fewer are left than wanted. `lacking` holds the articles, `articles` names them: `Cherries 2 kg (1/3)`."""

    code = "stock.sold_out"
    message = "There is not enough left (left/wanted): {articles}."
    remedy = "Take fewer, or remove these articles from the basket."

    def __init__(self, *, lacking: tuple[Lacking, ...], articles: str = "") -> None:
        self.lacking = lacking
        named = articles or ", ".join(f"{one.variant_id} ({one.left}/{one.wanted})" for one in lacking)
        super().__init__(articles=named)


class OverLimit(Refused):
    """More of an article than the merchant lets one shopper have, those of earlier orders counted."""

    code = "stock.over_limit"
    message = "One shopper may have so many of these (still open/wanted): {articles}."
    remedy = "Take fewer, or remove these articles from the basket."

    def __init__(self, *, over: tuple[Lacking, ...], articles: str = "") -> None:
        self.over = over
        super().__init__(articles=articles or ", ".join(f"{one.variant_id} ({one.left}/{one.wanted})" for one in over))


class NotArrived(Refused):
    """Goods that an order waits for are not there yet; they cannot be handed over."""

    code = "stock.not_arrived"
    message = "{pieces} pieces of this order have not arrived yet."
    remedy = "Count the goods in when they come; the orders that were paid first get theirs first."


class ReservationLost(Conflict):
    """The reservation lapsed before its order was written."""

    code = "stock.reservation_lost"
    message = "The articles were reserved too long ago and went back on sale."
    remedy = "Try again; nothing was ordered and nothing was charged."


class BelowPromised(Refused):
    """A correction would leave fewer goods than are already promised to orders."""

    code = "stock.below_promised"
    message = "{reserved} pieces are promised to orders; {quantity} would be too few."
    remedy = "Cancel orders first, or check the count."


class NoPlace(NotFound):
    """The merchant has no such place."""

    code = "stock.no_place"
    message = "There is no such place."
    remedy = "Choose one of your places, or open a new one."
