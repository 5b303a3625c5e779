"""What lies where, and what of it is promised: places, positions, reservations, movements."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType

from entrepot.kernel.errors import Conflict, NotFound, Refused

PlaceId = NewType("PlaceId", int)

# News. subject: the variant, owner: its merchant. Told when an article sells out and when it is to be had again,
# not at every sale: whoever shows a quantity reads it.
CHANGED: Final = "stock.changed"

# How many waiting people in front are counted; beyond that one is told "more than".
QUEUE_SHOWN: Final = 2_000

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


class TicketState(StrEnum):
    """waiting: in the queue. admitted: may order now. used: has ordered. lapsed: did not order in time, or gave it up."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    USED = "used"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Handout:
    """How one article is handed out. limit_each: pieces for one shopper, if any.

    ahead: sold before it arrives, `ahead_left` more pieces of `ahead_limit`, expected on `ahead_on`. spread: whether its
    pieces lie in buckets; buckets: in how many now. sale_ref: the flash sale that it is in.
    """

    merchant_id: int
    variant_id: int
    limit_each: int | None = None
    ahead: Ahead | None = None
    ahead_limit: int = 0
    ahead_left: int = 0
    ahead_on: date | None = None
    spread: Spread = Spread.AUTO
    buckets: int = 0


@dataclass(frozen=True, slots=True)
class Awaited:
    """Pieces of an order that are still to come, as they were promised. due_on: the day that was named."""

    variant_id: int
    pieces: int
    due_on: date


@dataclass(frozen=True, slots=True)
class FlashSale:
    """So many pieces of some articles for those who came first. See `models.Sale`. ordered: pieces in orders by now."""

    id: int
    merchant_id: int
    ref: str
    listing_ref: str
    variant_ids: tuple[int, ...]
    opens_at: datetime
    starts_at: datetime
    ends_at: datetime
    pieces: int
    limit_each: int
    at_once: int
    ticket_seconds: int
    sold_out: bool
    waiting: int = 0
    admitted: int = 0
    ordered: int = 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """A shopper's place in the queue. before: how many wait in front, up to QUEUE_SHOWN; pieces: how many it is good for."""

    ref: str
    state: TicketState
    before: int
    pieces: int
    admitted_until: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that is not what the facts say. now: what they say; None when they cannot be true together."""

    merchant_id: int
    variant_id: int
    place_id: int
    counter: str
    was: int
    now: int | None


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

    def __init__(self, *, lacking: tuple[Lacking, ...], articles: str = "") -> None:
        self.lacking = lacking
        named = articles or ", ".join(f"{one.variant_id} ({one.left}/{one.wanted})" for one in lacking)
        super().__init__(articles=named)


class TicketNeeded(Refused):
    """An article under a flash sale is ordered only with a ticket whose turn it is."""

    code = "stock.ticket_needed"
    message = "This article is in a flash sale, and it is not your turn."
    remedy = "Take a ticket in the waiting room of the sale, or order when your turn comes."


class SaleClosed(Refused):
    """The flash sale has not opened yet, or it is over."""

    code = "stock.sale_closed"
    message = "This flash sale is not open."
    remedy = "Look at its times on the page of the article."


class SaleSoldOut(Refused):
    """All pieces of the flash sale are ordered."""

    code = "stock.sale_sold_out"
    message = "This flash sale is sold out."
    remedy = "Look again after the sale; what is not paid for goes to those who wait already."


class SaleUnknown(NotFound):
    """There is no such flash sale."""

    code = "stock.sale_unknown"
    message = "There is no such flash sale."
    remedy = "Check the address."


class NoTicket(NotFound):
    """The shopper has no ticket for the sale."""

    code = "stock.no_ticket"
    message = "You have no ticket for this flash sale."
    remedy = "Take one while its waiting room is open."


class SaleOverlaps(Refused):
    """An article is in one flash sale at a time."""

    code = "stock.sale_overlaps"
    message = "One of these articles is in another flash sale that has not ended."
    remedy = "End that sale first, or leave the article out."


class SaleImpossible(Refused):
    """The sale's numbers or times cannot be."""

    code = "stock.sale_impossible"
    message = "A flash sale needs pieces that are there, a limit for each shopper, and an end after its start."
    remedy = "There are {available} pieces that can be sold. Check the numbers and the times."


class AheadImpossible(Refused):
    """Selling before goods arrive needs a day to come and a limit not below what is promised."""

    code = "stock.ahead_impossible"
    message = "Name a day to come, and at least the {promised} pieces that are promised already."
    remedy = "Check the day and the limit."


class NotAhead(Refused):
    """The merchant does not sell this article before it arrives, or not for that day any more."""

    code = "stock.not_ahead"
    message = "This article cannot be ordered before it arrives, or its day has changed."
    remedy = "Look at the article again."


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
