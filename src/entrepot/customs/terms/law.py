"""The law of the border as dated facts: goods codes, measures, fees, thresholds, restrictions, each with its source.

A measure is one duty or tax: on which codes, of which origins, at what rate, on what base, beside or instead of which
others, from when until when. A `Law` is all of it for one destination on one day, ready to be asked. Rows come in
parts, each from one source; an authority's law is the union of its parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from entrepot.customs.terms.rates import RateExpression
from entrepot.kernel.text import Text

Value = TypeVar("Value")


class Relation(StrEnum):
    """How a measure meets the others on the same goods.

    add: on top. highest: of its own kind only the highest counts. top_up: its rate is a total that the base duty is
    raised to, never lowered. instead: replaces the base duty for whoever claims it. exempt: spares its codes from every
    measure of its kind.
    """

    ADD = "add"
    HIGHEST = "highest"
    TOP_UP = "top_up"
    INSTEAD = "instead"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A measure that bites only at and above a price per unit (CNY 10 a gram); units: any of these will do."""

    at_least: Decimal
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transit:
    """Goods loaded before one day and entered before another are spared."""

    loaded_before: date
    entered_before: date


@dataclass(frozen=True, slots=True)
class Measure:
    """One duty or tax. kind: the quote contract's component kind.

    codes, codes_except: prefixes, the longest that fits decides; `` fits all. origins empty: every origin.
    claim: needed to have it; claims_any: one of these is needed, if there are any; claims_except: any of these spares. base: `value`, or `content:steel` for the value of the
    named part. shut_out_by: kinds whose goods it spares. unknown_from: the law of that day on is not known to us, what
    stands here is the last we know. heading: the line of the schedule an importer declares.
    """

    key: str
    kind: str
    codes: tuple[str, ...]
    codes_except: tuple[str, ...]
    origins: frozenset[str]
    origins_except: frozenset[str]
    regions: frozenset[str]
    rate: RateExpression
    base: str
    relation: Relation
    claim: str
    claims_except: frozenset[str]
    shut_out_by: frozenset[str]
    unit_price: UnitPrice | None
    transit: Transit | None
    valid_from: date
    valid_until: date | None
    unknown_from: date | None
    source: str
    note: str
    claims_any: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fee:
    """What customs charges for its work. entries and transports empty: all. flat is for each consignment."""

    key: str
    kind: str
    entries: frozenset[str]
    transports: frozenset[str]
    claims_except: frozenset[str]
    rate: Decimal
    flat: Decimal
    minimum: Decimal | None
    maximum: Decimal | None
    valid_from: date
    unknown_from: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """An amount that law attaches something to. origins, ships_from, modes empty: all."""

    key: str
    name: str
    amount: Decimal
    currency: str
    origins: frozenset[str]
    origins_except: frozenset[str]
    ships_from: frozenset[str]
    modes: frozenset[str]
    valid_from: date
    source: str


class Verdict(StrEnum):
    """What a restriction does."""

    PROHIBITED = "prohibited"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True)
class Restriction:
    """Goods that may not enter, or only with a document. modes empty: every way. document: the claim that proves it."""

    key: str
    codes: tuple[str, ...]
    codes_except: tuple[str, ...]
    origins: frozenset[str]
    modes: frozenset[str]
    verdict: Verdict
    document: str
    text: Text
    source: str


@dataclass(frozen=True, slots=True)
class Goods:
    """A goods code that the loaded data covers: for it, and only for it, no measure means that there is none.

    units: legal units in the schedule's order, in the quote contract's names. Where a whole schedule is loaded also:
    indent: its depth there; above: the words of headings without a code between it and the code over it, outermost
    first; footnotes: (column, text); successors: the codes that took its place later.
    """

    code: str
    text: Text
    units: tuple[str, ...]
    source: str
    indent: int = 0
    above: tuple[str, ...] = ()
    footnotes: tuple[tuple[str, str], ...] = ()
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dated(Generic[Value]):
    """A fact with the days it holds, the last one not included."""

    value: Value
    valid_from: date
    valid_until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the day is in it."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(frozen=True, slots=True)
class Speaks:
    """What an official part answers alone: there the starter's rows do not count, also where the part is silent.

    kind: a measure's or fee's kind, a threshold's name, `goods` or `restriction`; empty for all of them. codes: the
    prefixes it speaks for. back_to: its first state is taken to have held since that day too, as an assumption.
    """

    kind: str
    valid_from: date
    valid_until: date | None = None
    codes: tuple[str, ...] = ("",)
    back_to: date | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Dated rows of one authority, or of one part of its law. speaks: what the part answers alone.

    holds_from: the rows are an edition's, the state from that day until the next edition's; their own days do not
    count. None: they are the part whole, with their days.
    """

    measures: tuple[Measure, ...] = ()
    goods: tuple[Dated[Goods], ...] = ()
    fees: tuple[Dated[Fee], ...] = ()
    thresholds: tuple[Dated[Threshold], ...] = ()
    restrictions: tuple[Dated[Restriction], ...] = ()
    areas: Mapping[str, frozenset[str]] = field(default_factory=dict)
    speaks: tuple[Speaks, ...] = ()
    holds_from: date | None = None


class Entry(NamedTuple):
    """That measure number `measure` counts a prefix in, or out, from one day until another (ordinals)."""

    measure: int
    inside: bool
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class LawIndex:
    """One authority's whole law as it was known at one load, sorted by goods-code prefix; look-ups name the day.

    version: authority, load and digest, `US:41-0f3a...`. measures: in the order they were written; entries: by prefix,
    the longest fitting prefix decides; lengths: of all prefixes, longest first; goods: by code; codes: of all goods,
    sorted; speaks: what official parts answer alone.
    """

    currency: str
    version: str
    areas: Mapping[str, frozenset[str]]
    measures: Sequence[Measure]
    entries: Mapping[str, tuple[Entry, ...]]
    lengths: tuple[int, ...]
    goods: Mapping[str, tuple[Dated[Goods], ...]]
    codes: tuple[str, ...]
    speaks: tuple[Speaks, ...]
    fees: tuple[Dated[Fee], ...]
    thresholds: Mapping[str, tuple[Dated[Threshold], ...]]
    restrictions: tuple[Dated[Restriction], ...]


@dataclass(frozen=True, slots=True)
class Law:
    """The law of one destination on one day: the authority's index and the day that look-ups ask it for.

    today: what long prefix lists have on that day, filled as it is asked for.
    """

    destination: str
    on: date
    index: LawIndex
    today: dict[str, tuple[Entry, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def currency(self) -> str:
        """What the authority counts in."""
        return self.index.currency

    @property
    def version(self) -> str:
        """Authority, load and digest of what the answer is made from."""
        return self.index.version

    @property
    def areas(self) -> Mapping[str, frozenset[str]]:
        """Named groups of countries."""
        return self.index.areas


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading a part did, by key. load: its number; None when nothing was there to do.

    changed: keys whose rate, days or words are others than before; ended: keys that the part no longer has.
    """

    jurisdiction: str
    part: str
    edition: str
    load: int | None
    new: int = 0
    ended: int = 0
    changed: int = 0
    same: int = 0
