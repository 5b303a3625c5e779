"""Promotions over the API: a merchant's own, the marketplace's, and a merchant's word to bear a part of those."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from dmr import Body, Path, Query

from entrepot.api.door import Door
from entrepot.api.paging import Page
from entrepot.api.v1.selling import MerchantPath
from entrepot.api.v1.values import Amount, Currency, Words, amount
from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.kernel.money import Money
from entrepot.parties import queries as parties
from entrepot.parties.terms import NotYours
from entrepot.promotions import queries as promotions
from entrepot.promotions.services import (
    agree_to_promotion,
    end_promotion,
    make_promotion,
    withdraw_from_promotion,
)
from entrepot.promotions.terms import MARKETPLACE, Kind, Promotion, PromotionUnclear, Scope, Spent, Terms

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Minor = Annotated[int, msgspec.Meta(ge=1, le=10**12)]


class PromotionIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a promotion promises. It never changes once it is up: end it and make another.

    kind: bundle, percent, amount or delivery, applied in this order. percent: 10 is a tenth; of the free pieces' price
    for bundle, of the delivery for delivery. amount_minor: off an order's goods, for delivery the most it takes off.
    buy, free: of every buy + free pieces the cheapest `free` are lowered. minimum_minor: what the goods must cost
    before any discount. code: what shoppers enter; empty comes by itself. channel, category, listings, merchant:
    empty does not restrict. platform_percent: what the marketplace bears, for its own promotions only.
    """

    title: Words
    kind: str
    since: Moment
    until: Moment | None = None
    percent: str = "0"
    currency: Currency = "USD"
    amount_minor: Minor | None = None
    minimum_minor: Minor | None = None
    buy: int = 0
    free: int = 0
    code: str = ""
    channel: str = ""
    category: str = ""
    listings: list[str] = []
    merchant: str = ""
    uses_max: int | None = None
    uses_each: int | None = None
    exclusive: bool = False
    rank: int = 100
    platform_percent: int = 100


class SpentOut(msgspec.Struct):
    """What it has come to in one currency: orders that hold it, all it took off, the marketplace's part of that."""

    orders: int
    off: Amount
    by_marketplace: Amount


class PromotionMade(msgspec.Struct):
    """A promotion. standing: coming, running, spent, over or ended. uses: orders that hold it, where there is a most."""

    ref: str
    title: Words
    kind: str
    standing: str
    percent: str
    amount: Amount | None
    minimum: Amount | None
    buy: int
    free: int
    code: str
    channel: str
    category: str
    since: datetime
    until: datetime | None
    uses: int
    uses_max: int | None
    uses_each: int | None
    exclusive: bool
    rank: int
    platform_percent: int
    spent: list[SpentOut]


class InvitedOut(msgspec.Struct):
    """A promotion of the marketplace that asks the merchant to bear a part. agreed_at: since when they do."""

    promotion: PromotionMade
    agreed_at: datetime | None


class PromotionsAsk(msgspec.Struct):
    """cursor: a page's `next`."""

    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class MerchantPromotionPath(msgspec.Struct):
    """A promotion at a merchant's desk."""

    merchant: str
    ref: str


class PromotionPath(msgspec.Struct):
    """A promotion of the marketplace."""

    ref: str


class ConsentIn(msgspec.Struct, forbid_unknown_fields=True):
    """Whether the merchant bears its part of orders to come."""

    agreed: bool


class MerchantPromotionsDoor(Door):
    """A merchant's promotions."""

    scope = "merchant"
    tags = ("promotions",)

    def get(self, parsed_path: Path[MerchantPath], parsed_query: Query[PromotionsAsk]) -> Page[PromotionMade]:
        """A merchant's promotions, newest first, with what they have come to."""
        return _page(self, parties.merchant_by_slug(slug=parsed_path.merchant).id, parsed_query)

    def post(self, parsed_path: Path[MerchantPath], parsed_body: Body[PromotionIn]) -> PromotionMade:
        """Put up a promotion on the merchant's own goods, borne by the merchant."""
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        parties.must_work_for(viewer=self.viewer, merchant_id=merchant.id)
        body = parsed_body
        ids = [catalogue.listing(viewer=self.viewer, merchant_id=merchant.id, ref=ref).id for ref in body.listings[:50]]
        scope = Scope(merchant.id, body.channel, body.category, tuple(ids))
        return _made(self, merchant.id, _terms(body, scope, 0))


class MerchantPromotionEndDoor(Door):
    """The end of a merchant's promotion."""

    scope = "merchant"
    tags = ("promotions",)

    def post(self, parsed_path: Path[MerchantPromotionPath]) -> PromotionMade:
        """Stop it for quotes and orders to come; what was ordered with it stays. Repeating changes nothing."""
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        end_promotion(viewer=self.viewer, owner_id=merchant.id, ref=parsed_path.ref, at=clock.now())
        return _one(self, merchant.id, parsed_path.ref)


class InvitationsDoor(Door):
    """What the marketplace invites a merchant to."""

    scope = "merchant"
    tags = ("promotions",)

    def get(self, parsed_path: Path[MerchantPath]) -> list[InvitedOut]:
        """Promotions of the marketplace of which the merchant would bear a part, and whether it agreed."""
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        at = clock.now()
        found = promotions.invitations(viewer=self.viewer, merchant_id=merchant.id, at=at)
        return [InvitedOut(_out(one.promotion, at), one.agreed_at) for one in found]


class ConsentDoor(Door):
    """A merchant's word to bear its part."""

    scope = "merchant"
    tags = ("promotions",)

    def put(self, parsed_path: Path[MerchantPromotionPath], parsed_body: Body[ConsentIn]) -> list[InvitedOut]:
        """Agree to bear the rest of one of the marketplace's promotions, or stop doing so for orders to come."""
        merchant, at = parties.merchant_by_slug(slug=parsed_path.merchant), clock.now()
        verb = agree_to_promotion if parsed_body.agreed else withdraw_from_promotion
        verb(viewer=self.viewer, merchant_id=merchant.id, ref=parsed_path.ref, at=at)
        found = promotions.invitations(viewer=self.viewer, merchant_id=merchant.id, at=at)
        return [InvitedOut(_out(one.promotion, at), one.agreed_at) for one in found]


class PromotionsDoor(Door):
    """The marketplace's promotions."""

    scope = "operate"
    tags = ("promotions",)

    def get(self, parsed_query: Query[PromotionsAsk]) -> Page[PromotionMade]:
        """The marketplace's promotions, newest first, with what they have come to."""
        return _page(self, MARKETPLACE, parsed_query)

    def post(self, parsed_body: Body[PromotionIn]) -> PromotionMade:
        """Put up a promotion of the marketplace; a shared one holds for merchants who agree."""
        if not self.viewer.operator:
            raise NotYours
        body = parsed_body
        merchant_id = parties.merchant_by_slug(slug=body.merchant).id if body.merchant else None
        return _made(
            self, MARKETPLACE, _terms(body, Scope(merchant_id, body.channel, body.category), body.platform_percent)
        )


class PromotionEndDoor(Door):
    """The end of a promotion of the marketplace."""

    scope = "operate"
    tags = ("promotions",)

    def post(self, parsed_path: Path[PromotionPath]) -> PromotionMade:
        """Stop it for quotes and orders to come; what was ordered with it stays. Repeating changes nothing."""
        end_promotion(viewer=self.viewer, owner_id=MARKETPLACE, ref=parsed_path.ref, at=clock.now())
        return _one(self, MARKETPLACE, parsed_path.ref)


def _terms(body: PromotionIn, scope: Scope, platform_percent: int) -> Terms:
    if body.kind not in set(Kind):
        raise PromotionUnclear(why="percent")
    try:
        percent = Decimal(body.percent)
    except ArithmeticError as unreadable:
        raise PromotionUnclear(why="percent") from unreadable
    return Terms(
        title=body.title,
        kind=Kind(body.kind),
        scope=scope,
        since=body.since,
        until=body.until,
        percent=percent,
        amount=Money(body.amount_minor, body.currency) if body.amount_minor else None,
        buy=body.buy,
        free=body.free,
        minimum=Money(body.minimum_minor, body.currency) if body.minimum_minor else None,
        code=body.code,
        uses_max=body.uses_max,
        uses_each=body.uses_each,
        exclusive=body.exclusive,
        rank=body.rank,
        platform_percent=platform_percent,
    )


def _made(door: Door, owner_id: int, terms: Terms) -> PromotionMade:
    ref = make_promotion(viewer=door.viewer, owner_id=owner_id, terms=terms, key=door.key, at=clock.now())
    return _one(door, owner_id, ref)


def _one(door: Door, owner_id: int, ref: str) -> PromotionMade:
    found = promotions.promotion(viewer=door.viewer, owner_id=owner_id, ref=ref)
    spent = promotions.spent(viewer=door.viewer, owner_id=owner_id, promotion_ids=[found.id])
    return _out(found, clock.now(), spent.get(found.id, ()))


def _page(door: Door, owner_id: int, ask: PromotionsAsk) -> Page[PromotionMade]:
    at = clock.now()
    found = promotions.promotions_of(
        viewer=door.viewer, owner_id=owner_id, after=ask.cursor or None, limit=ask.limit + 1
    )
    page = found[: ask.limit]
    spent = promotions.spent(viewer=door.viewer, owner_id=owner_id, promotion_ids=[one.id for one in page])
    rows = [_out(one, at, spent.get(one.id, ())) for one in page]
    return Page(rows, rows[-1].ref if len(found) > ask.limit else None)


def _out(one: Promotion, at: datetime, spent: tuple[Spent, ...] = ()) -> PromotionMade:
    terms = one.terms
    return PromotionMade(
        ref=one.ref,
        title=dict(terms.title),
        kind=terms.kind.value,
        standing=one.standing(at).value,
        percent=f"{terms.percent:f}",
        amount=amount(terms.amount) if terms.amount else None,
        minimum=amount(terms.minimum) if terms.minimum else None,
        buy=terms.buy,
        free=terms.free,
        code=terms.code,
        channel=terms.scope.channel,
        category=terms.scope.category,
        since=terms.since,
        until=terms.until,
        uses=one.uses,
        uses_max=terms.uses_max,
        uses_each=terms.uses_each,
        exclusive=terms.exclusive,
        rank=terms.rank,
        platform_percent=terms.platform_percent,
        spent=[SpentOut(each.orders, amount(each.off), amount(each.promoted)) for each in spent],
    )
