"""The shopper's way: address, quote of the basket, order, payment, receipt."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from dmr import Body, Path, Query, modify

from entrepot.api.door import Door
from entrepot.api.paging import Page
from entrepot.api.v1.baskets import as_shopper
from entrepot.api.v1.goods import RefPath
from entrepot.api.v1.quoting import PromotionOut, Sums, promotions_out, sums_of
from entrepot.api.v1.values import Amount, Country, Words, amount
from entrepot.base import clock
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.confirm_receipt import confirm_receipt
from entrepot.flows.place_order import place_order
from entrepot.landed import queries as landed
from entrepot.landed.rules import told
from entrepot.landed.terms import QuoteAnswer, QuoteRequest
from entrepot.orders import queries as orders
from entrepot.orders.terms import CancelReason, ConsignmentView, OrderUnknown, OrderView
from entrepot.parties.services import save_address
from entrepot.parties.terms import Address
from entrepot.payments import queries as payments

ShortText = Annotated[str, msgspec.Meta(max_length=120)]


class AddressIn(msgspec.Struct, forbid_unknown_fields=True):
    """Where a parcel goes. region: ISO 3166-2 subdivision without the country; lines: 1 to 3, local order."""

    name: ShortText
    phone: Annotated[str, msgspec.Meta(max_length=32)]
    country: Country
    city: ShortText
    lines: Annotated[list[ShortText], msgspec.Meta(min_length=1, max_length=3)]
    region: ShortText = ""
    district: ShortText = ""
    postal_code: Annotated[str, msgspec.Meta(max_length=16)] = ""


class Kept(msgspec.Struct):
    """A reference to what was kept."""

    ref: str


class AddressesDoor(Door):
    """The shopper's address book."""

    scope = "shop"
    tags = ("shopping",)

    def post(self, parsed_body: Body[AddressIn]) -> Kept:
        """Keep an address; the same address again is the same entry."""
        one = parsed_body
        address = Address(
            name=one.name, phone=one.phone, country=one.country, region=one.region, city=one.city,
            district=one.district, lines=tuple(one.lines), postal_code=one.postal_code,
        )  # fmt: skip
        viewer = as_shopper(self.viewer)
        return Kept(save_address(shopper_id=viewer.shopper_id or 0, address=address, at=clock.now()))


class QuotesDoor(Door):
    """A landed price for goods that are described, not chosen."""

    tags = ("shopping",)
    keyed = False

    @modify(status_code=HTTPStatus.OK)
    def post(self, parsed_body: Body[QuoteRequest]) -> QuoteAnswer:
        """Answer one request of the quote contract by the law of its day. Nothing is kept, so it takes no key."""
        return told(landed.reasoned(request=parsed_body), gettext)


class OrderIn(msgspec.Struct, forbid_unknown_fields=True):
    """Which frozen quote is bought, and where it goes."""

    quote: str
    address: str


class PlacedOut(msgspec.Struct):
    """What placing an order gives. Ask GET /payments/{payment} for the address at which the shopper pays."""

    order: str
    payment: str


class Moment(msgspec.Struct):
    """Something that happened."""

    at: datetime
    what: str


class OrderLineOut(msgspec.Struct):
    """One article as it was when ordered."""

    listing: str
    sku: str
    title: Words
    options: list[str]
    quantity: int
    unit: Amount
    total: Amount
    goods_code: str
    origin: str


class OrderConsignmentOut(msgspec.Struct):
    """One merchant's part of an order."""

    ref: str
    merchant: str
    state: str
    mode: str
    regime: str
    route: str
    sums: Sums
    lines: list[OrderLineOut]
    timeline: list[Moment]
    release_at: datetime | None
    level: str
    promotions: list[PromotionOut]


class OrderOut(msgspec.Struct):
    """One order with everything that explains it."""

    ref: str
    state: str
    sums: Sums
    quote: str
    placed_at: datetime
    expires_at: datetime
    timeline: list[Moment]
    consignments: list[OrderConsignmentOut]


class OrderShort(msgspec.Struct):
    """An order in a list."""

    ref: str
    state: str
    total: Amount
    placed_at: datetime
    pieces: int


class OrdersAsk(msgspec.Struct):
    """cursor: a page's `next`."""

    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class OrdersDoor(Door):
    """The shopper's orders."""

    scope = "shop"
    tags = ("shopping",)
    own_key = True

    def get(self, parsed_query: Query[OrdersAsk]) -> Page[OrderShort]:
        """The shopper's orders, newest first."""
        ask = parsed_query
        found = orders.orders_of(viewer=self.viewer, after=ask.cursor or None, limit=ask.limit + 1)
        rows = [OrderShort(o.ref, o.state.value, amount(o.total), o.placed_at, o.pieces) for o in found[: ask.limit]]
        return Page(rows, rows[-1].ref if len(found) > ask.limit else None)

    def post(self, parsed_body: Body[OrderIn]) -> PlacedOut:
        """Place an order: stock is reserved, the quote is frozen into it, a payment is opened."""
        placed = place_order(
            viewer=self.viewer,
            quote_ref=parsed_body.quote,
            address_ref=parsed_body.address,
            key=self.key,
            at=clock.now(),
        )
        self.replayed = placed.repeated
        return PlacedOut(placed.order_ref, placed.payment_ref)


class OrderDoor(Door):
    """One order."""

    scope = "shop"
    tags = ("shopping",)

    def get(self, parsed_path: Path[RefPath]) -> OrderOut:
        """One order with its consignments, lines and timeline."""
        return _order(orders.order(viewer=self.viewer, ref=parsed_path.ref))


class CancelDoor(Door):
    """Give up an unpaid order."""

    scope = "shop"
    tags = ("shopping",)

    def post(self, parsed_path: Path[RefPath]) -> OrderOut:
        """Give up an order that is not paid; its stock is free again at once."""
        order = orders.order(viewer=self.viewer, ref=parsed_path.ref)
        if order.shopper_id != self.viewer.shopper_id:
            raise OrderUnknown
        cancel_order(order_id=order.id, shopper_id=order.shopper_id, reason=CancelReason.SHOPPER, at=clock.now())
        return _order(orders.order(viewer=self.viewer, ref=parsed_path.ref))


class ConfirmDoor(Door):
    """Confirm receipt."""

    scope = "shop"
    tags = ("shopping",)

    def post(self, parsed_path: Path[RefPath]) -> OrderOut:
        """The shopper has the goods: the merchants' money is released at once."""
        confirm_receipt(viewer=self.viewer, order_ref=parsed_path.ref, at=clock.now())
        return _order(orders.order(viewer=self.viewer, ref=parsed_path.ref))


class PaymentOut(msgspec.Struct):
    """A payment. pay_url: where the shopper pays, empty until the provider has answered."""

    ref: str
    order: str
    state: str
    amount: Amount
    pay_url: str


class PaymentDoor(Door):
    """One payment."""

    scope = "shop"
    tags = ("shopping",)

    def get(self, parsed_path: Path[RefPath]) -> PaymentOut:
        """One payment and the address at which it is paid."""
        one = payments.payment(viewer=self.viewer, ref=parsed_path.ref)
        return PaymentOut(one.ref, one.order_ref, one.state.value, amount(one.amount), one.pay_url)


def _order(order: OrderView) -> OrderOut:
    return OrderOut(
        ref=order.ref,
        state=order.state.value,
        sums=sums_of(order.amounts),
        quote=order.quote_ref,
        placed_at=order.placed_at,
        expires_at=order.expires_at,
        timeline=[Moment(one.at, str(one.what)) for one in order.timeline],
        consignments=[consignment_out(one) for one in order.consignments],
    )


def consignment_out(one: ConsignmentView) -> OrderConsignmentOut:
    """One consignment as the API shows it to its shopper and its merchant."""
    return OrderConsignmentOut(
        ref=one.ref,
        merchant=one.merchant_name,
        state=one.stage.value,
        mode=one.mode,
        regime=one.regime,
        route=one.route.value,
        sums=sums_of(one.amounts),
        lines=[
            OrderLineOut(
                listing=line.listing_ref,
                sku=line.sku,
                title=dict(line.title),
                options=list(line.options),
                quantity=line.quantity,
                unit=amount(line.unit),
                total=amount(line.amounts.total),
                goods_code=line.goods_code,
                origin=line.origin,
            )
            for line in one.lines
        ],
        timeline=[Moment(moment.at, str(moment.what)) for moment in one.timeline],
        release_at=one.release_at,
        level=one.level,
        promotions=promotions_out(one.promotions),
    )
