"""An order is one payment; a consignment is one merchant's part of it from one place. Both keep copies, not links."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType

from entrepot.channels.terms import Route
from entrepot.kernel.money import Money
from entrepot.kernel.text import Text
from entrepot.landed.terms import Component, PromotionQuote, summed
from entrepot.ledger.terms import Shares
from entrepot.parties.terms import Address
from entrepot.rates.terms import Rate

OrderId = NewType("OrderId", int)
ConsignmentId = NewType("ConsignmentId", int)

# News about an order; owner: the shopper.
PLACED: Final = "orders.placed"
PAID: Final = "orders.paid"
CANCELLED: Final = "orders.cancelled"
DONE: Final = "orders.done"
RECEIPT_CONFIRMED: Final = "orders.receipt_confirmed"
# News about a consignment; owner: the merchant; fact `state`: where it is now.
CONSIGNMENT_MOVED: Final = "orders.consignment_moved"


class State(StrEnum):
    """An order's state. done: every consignment of a paid order has ended."""

    PLACED = "placed"
    PAID = "paid"
    DONE = "done"
    CANCELLED = "cancelled"


class OrderVerb(StrEnum):
    """What can happen to an order."""

    PAY = "pay"
    FINISH = "finish"
    CANCEL = "cancel"


class Stage(StrEnum):
    """A consignment's state. sent: the merchant handed it over, to the depot or to the carrier.

    refused: customs did not let it in, its money is still held. refunded: that money went back to the shopper.
    """

    PLACED = "placed"
    PAID = "paid"
    SENT = "sent"
    RECEIVED = "received"
    PACKED = "packed"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    RELEASED = "released"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    REFUNDED = "refunded"


class Verb(StrEnum):
    """What can happen to a consignment. pay and cancel come with the order's own."""

    PAY = "pay"
    SEND = "send"
    RECEIVE = "receive"
    PACK = "pack"
    DISPATCH = "dispatch"
    DELIVER = "deliver"
    RELEASE = "release"
    CANCEL = "cancel"
    REFUSE = "refuse"
    GIVE_BACK = "give_back"


class CancelReason(StrEnum):
    """Why an order was given up before it was paid."""

    SHOPPER = "shopper"
    EXPIRED = "expired"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is paid and for what, all in the order's currency; total is the exact sum of the five."""

    goods: Money
    freight: Money
    duty: Money
    tax: Money
    fees: Money
    total: Money


@dataclass(frozen=True, slots=True)
class Reductions:
    """What promotions took off goods and delivery; promoted, promoted_freight: what of it the marketplace bears."""

    goods: Money
    freight: Money
    promoted: Money
    promoted_freight: Money


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: an order's or consignment's new state and when."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One article of a consignment as it was when ordered; the catalogue is not read again.

    net_grams, gross_grams: of one piece; gross with its packing, where the merchant gave it.

    commission and the tax on it are part of the goods. merchant_net: what the merchant is owed for the line, in the
    merchant's currency. commission_rate, commission_rule: as frozen at the sale, none on lines from before.
    unit is before discounts. undeducted: the discounts that stay in the value for customs. merchant_discount,
    merchant_freight: what the merchant bears of the discounts, in the merchant's currency.
    fx: units of the order's currency for one unit of the merchant's.
    """

    variant_id: int
    merchant_id: int
    consignment_id: ConsignmentId
    listing_ref: str
    sku: str
    title: Text
    options: tuple[str, ...]
    picture: str
    goods_code: str
    origin: str
    net_grams: int
    gross_grams: int | None
    quantity: int
    unit: Money
    amounts: Amounts
    commission: Money
    merchant_unit: Money
    merchant_net: Money
    fx: Decimal
    commission_tax: Money
    commission_rate: Decimal | None
    commission_rule: str
    reductions: Reductions | None = None
    undeducted: Money | None = None
    undeducted_freight: Money | None = None
    merchant_discount: Money | None = None
    merchant_freight: Money | None = None

    @property
    def goods_before(self) -> Money:
        """The goods at their prices, before discounts."""
        return self.amounts.goods + self.reductions.goods if self.reductions else self.amounts.goods

    @property
    def valued(self) -> Money:
        """The goods' price as customs see it: what is paid and the discounts that the law does not deduct."""
        return self.amounts.goods + self.undeducted if self.undeducted else self.amounts.goods


@dataclass(frozen=True, slots=True)
class ConsignmentView:
    """One merchant's part of an order. barcode: what its parcel carries, the depot scans it.

    number: its place in the order, from one. counted: whether it counts to the shopper's yearly allowance.
    level: the delivery chosen. promotions: what each took off; amounts are after them.
    address: where it goes in the end; a merchant whose parcels pass the depot sees its country only.
    release_at: when the merchant's money is due; none before delivery. paused_since: a claim stopped that clock.
    """

    id: ConsignmentId
    ref: str
    barcode: str
    merchant_id: int
    merchant_name: str
    order_id: OrderId
    order_ref: str
    shopper_id: int
    channel: str
    ship_from: str
    destination: str
    region: str
    mode: str
    route: Route
    regime: str
    stage: Stage
    amounts: Amounts
    commission: Money
    merchant_net: Money
    components: tuple[Component, ...]
    notes: tuple[str, ...]
    trace: tuple[str, ...]
    data_version: str
    days_min: int
    days_max: int
    address: Address
    placed_at: datetime
    timeline: tuple[Moment, ...]
    release_at: datetime | None
    paused_since: datetime | None
    lines: tuple[LineView, ...]
    commission_tax: Money
    number: int = 1
    counted: bool = False
    level: str = "standard"
    reductions: Reductions | None = None
    promotions: tuple[PromotionQuote, ...] = ()

    @property
    def pieces(self) -> int:
        """All pieces together."""
        return sum(line.quantity for line in self.lines)

    @property
    def net_grams(self) -> int:
        """Net mass of all pieces."""
        return sum(line.net_grams * line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order with everything that explains it. expires_at: until when it can be paid."""

    id: OrderId
    ref: str
    shopper_id: int
    state: State
    amounts: Amounts
    destination: str
    region: str
    address: Address
    quote_ref: str
    data_version: str
    fx: tuple[Rate, ...]
    placed_at: datetime
    expires_at: datetime
    cancel_reason: str
    timeline: tuple[Moment, ...]
    consignments: tuple[ConsignmentView, ...]

    @property
    def promotions(self) -> tuple[PromotionQuote, ...]:
        """What each promotion took off the whole order."""
        return summed(each for one in self.consignments for each in one.promotions)


@dataclass(frozen=True, slots=True)
class OrderCard:
    """An order in a list. titles and pictures: of its lines, in their order."""

    ref: str
    shopper_id: int
    state: State
    total: Money
    destination: str
    placed_at: datetime
    stages: tuple[Stage, ...]
    merchants: tuple[str, ...]
    titles: tuple[Text, ...]
    pictures: tuple[str, ...]
    pieces: int


@dataclass(frozen=True, slots=True)
class ConsignmentCard:
    """A consignment in a list, for its merchant, the depot or the operator."""

    id: ConsignmentId
    ref: str
    barcode: str
    merchant_id: int
    merchant_name: str
    order_ref: str
    channel: str
    route: Route
    destination: str
    stage: Stage
    goods: Money
    merchant_net: Money
    total: Money
    pieces: int
    grams: int
    titles: tuple[Text, ...]
    placed_at: datetime
    moved_at: datetime
    release_at: datetime | None


@dataclass(frozen=True, slots=True)
class SoldGroup:
    """Lines sold by one merchant in one category, channel and currency: their goods and the commission on them."""

    merchant_id: int
    category: str
    channel: str
    lines: int
    goods: Money
    commission: Money


@dataclass(frozen=True, slots=True)
class OrderToPay:
    """What settling a payment needs to know of its order."""

    id: OrderId
    ref: str
    shopper_id: int
    state: State
    total: Money
    merchant_ids: tuple[int, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """An order that is to be paid, with the money of its consignments in their order; read without a lock."""

    state: State
    merchant_ids: tuple[int, ...]
    shares: tuple[Shares, ...]


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order found by its key or its quote. address: as it is kept on it."""

    id: OrderId
    ref: str
    state: State
    key: str
    quote_ref: str
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """What placing an order gives: what to show and what to pay. repeated: it had been placed before."""

    order_ref: str
    payment_ref: str
    repeated: bool = field(default=False, compare=False)
