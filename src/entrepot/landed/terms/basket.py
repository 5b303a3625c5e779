"""What a shopper is shown and pays: a basket's quote, kept unchanged for good, and the landed price on a card."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from entrepot.kernel.money import Money
from entrepot.kernel.text import Text
from entrepot.landed.terms.contract import Component, QuoteRequest
from entrepot.landed.terms.steps import Step
from entrepot.promotions.terms import Answer
from entrepot.rates.terms import Rate


@dataclass(frozen=True, slots=True)
class Relief:
    """What promotions take off one line. All in the quote's currency but the two `own` ones.

    goods, freight: taken off. promoted, promoted_freight: the parts of these that the marketplace bears, the rest is
    the merchant's; own, own_freight: that rest in the merchant's currency. undeducted, undeducted_freight: the parts
    that the law leaves in the value for customs.
    """

    goods: Money
    freight: Money
    promoted: Money
    promoted_freight: Money
    undeducted: Money
    undeducted_freight: Money
    own: Money
    own_freight: Money


@dataclass(frozen=True, slots=True)
class PromotionQuote:
    """What one promotion takes off a consignment, and how much of it the marketplace bears.

    promotion_id, owner_id: which, and the merchant who made it, 0 for the marketplace. code: what the shopper entered,
    empty when it came by itself.
    """

    promotion_id: int
    owner_id: int
    ref: str
    title: Text
    code: str
    goods: Money
    freight: Money
    promoted: Money
    promoted_freight: Money

    @property
    def total(self) -> Money:
        """Off goods and delivery together."""
        return self.goods + self.freight


def summed(promotions: Iterable[PromotionQuote]) -> tuple[PromotionQuote, ...]:
    """The parts of the same promotions put together, in order of appearance."""
    sums: dict[int, PromotionQuote] = {}
    for one in promotions:
        known = sums.get(one.promotion_id)
        sums[one.promotion_id] = one if known is None else replace(
            known, goods=known.goods + one.goods, freight=known.freight + one.freight,
            promoted=known.promoted + one.promoted, promoted_freight=known.promoted_freight + one.promoted_freight,
        )  # fmt: skip
    return tuple(sums.values())


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """One way to have a consignment delivered: its price before discounts, in the quote's currency, and its days."""

    level: str
    cost: Money
    days_min: int
    days_max: int


@dataclass(frozen=True, slots=True)
class LineQuote:
    """One basket line in a frozen quote. All amounts in the quote's currency but the two `merchant_` ones.

    goods and freight are after discounts; relief: what was taken off. unit: before discounts. freight, duty, tax,
    fees: this line's exact share of its consignment's. merchant_net: what the merchant is owed for the line, in the
    merchant's own currency: price less commission and its tax. fx: quote currency per merchant currency.
    commission_rule: where the rate comes from; commission_tax: owed to `seat`, part of the goods like the commission.
    Quotes from before the last five were kept have none of them.
    """

    variant_id: int
    merchant_id: int
    listing_ref: str
    sku: str
    title: Text
    options: tuple[str, ...]
    picture: str
    goods_code: str
    origin: str
    net_grams: int
    quantity: int
    unit: Money
    goods: Money
    freight: Money
    duty: Money
    tax: Money
    fees: Money
    commission: Money
    merchant_unit: Money
    merchant_net: Money
    fx: Decimal
    gross_grams: int | None = None
    relief: Relief | None = None
    category: str = ""
    commission_rate: Decimal | None = None
    commission_rule: str = ""
    commission_tax: Money | None = None
    seat: str = ""

    @property
    def total(self) -> Money:
        """Goods with everything apportioned to them."""
        return self.goods + self.freight + self.duty + self.tax + self.fees

    @property
    def goods_before(self) -> Money:
        """The goods at their prices, before discounts."""
        return self.goods + self.relief.goods if self.relief else self.goods


@dataclass(frozen=True, slots=True)
class ConsignmentQuote:
    """One merchant's part from one place by one channel, with its own way through customs.

    asked: the request behind duty, tax and fees, for replaying it; None within one country. components[].line counts
    `lines` from zero. annual_used_after: the shopper's CBEC allowance used in the year, this consignment included.
    steps and remarks: `trace` and `notes` before they were told in English. guaranteed: whether figures could be
    carried forward at the marketplace's risk. Quotes from before these were kept have none of the three.
    level: the delivery chosen among `options`. promotions: what each took off goods and freight.
    """

    merchant_id: int
    merchant_name: str
    channel: str
    ship_from: str
    mode: str
    route: str
    regime: str
    lines: tuple[LineQuote, ...]
    goods: Money
    freight: Money
    duty: Money
    tax: Money
    fees: Money
    total: Money
    components: tuple[Component, ...]
    notes: tuple[str, ...]
    trace: tuple[str, ...]
    annual_used_after: Money | None
    days_min: int
    days_max: int
    asked: QuoteRequest | None = None
    steps: tuple[Step, ...] = ()
    remarks: tuple[Step, ...] = ()
    guaranteed: bool | None = None
    level: str = "standard"
    options: tuple[DeliveryOption, ...] = ()
    promotions: tuple[PromotionQuote, ...] = ()

    @property
    def goods_before(self) -> Money:
        """The goods at their prices, before discounts."""
        return Money.total((line.goods_before for line in self.lines), self.total.currency)

    @property
    def freight_before(self) -> Money:
        """The delivery chosen, before discounts."""
        return self.freight + Money.total((one.freight for one in self.promotions), self.total.currency)

    @property
    def counted(self) -> Money | None:
        """What it counts to the yearly allowance for retail imports; None for another way in."""
        if self.annual_used_after is None or self.asked is None:
            return None
        return self.annual_used_after - Money.of(self.asked.annual_used, self.annual_used_after.currency)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Part of a basket that cannot be had this way. reason: a key of REASONS; alternatives: the ways that are open."""

    merchant_id: int
    merchant_name: str
    variant_ids: tuple[int, ...]
    titles: tuple[Text, ...]
    channel: str
    reason: str
    facts: Mapping[str, str]
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BasketQuote:
    """What the shopper is shown and pays until `valid_until`; never changed once written."""

    ref: str
    shopper_id: int
    currency: str
    destination: str
    region: str
    consignments: tuple[ConsignmentQuote, ...]
    goods: Money
    freight: Money
    duty: Money
    tax: Money
    fees: Money
    total: Money
    made_at: datetime
    valid_until: datetime
    data_version: str
    fx: tuple[Rate, ...]
    refusals: tuple[Refusal, ...]
    basket_fingerprint: str
    codes: tuple[Answer, ...] = ()

    @property
    def promotions(self) -> tuple[PromotionQuote, ...]:
        """What each promotion takes off the whole, in the order in which they were applied."""
        return summed(each for consignment in self.consignments for each in consignment.promotions)

    @property
    def complete(self) -> bool:
        """Whether all that was asked for is in it."""
        return not self.refusals and bool(self.consignments)


@dataclass(frozen=True, slots=True)
class PriceAsk:
    """One unit of one offer, for a card or a listing page."""

    variant_id: int
    merchant_id: int
    channel: str
    price: Money
    goods_code: str
    origin: str
    ship_from: str
    net_grams: int | None
    gross_grams: int | None


@dataclass(frozen=True, slots=True)
class LandedPrice:
    """What one unit, bought alone, costs at the door: `goods`, and `freight`, `duty`, `tax`, `fees` beside it.

    reason: set where it cannot be had at this destination, or where the law of the day is unknown; then the parts are
    zero and `total` is None.
    """

    variant_id: int
    currency: str
    goods: Money
    freight: Money
    duty: Money
    tax: Money
    fees: Money
    total: Money | None
    regime: str
    components: tuple[Component, ...]
    notes: tuple[str, ...]
    reason: str | None
    alternatives: tuple[str, ...]
    days_min: int
    days_max: int
