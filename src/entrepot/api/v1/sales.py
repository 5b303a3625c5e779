"""Flash sales and their queue, goods ordered before they arrive, limits for each shopper."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from dmr import Body, Path

from entrepot.api.door import Door
from entrepot.api.v1.baskets import as_shopper
from entrepot.api.v1.goods import RefPath
from entrepot.api.v1.selling import MerchantPath
from entrepot.api.v1.shopping import Kept
from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import Listing, ListingUnknown, Variant
from entrepot.parties import queries as parties
from entrepot.stock import queries as stock
from entrepot.stock.services import (
    SalePlan,
    agree_to_wait,
    limit_shoppers,
    sell_ahead,
    set_sale,
    stop_selling_ahead,
    take_ticket,
)
from entrepot.stock.terms import Ahead, FlashSale, NoTicket

Count = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]


class SaleOut(msgspec.Struct):
    """A flash sale. From `opens_at` on its articles are ordered only with a ticket whose turn it is."""

    ref: str
    listing: str
    opens_at: datetime
    starts_at: datetime
    ends_at: datetime
    pieces: int
    limit_each: int
    sold_out: bool


class TicketOut(msgspec.Struct):
    """One's place in the queue. state: waiting, admitted, used, lapsed. before: how many wait in front, 2000 at most.

    pieces: how many it is good for, until `until`.
    """

    ref: str
    state: str
    before: int
    pieces: int
    until: datetime | None


class SaleDoor(Door):
    """A flash sale."""

    tags = ("sales",)

    def get(self, parsed_path: Path[RefPath]) -> SaleOut:
        """When it is, how many pieces there are, whether they are sold out."""
        return _sale(stock.sale(ref=parsed_path.ref))


class TicketDoor(Door):
    """One's place in the queue of a flash sale."""

    scope = "shop"
    tags = ("sales",)
    # A ticket is the same however often it is asked for, so it needs no key.
    keyed = False

    def get(self, parsed_path: Path[RefPath]) -> TicketOut:
        """One's place. Ask again every few seconds while it is waiting."""
        sale = stock.sale(ref=parsed_path.ref)
        return _ticket(sale, self.viewer.shopper_id or 0)

    def post(self, parsed_path: Path[RefPath]) -> TicketOut:
        """Take a ticket; who has one keeps it. Refused when the sale is not open, or sold out."""
        sale = stock.sale(ref=parsed_path.ref)
        shopper_id = as_shopper(self.viewer).shopper_id or 0
        take_ticket(sale=sale, shopper_id=shopper_id, at=clock.now())
        return _ticket(sale, shopper_id)


class SaleIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a merchant decides about a flash sale. room_minutes: so long before the start its waiting room opens."""

    listing: str
    variants: Annotated[list[str], msgspec.Meta(min_length=1, max_length=100)]
    starts_at: datetime
    ends_at: datetime
    pieces: Count
    limit_each: Annotated[int, msgspec.Meta(ge=1, le=99)] = 1
    room_minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 15
    minutes: Annotated[int, msgspec.Meta(ge=1, le=120)] = 10
    at_once: Count = 100


class SalesDoor(Door):
    """A merchant's flash sales."""

    scope = "merchant"
    tags = ("sales",)

    def get(self, parsed_path: Path[MerchantPath]) -> list[SaleOut]:
        """The merchant's sales, newest first."""
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        return [_sale(one) for one in stock.sales_of(viewer=self.viewer, merchant_id=merchant.id)]

    def post(self, parsed_path: Path[MerchantPath], parsed_body: Body[SaleIn]) -> Kept:
        """Announce a flash sale of some articles of a listing; the same plan again is the same sale."""
        merchant, asked = parties.merchant_by_slug(slug=parsed_path.merchant), parsed_body
        listing = catalogue.listing(viewer=self.viewer, merchant_id=merchant.id, ref=asked.listing)
        plan = SalePlan(
            listing_ref=listing.ref,
            variant_ids=[_variant(listing, ref).id for ref in asked.variants],
            opens_at=asked.starts_at - timedelta(minutes=asked.room_minutes),
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            pieces=asked.pieces,
            limit_each=asked.limit_each,
            at_once=asked.at_once,
            ticket_seconds=asked.minutes * 60,
        )
        return Kept(set_sale(merchant_id=merchant.id, plan=plan, at=clock.now()))


class LimitIn(msgspec.Struct, forbid_unknown_fields=True):
    """One shopper may have so many pieces of the article; null for any number."""

    listing: str
    variant: str
    pieces: Annotated[int, msgspec.Meta(ge=1, le=9_999)] | None


class LimitDoor(Door):
    """How many pieces one shopper may have."""

    scope = "merchant"
    tags = ("sales",)

    def put(self, parsed_path: Path[MerchantPath], parsed_body: Body[LimitIn]) -> Kept:
        """Set the limit; it counts the orders made while it stands."""
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        listing = catalogue.listing(viewer=self.viewer, merchant_id=merchant.id, ref=parsed_body.listing)
        variant = _variant(listing, parsed_body.variant)
        limit_shoppers(merchant_id=merchant.id, variant_id=variant.id, limit_each=parsed_body.pieces)
        return Kept(variant.ref)


class AheadIn(msgspec.Struct, forbid_unknown_fields=True):
    """Sell the article before it arrives: up to `pieces`, expected on a day. kind none: not any more."""

    listing: str
    variant: str
    kind: Literal["backorder", "preorder", "none"]
    pieces: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 0
    expected_on: date | None = None


class AheadDoor(Door):
    """Selling before goods arrive."""

    scope = "merchant"
    tags = ("sales",)

    def put(self, parsed_path: Path[MerchantPath], parsed_body: Body[AheadIn]) -> Kept:
        """Set it. Shoppers agree to the day before they order; another day asks them again."""
        merchant, asked = parties.merchant_by_slug(slug=parsed_path.merchant), parsed_body
        listing = catalogue.listing(viewer=self.viewer, merchant_id=merchant.id, ref=asked.listing)
        variant = _variant(listing, asked.variant)
        if asked.kind == "none":
            stop_selling_ahead(merchant_id=merchant.id, variant_id=variant.id)
        else:
            sell_ahead(
                merchant_id=merchant.id,
                variant_id=variant.id,
                kind=Ahead(asked.kind),
                limit=asked.pieces,
                on=asked.expected_on or date.min,
                at=clock.now(),
            )
        return Kept(variant.ref)


class WaitIn(msgspec.Struct, forbid_unknown_fields=True):
    """The article that one agrees to wait for, and the day that was named."""

    listing: str
    variant: str
    until: date


class WaitDoor(Door):
    """Agreeing to wait for goods that are still to come."""

    scope = "shop"
    tags = ("shopping",)

    def put(self, parsed_body: Body[WaitIn]) -> Kept:
        """Agree; without it an order of more than is there is refused as sold out. Refused when the day has changed."""
        listing = catalogue.listing_page(ref=parsed_body.listing)
        variant = _variant(listing, parsed_body.variant)
        agree_to_wait(
            merchant_id=listing.merchant_id,
            variant_id=variant.id,
            shopper_id=as_shopper(self.viewer).shopper_id or 0,
            due_on=parsed_body.until,
            at=clock.now(),
        )
        return Kept(variant.ref)


def _variant(listing: Listing, ref: str) -> Variant:
    found = next((one for one in listing.variants if one.ref == ref), None)
    if found is None:
        raise ListingUnknown
    return found


def _sale(one: FlashSale) -> SaleOut:
    return SaleOut(
        one.ref, one.listing_ref, one.opens_at, one.starts_at, one.ends_at, one.pieces, one.limit_each, one.sold_out
    )


def _ticket(sale: FlashSale, shopper_id: int) -> TicketOut:
    held = stock.ticket(sale=sale, shopper_id=shopper_id, at=clock.now())
    if held is None:
        raise NoTicket
    return TicketOut(held.ref, held.state.value, held.before, held.pieces, held.admitted_until)
