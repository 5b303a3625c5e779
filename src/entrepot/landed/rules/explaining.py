"""A stored quote told line by line, as a customs broker would lay it out, in the reader's language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from entrepot.kernel.money import Money
from entrepot.kernel.text import Text
from entrepot.landed.rules.telling import Translate, sentence, sentences
from entrepot.landed.terms import KINDS, REGIMES, ROUNDING, BasketQuote, Component, ConsignmentQuote, LineQuote, Step
from entrepot.rates.terms import Rate

_ROUNDINGS = tuple(ROUNDING.values())
_ADDED = (Step(", waived"), Step(", not levied"), Step(" total with base"))
_FREE = Step("free")
Cite = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class PartTold:
    """One duty, tax or fee: `base` x `rate` = `amount`. goods: the line it is on, none for the whole consignment.

    valid_until: the first day it no longer holds, where that is known. assumed: the figure is carried forward.
    """

    kind: str
    label: str
    goods: Text | None
    base: Money
    rate: str
    amount: Money
    source: str
    valid_from: date
    valid_until: date | None
    assumed: bool


@dataclass(frozen=True, slots=True)
class ConsignmentTold:
    """One consignment of a quote. on: the day whose law was asked, none within one country."""

    number: int
    quoted: ConsignmentQuote
    regime: str
    on: date | None
    parts: tuple[PartTold, ...]
    rounding: str
    trace: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuoteTold:
    """A whole quote. rates: the exchange rates into the quote's currency that it was made with."""

    quote: BasketQuote
    consignments: tuple[ConsignmentTold, ...]
    rates: tuple[Rate, ...]


def told_quote(*, quote: BasketQuote, translate: Translate, cite: Cite) -> QuoteTold:
    """The quote as a customs broker reads it. translate: English to the reader's language; cite: a source likewise.

    A quote from before its reasoning was kept as steps is told in English.
    """
    return QuoteTold(
        quote=quote,
        consignments=tuple(
            _consignment(number, one, translate, cite) for number, one in enumerate(quote.consignments, start=1)
        ),
        rates=told_rates(quote=quote),
    )


def told_rates(*, quote: BasketQuote) -> tuple[Rate, ...]:
    """The exchange rates into the quote's currency that its prices were told with."""
    used = {line.merchant_unit.currency for one in quote.consignments for line in one.lines}
    return tuple(rate for rate in quote.fx if rate.base in used and rate.quote == quote.currency)


def _consignment(number: int, one: ConsignmentQuote, translate: Translate, cite: Cite) -> ConsignmentTold:
    way = REGIMES.get(one.regime)
    return ConsignmentTold(
        number=number,
        quoted=one,
        regime=sentence(way, translate) if way else one.regime.replace("_", " "),
        on=one.asked.on if one.asked else None,
        parts=told_parts(quoted=one, translate=translate, cite=cite),
        rounding=next((sentence(step, translate) for step in one.steps if step in _ROUNDINGS), ""),
        trace=sentences([_for_people(step, cite) for step in one.steps if step not in _ROUNDINGS], translate)
        or one.trace,
        notes=sentences([_for_people(step, cite) for step in one.remarks], translate) or one.notes,
    )


def _for_people(step: Step, cite: Cite) -> Step:
    """The step as people read it: lines are counted from one, sources are cited in the reader's language."""

    def fact(name: str, value: str | Step | tuple[Step, ...]) -> str | Step | tuple[Step, ...]:
        if isinstance(value, Step):
            return _for_people(value, cite)
        if isinstance(value, tuple):
            return tuple(_for_people(each, cite) for each in value)
        if name == "line" and value.isdecimal():
            return str(int(value) + 1)
        return cite(value) if name == "source" else value

    return Step(step.template, {name: fact(name, value) for name, value in step.facts.items()})


def told_parts(*, quoted: ConsignmentQuote, translate: Translate, cite: Cite) -> tuple[PartTold, ...]:
    """The consignment's duties, taxes and fees in the order they were worked out."""
    currency = quoted.total.currency
    return tuple(_part(part, quoted.lines, currency, translate, cite) for part in quoted.components)


def _part(part: Component, lines: Sequence[LineQuote], currency: str, translate: Translate, cite: Cite) -> PartTold:
    label = KINDS.get(part.kind)
    return PartTold(
        kind=part.kind,
        label=sentence(label, translate) if label else part.kind,
        goods=None if part.line is None else lines[part.line].title,
        base=Money.of(part.base, currency),
        rate=rate_told(rate=part.rate, translate=translate),
        amount=Money.of(part.amount, currency),
        source=cite(part.source),
        valid_from=part.valid_from,
        valid_until=part.valid_until if isinstance(part.valid_until, date) else None,
        assumed=bool(part.assumed),
    )


def rate_told(*, rate: str, translate: Translate) -> str:
    """A rate as the law writes it, with what the engine added to it in words of the reader's language."""
    for addition in _ADDED:
        if rate.endswith(addition.template):
            return rate.removesuffix(addition.template) + translate(addition.template)
    return translate(_FREE.template) if rate == "Free" else rate.replace(" x ", " × ")
