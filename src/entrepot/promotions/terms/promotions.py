"""Promotions: what is taken off, on which goods, under which conditions, how often, and who bears it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType

from entrepot.kernel.money import Money
from entrepot.kernel.text import Text

PromotionId = NewType("PromotionId", int)

# Who made a promotion that no merchant did.
MARKETPLACE: Final = 0
CODES_MAX: Final = 5
TITLE_MAX: Final = 80

# News about a promotion; owner: the merchant who made it, 0 for the marketplace.
MADE: Final = "promotions.made"
ENDED: Final = "promotions.ended"
CONSENTED: Final = "promotions.consented"


class Kind(StrEnum):
    """What a promotion does. In this order promotions are applied: each works on the price the ones before left.

    bundle: of every so many pieces some are free or cheaper. percent, amount: off the goods. delivery: a percentage
    off the delivery of the goods.
    """

    BUNDLE = "bundle"
    PERCENT = "percent"
    AMOUNT = "amount"
    DELIVERY = "delivery"


class Standing(StrEnum):
    """Where a promotion stands at a moment. spent: all its uses are held. ended: stopped by whoever made it."""

    COMING = "coming"
    RUNNING = "running"
    SPENT = "spent"
    OVER = "over"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which goods. What is empty does not restrict; what is named must all hold.

    merchant_id: one merchant's. category: this category and those below it, as a path. listing_ids: these pages only.
    """

    merchant_id: int | None = None
    channel: str = ""
    category: str = ""
    listing_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a promotion promises, as whoever makes it writes it down.

    percent: 10 is a tenth; of the price for percent, of the free pieces' price for bundle, of delivery for delivery.
    amount: off the goods it is for, once an order. buy, free: of every buy + free pieces the cheapest `free` count.
    minimum: what the goods it is for must cost before any discount. code: what the shopper enters; empty comes by
    itself. until: the first moment it no longer holds. uses_max: orders in all; uses_each: orders of one shopper.
    exclusive: not on goods that another promotion has lowered. rank: lower ones first among their kind.
    platform_percent: how much of it the marketplace bears, the merchant of the goods bears the rest.
    """

    title: Text
    kind: Kind
    scope: Scope
    since: datetime
    until: datetime | None = None
    percent: Decimal = Decimal(0)
    amount: Money | None = None
    buy: int = 0
    free: int = 0
    minimum: Money | None = None
    code: str = ""
    uses_max: int | None = None
    uses_each: int | None = None
    exclusive: bool = False
    rank: int = 100
    platform_percent: int = 0


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion as it is kept. owner_id: the merchant who made it, MARKETPLACE for the marketplace.

    uses: orders that hold it, counted only where `uses_max` is set. consents: merchants who agreed to bear their part.
    """

    id: PromotionId
    ref: str
    owner_id: int
    terms: Terms
    made_at: datetime
    ended_at: datetime | None = None
    uses: int = 0
    consents: frozenset[int] = frozenset()

    @property
    def shared(self) -> bool:
        """Whether merchants bear a part of what the marketplace promises, so that each has to agree."""
        return self.owner_id == MARKETPLACE and self.terms.platform_percent < 100

    def standing(self, at: datetime) -> Standing:
        """Where it stands at a moment."""
        if self.ended_at is not None and self.ended_at <= at:
            return Standing.ENDED
        if at < self.terms.since:
            return Standing.COMING
        if self.terms.until is not None and self.terms.until <= at:
            return Standing.OVER
        if self.terms.uses_max is not None and self.uses >= self.terms.uses_max:
            return Standing.SPENT
        return Standing.RUNNING


@dataclass(frozen=True, slots=True)
class Offered:
    """A promotion as one shopper meets it. used: orders of theirs that hold it."""

    promotion: Promotion
    used: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """What an order takes of a promotion: everything off, and the marketplace's part of it."""

    promotion_id: int
    owner_id: int
    title: Text
    off: Money
    promoted: Money


@dataclass(frozen=True, slots=True)
class Spent:
    """What a promotion has come to, by currency: orders that hold it, all it took off, and the marketplace's part."""

    orders: int
    off: Money
    promoted: Money


@dataclass(frozen=True, slots=True)
class Invited:
    """A promotion of the marketplace that asks a merchant to bear a part. agreed_at: since when this one does."""

    promotion: Promotion
    agreed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Item:
    """One line to be discounted, in the currency that is paid. goods: of the whole line; freight: its share of delivery.

    fee: the ratio of the price that the merchant does not keep, at most: commission and what comes with it.
    """

    merchant_id: int
    listing_id: int
    channel: str
    category: str
    quantity: int
    goods: Money
    freight: Money
    fee: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cut:
    """What one promotion takes off one line; promoted, promoted_freight: what of it the marketplace bears."""

    goods: Money
    freight: Money
    promoted: Money
    promoted_freight: Money


@dataclass(frozen=True, slots=True)
class Applied:
    """One promotion on a basket: its cut of each line, in the lines' order."""

    promotion: Promotion
    cuts: tuple[Cut, ...]

    @property
    def total(self) -> int:
        """All it takes off, in minor units."""
        return sum(cut.goods.minor + cut.freight.minor for cut in self.cuts)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a code. reason: a key of CODE_REFUSALS, empty when it takes something off; the others are its facts.

    moment: since or until when it counts. minimum: what the goods must come to; now: what they come to. other: the
    promotion it does not go together with. currency: what its amount is in.
    """

    code: str
    reason: str = ""
    moment: datetime | None = None
    minimum: Money | None = None
    now: Money | None = None
    other: Text | None = None
    currency: str = ""

    @property
    def missing(self) -> Money | None:
        """What is still to be added."""
        return self.minimum - self.now if self.minimum and self.now else None


@dataclass(frozen=True, slots=True)
class Discounts:
    """A basket's discounts: what is applied, in order, and what became of every code."""

    applied: tuple[Applied, ...]
    answers: tuple[Answer, ...]
