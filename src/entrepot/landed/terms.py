"""The landed price: what goods cost at the shopper's door, part by part, as asked, answered and frozen.

`QuoteRequest` and `QuoteAnswer` are the public contract of `entrepot quote --jsonl` and `POST /api/v1/quotes`;
`BasketQuote` is what a shopper is shown and pays, kept unchanged for good.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import UNSET, Struct, UnsetType, field

from entrepot.kernel.errors import Conflict, NotFound, Refused
from entrepot.kernel.money import Money
from entrepot.kernel.text import Text
from entrepot.rates.terms import Rate

Fact = str | bool | int | None


class Mode(StrEnum):
    """How goods travel in law. cbec_bonded is customs code 1210, cbec_direct 9610."""

    CARGO = "cargo"
    EXPRESS = "express"
    POST = "post"
    CBEC_BONDED = "cbec_bonded"
    CBEC_DIRECT = "cbec_direct"
    PERSONAL = "personal"


class Transport(StrEnum):
    """What carries the goods over the border."""

    AIR = "air"
    SEA = "sea"
    ROAD = "road"
    RAIL = "rail"


class Entry(StrEnum):
    """The customs procedure asked for; auto lets value and mode decide."""

    AUTO = "auto"
    FORMAL = "formal"
    INFORMAL = "informal"
    EXPRESS_CONSIGNMENT = "express_consignment"
    MAIL = "mail"


class Importer(StrEnum):
    """Who imports in law."""

    CONSUMER = "consumer"
    BUSINESS = "business"
    MERCHANT = "merchant"


class Status(StrEnum):
    """How sure an answer is. A missing fact is `unknown`, never a zero."""

    AMOUNT = "amount"
    RANGE = "range"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Given(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts of the caller's that stand in for a schedule that is not loaded. Percentages: 6.5 means 6.5 %."""

    duty_pct: Decimal | None = None
    vat_pct: Decimal | None = None
    consumption_tax_pct: Decimal | None = None
    articles_rate_pct: Decimal | None = None
    gst_pct: Decimal | None = None
    listed: bool | None = None
    list_remark: str | None = None


class AskedLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a request. value: price of all its units without freight, in `currency`."""

    goods_code: str | None = None
    origin: str
    quantity: int = 1
    value: Decimal
    currency: str
    measures: dict[str, Decimal] = field(default_factory=dict)
    claims: tuple[str, ...] = ()
    given: Given = field(default_factory=Given)
    facts: dict[str, Fact] = field(default_factory=dict)


class QuoteRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One consignment to be quoted. on: the entry date, local to the authority; it selects the law."""

    id: str
    on: date
    destination: str
    region: str | None = None
    ship_from: str
    mode: Mode
    transport: Transport | None = None
    entry: Entry = Entry.AUTO
    importer: Importer = Importer.CONSUMER
    currency: str
    lines: tuple[AskedLine, ...]
    freight: Decimal = Decimal(0)
    insurance: Decimal = Decimal(0)
    freight_itemised: bool = True
    annual_used: Decimal = Decimal(0)


class Component(Struct, frozen=True, kw_only=True):
    """One duty, tax or fee: its base, the rate as the law writes it, the amount, and where the law stands.

    line: index of the request's line; None for the whole consignment. assumed: why the figure is carried forward.
    """

    kind: str
    line: int | None
    base: Decimal
    rate: str
    amount: Decimal
    source: str
    valid_from: date
    assumed: str | UnsetType = UNSET


class Alternative(Struct, frozen=True, kw_only=True):
    """Another lawful way and what it would cost."""

    regime: str
    duty: Decimal
    tax: Decimal
    fees: Decimal
    total: Decimal


class Span(Struct, frozen=True, kw_only=True):
    """The least and the most it can come to, and what decides."""

    low: Decimal
    high: Decimal
    because: str


class QuoteAnswer(Struct, frozen=True, kw_only=True):
    """The answer to one request. Amounts are in `currency`; `duty`, `tax`, `fees` sum their families of components."""

    id: str
    status: Status
    currency: str
    customs_value: Decimal | None
    duty: Decimal | None
    tax: Decimal | None
    fees: Decimal | None
    total: Decimal | None
    range: Span | None
    regime: str | None
    components: tuple[Component, ...]
    notes: tuple[str, ...]
    reason: str | None
    alternatives: tuple[str | Alternative, ...]
    annual_used_after: Decimal | None
    data_version: str
    trace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be assumed where the law of the day is not known.

    carry_forward: a fee or rate whose next period is not published yet counts at its last known figure, flagged in the
    component and the notes. Only right where the marketplace bears the difference (a guaranteed lane).
    """

    carry_forward: bool = False


STRICT: Final = Policy()
GUARANTEED: Final = Policy(carry_forward=True)


@dataclass(frozen=True, slots=True)
class LineQuote:
    """One basket line in a frozen quote. All amounts in the quote's currency but the two `merchant_` ones.

    freight, duty, tax, fees: this line's exact share of its consignment's. merchant_net: what the merchant is owed for
    the line, in the merchant's own currency: price less commission. fx: quote currency per merchant currency.
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

    @property
    def total(self) -> Money:
        """Goods with everything apportioned to them."""
        return self.goods + self.freight + self.duty + self.tax + self.fees


@dataclass(frozen=True, slots=True)
class ConsignmentQuote:
    """One merchant's part from one place by one channel, with its own way through customs."""

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
    net_grams: int
    gross_grams: int


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


# Each code's sentence and remedy are gettext ids; `{facts}` are filled in by the edge.
REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "annual_limit_exceeded": (
        "This order would pass the yearly allowance for cross-border retail imports.",
        "Order less this year, or buy in general trade.",
    ),
    "over_single_limit_multi_item": (
        "Several articles together pass the limit for one cross-border retail order.",
        "Split the basket into smaller orders.",
    ),
    "over_single_limit": (
        "The article is worth more than one cross-border retail order may be.",
        "It can only come in general trade.",
    ),
    "over_personal_limit": (
        "The parcel is worth more than personal articles by post may be.",
        "Split the basket into smaller orders, or buy it in the mall.",
    ),
    "not_on_positive_list": (
        "The article is not on the list for cross-border retail imports.",
        "Look for it in another channel.",
    ),
    "list_remark_mode": (
        "The article may enter by cross-border retail from a bonded warehouse only.",
        "Look for an offer that ships from a bonded warehouse.",
    ),
    "importer_not_consumer": (
        "This way of importing is open to consumers for their own use only.",
        "Import it in general trade.",
    ),
    "prohibited": ("The article may not enter this way.", "Look for it in another channel."),
    "licence_missing": ("The article needs a permit that is not on file.", "Ask the merchant for the permit."),
    "code_unknown": (
        "The duty for this article cannot be told: its goods code is missing or not loaded.",
        "Ask the merchant for the full goods code.",
    ),
    "quantity_missing": (
        "The duty for this article is counted by a quantity that is not given.",
        "Ask the merchant to complete the article's weight and pieces.",
    ),
    "rate_unknown": ("A rate of the day is not known.", "Try again after the marketplace has loaded it."),
    "exchange_rate_missing": ("We have no exchange rate for this currency.", "Choose another currency."),
    "destination_unknown": ("We do not know the customs law of that country yet.", "Choose another destination."),
    "mode_unknown": ("Goods do not enter that country this way.", "Choose another way."),
    "no_lane": ("The channel does not send to that country.", "Choose another destination."),
    "no_freight": ("No carrier takes this there.", "Choose another destination, or fewer pieces."),
    "not_on_sale": ("The article is no longer on sale.", "Take it out of the basket."),
    "not_admitted": ("The merchant may not sell in this channel.", "Look for it in another channel."),
    "request_invalid": ("The request cannot be read.", "Correct it and send it again."),
}


class QuoteMissing(NotFound):
    """There is no such quote, or it is another shopper's."""

    code = "landed.quote_missing"
    message = "We could not find that quote."
    remedy = "Open the basket again to get a new one."


class QuoteExpired(Conflict):
    """The quote's time is over."""

    code = "landed.quote_expired"
    message = "The prices were good until {valid_until}."
    remedy = "Look at the new prices and confirm again."


class RequestInvalid(Refused):
    """A request does not have the contract's form."""

    code = "landed.request_invalid"
    message = "The request cannot be read: {why}."
    remedy = "Correct it and send it again."


class NothingToQuote(Refused):
    """The basket is empty."""

    code = "landed.nothing_to_quote"
    message = "The basket is empty."
    remedy = "Put something into it first."
