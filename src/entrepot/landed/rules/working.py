"""The sheet an answer is worked out on: goods in the authority's currency, parts as they come, and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final

from msgspec.structs import replace

from entrepot.customs.rules import duty_at, measures_on
from entrepot.customs.terms import Law, Measure
from entrepot.kernel.money import Money, exponent
from entrepot.landed.rules.telling import step
from entrepot.landed.terms import Alternative, AskedLine, Policy, QuoteRequest, Span, Status, Step
from entrepot.rates.terms import Rate

Rounder = Callable[[Decimal], Decimal]
ZERO: Final = Decimal(0)
CENT: Final = Decimal("0.01")
# Facts and claims that some rule reads; others are told in the notes instead of being passed over silently.
_KNOWN_FACTS: Final = frozenset(
    {"indivisible", "gift", "registered_producer", "linked_platform", "goods_code", "ddp", "duty_itemised"}
)
# Source: International System of Units; the quote contract's names of legal quantities. Each in thousandths of the next.
_METRIC: Final = (("g", "kg", "t"), ("ml", "l"))


class Stop(Exception):
    """There is no amount: refused, unknown or a range, with the code of the reason.

    missing: the figure that a rate asks for, and the rate, as one sentence.
    """

    def __init__(
        self,
        status: Status,
        reason: str | None,
        *,
        alternatives: Sequence[str | Alternative] = (),
        span: Span | None = None,
        regime: str | None = None,
        missing: Step | None = None,
    ) -> None:
        super().__init__(reason)
        self.missing = missing
        self.status, self.reason, self.span, self.regime = status, reason, span, regime
        self.alternatives = tuple(alternatives)


def unknown(reason: str) -> Stop:
    """We lack a fact; `reason` says which."""
    return Stop(Status.UNKNOWN, reason)


def refused(reason: str, *alternatives: str) -> Stop:
    """Not allowed this way; `alternatives` are the ways that are."""
    return Stop(Status.REFUSED, reason, alternatives=alternatives)


@dataclass(slots=True)
class Line:
    """A line of goods. code: digits only, empty when none was given; value: in the authority's currency."""

    index: int
    asked: AskedLine
    code: str
    value: Decimal
    claims: Mapping[str, str]


@dataclass(slots=True)
class Part:
    """One component before it is rounded. exact: its amount with all decimals."""

    kind: str
    line: int | None
    base: Decimal
    rate: str
    exact: Decimal
    source: str
    valid_from: date
    assumed: str = ""
    amount: Decimal = ZERO
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure stands that is no measure: a threshold, a fee, or what the caller gave."""

    source: str
    valid_from: date
    unknown_from: date | None = None
    valid_until: date | None = None


@dataclass(slots=True)
class Sheet:
    """Everything one answer is made of."""

    request: QuoteRequest
    law: Law
    policy: Policy
    lines: list[Line]
    freight: Decimal
    insurance: Decimal
    trace: list[Step]
    notes: list[Step]
    parts: list[Part] = field(default_factory=list)
    customs_value: Decimal | None = None
    regime: str | None = None
    annual_used_after: Decimal | None = None
    rates: Mapping[tuple[str, str], Rate] = field(default_factory=dict)
    # What was looked up already: a line is asked for several kinds of measure.
    found: dict[tuple[str, str, str], list[Measure]] = field(default_factory=dict)

    @property
    def goods_value(self) -> Decimal:
        """All lines together."""
        return sum((line.value for line in self.lines), ZERO)

    def say(self, sentence: str, /, **facts: object) -> None:
        """One step of the reasoning: an English sentence with `{facts}`, which is also the gettext id."""
        self.trace.append(step(sentence, facts))

    def note(self, sentence: str, /, **facts: object) -> None:
        """Something the reader must know, written like a step; told once."""
        told = step(sentence, facts)
        if sentence and told not in self.notes:
            self.notes.append(told)

    def add(self, kind: str, line: int | None, base: Decimal, rate: str, exact: Decimal, law: Measure | Source) -> Part:
        """Put in one part, not rounded yet; a rate beyond what is known is assumed or stops the answer."""
        part = Part(
            kind, line, base, rate, exact, law.source, law.valid_from, self.assumed(law), valid_until=law.valid_until
        )
        self.parts.append(part)
        return part

    def assumed(self, law: Measure | Source) -> str:
        """Why the figure is carried forward or back, empty where the law of the day is known. Raises Stop when it is not."""
        if isinstance(law, Measure) and law.valid_from > self.law.on:
            self.note(
                "Assumed: {source} was the same before {since}, from when on it is loaded.",
                source=law.source, since=law.valid_from,
            )  # fmt: skip
            return f"carried back; loaded from {law.valid_from}"
        if law.unknown_from is None or self.law.on < law.unknown_from:
            return ""
        if not self.policy.carry_forward:
            raise unknown(f"rate_unknown_from:{law.unknown_from}")
        self.note(
            "Assumed: {source} is carried forward; what holds from {since} is not known. "
            "The marketplace bears the difference.",
            source=law.source,
            since=law.unknown_from,
        )
        return f"carried forward; not known from {law.unknown_from}"

    def measures(self, line: Line, region: str = "") -> list[Measure]:
        """The measures on a line's goods."""
        asked = (line.code, line.asked.origin, region)
        found = self.found.get(asked)
        if found is None:
            found = measures_on(law=self.law, code=line.code, origin=line.asked.origin, region=region)
            self.found[asked] = found
        return found


def opened(*, request: QuoteRequest, law: Law, policy: Policy, rates: Mapping[tuple[str, str], Rate]) -> Sheet:
    """A fresh sheet: every amount of the request in the authority's currency, at named rates."""
    facts = {"destination": law.destination, "on": request.on, "version": law.version, "currency": law.currency}
    trace = [step("The law of {destination} on {on}, data {version}; amounts in {currency}.", facts)]
    lines = [
        Line(
            index,
            replace(line, measures=metric(line.measures)),
            digits(line.goods_code),
            exchanged(line.value, line.currency, law.currency, rates, trace),
            claimed(line.claims),
        )
        for index, line in enumerate(request.lines)
    ]
    sheet = Sheet(
        request=request,
        law=law,
        policy=policy,
        lines=lines,
        freight=exchanged(request.freight, request.currency, law.currency, rates, trace),
        insurance=exchanged(request.insurance, request.currency, law.currency, rates, trace),
        trace=trace,
        notes=[],
        rates=rates,
    )
    for line in request.lines:
        for fact in line.facts:
            if fact not in _KNOWN_FACTS:
                sheet.note("The fact {fact} is read by no rule and changed nothing.", fact=fact)
    return sheet


def metric(measures: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Legal quantities with those of the same mass or volume in grams, kilograms, tonnes, millilitres and litres."""
    found = dict(measures)
    for units in _METRIC:
        given = next((place for place, unit in enumerate(units) if unit in measures), None)
        if given is None:
            continue
        for place, unit in enumerate(units):
            found.setdefault(unit, measures[units[given]].scaleb(3 * (given - place)))
    return found


def exchanged(
    amount: Decimal, base: str, quote: str, rates: Mapping[tuple[str, str], Rate], trace: list[Step]
) -> Decimal:
    """`amount` in another currency, rounded half up to its minor unit. Raises Stop when the rate is missing."""
    if base == quote or not amount:
        return amount
    rate = rates.get((base, quote))
    if rate is None:
        raise unknown("exchange_rate_missing")
    facts = {"base": base, "rate": rate.value, "quote": quote, "source": rate.source, "on": rate.on}
    told = step("1 {base} is {rate} {quote} ({source}, {on}).", facts)
    if told not in trace:
        trace.append(told)
    return minor(quote)(amount * rate.value)


def digits(code: str | None) -> str:
    """A goods code without dots and blanks; empty when it is none. Raises Stop for other signs."""
    plain = (code or "").replace(".", "").replace(" ", "")
    if plain and not plain.isdecimal():
        raise unknown("code_unknown")
    return plain


def claimed(claims: Iterable[str]) -> dict[str, str]:
    """Claims by name; `in_transit:2026-07-20` under `in_transit`, others under their full text."""
    found = dict.fromkeys(claims, "")
    for claim in claims:
        name, _, detail = claim.partition(":")
        if name == "in_transit":
            found[name] = detail
    return found


def minor(currency: str) -> Rounder:
    """Rounding half up to the currency's minor unit."""
    unit = Decimal(1).scaleb(-exponent(currency))
    return lambda amount: amount.quantize(unit, ROUND_HALF_UP)


def truncated(currency: str) -> Rounder:
    """Cutting off below the currency's minor unit."""
    unit = Decimal(1).scaleb(-exponent(currency))
    return lambda amount: amount.quantize(unit, ROUND_DOWN)


def round_each(parts: Iterable[Part], rounder: Rounder) -> None:
    """Every part by itself."""
    for part in parts:
        part.amount = rounder(part.exact)


def round_sum(parts: Sequence[Part], currency: str) -> None:
    """The sum of the parts once, half up; the parts then share it by largest remainder, so that they add up."""
    unit = Decimal(1).scaleb(-exponent(currency))
    whole = sum((part.exact for part in parts), ZERO).quantize(unit, ROUND_HALF_UP)
    for part in parts:
        part.amount = part.exact.quantize(unit, ROUND_FLOOR)
    left = int((whole - sum((part.amount for part in parts), ZERO)) / unit)
    if left:
        for part in sorted(parts, key=lambda part: part.amount - part.exact)[:left]:
            part.amount += unit


def spread(amount: Decimal, lines: Sequence[Line], currency: str) -> list[Decimal]:
    """`amount` over the lines by value, exact to the minor unit; evenly when all values are zero."""
    if not amount:
        return [ZERO] * len(lines)
    if len(lines) == 1:
        return [amount]
    scale = exponent(currency)
    weights = [int(line.value.scaleb(scale)) for line in lines]
    if not any(weights):
        weights = [1] * len(lines)
    whole = Money(int(minor(currency)(amount).scaleb(scale)), currency)
    return [share.decimal for share in whole.split(weights)]


def rate_due(measure: Measure, value: Decimal, line: Line) -> Decimal:
    """What a measure's rate comes to. Raises Stop for a missing quantity or an unknown rate."""
    if not measure.rate.known:
        raise unknown("rate_unknown")
    ratio = measure.rate.ad_valorem
    if ratio is not None:
        return value * ratio
    due = duty_at(rate=measure.rate, value=value, measures=line.asked.measures)
    if isinstance(due, str):
        facts = {"line": line.index, "rate": measure.rate.text, "name": due, "source": measure.source}
        missing = step("Line {line}: the rate {rate} asks for {name} ({source}).", facts)
        raise Stop(Status.UNKNOWN, "quantity_missing", missing=missing)
    return due


def percent(ratio: Decimal) -> str:
    """A ratio as the law writes it: 16.5%."""
    return f"{(ratio * 100).normalize():f}%"
