"""The public contract of `entrepot quote --jsonl` and `POST /api/v1/quotes`: one request, one answer."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import UNSET, Struct, UnsetType, field

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


# ISO 3166 leaves these to users; the trade writes them for goods of unknown origin.
UNKNOWN_ORIGINS: Final = frozenset({"XX", "ZZ"})


class AskedLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a request. value: price of all its units without freight, in `currency`.

    origin: left out or null where nobody knows it; then it is one of UNKNOWN_ORIGINS.
    """

    goods_code: str | None = None
    origin: str = "ZZ"
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
    valid_until: the first day on which it no longer holds, where that is known.
    """

    kind: str
    line: int | None
    base: Decimal
    rate: str
    amount: Decimal
    source: str
    valid_from: date
    assumed: str | UnsetType = UNSET
    valid_until: date | UnsetType = UNSET


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
