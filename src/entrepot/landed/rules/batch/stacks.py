"""What the engine takes from one line of a stack of measures, learnt by asking the engine itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from entrepot.customs.terms import AdValorem, Law, LawIndex, Measure, RateExpression, Relation, Specific
from entrepot.customs.terms import Entry as Holds
from entrepot.landed.rules.answer import quote
from entrepot.landed.rules.batch.units import Flag, units_of
from entrepot.landed.terms import AskedLine, Entry, Importer, Mode, Policy, QuoteAnswer, QuoteRequest, Status

_CONTENT: Final = "content:"
_NOWHERE: Final[frozenset[str]] = frozenset()
# Large enough for every decimal of a rate to show in the cents; a multiple of three for thirds.
_PROBE: Final = Decimal(3_000_000_000)
_FREE: Final = RateExpression("Free", ())
# So much base duty that nothing is topped up.
_MUCH: Final = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Stack:
    """Rates by kind in parts of UNIT: added to the base, and totals that base and addition are topped up to."""

    added: dict[str, int]
    topped: dict[str, int]
    flags: Flag


@dataclass(slots=True)
class Probe:
    """Asks the engine what a few measures take from a line, in a law that has nothing else."""

    law: Law
    policy: Policy

    def base(self, measures: Sequence[Measure], code: str, origin: str) -> tuple[int, Flag]:
        """The base duty's rate, and what keeps it from being one."""
        rows = tuple(measure for measure in measures if measure.kind == "base")
        answer = self._asked(rows, code, origin)
        flags = _assumed(answer)
        if answer.status is Status.AMOUNT:
            rate = units_of((answer.duty or Decimal(0)) / _PROBE)
            return (0, Flag.UNKNOWN) if rate is None else (rate, flags)
        if answer.reason != "quantity_missing":
            return 0, Flag.UNKNOWN
        specific = all(isinstance(term, Specific) for row in rows for term in row.rate.terms)
        return 0, Flag.SPECIFIC if specific else Flag.COMPOUND

    def stack(self, measures: Sequence[Measure], code: str, origin: str) -> Stack:
        """What is charged beside the base duty.

        Twice where a rate tops up: above no base duty it shows whole, above much it is gone.
        """
        content = Flag.CONTENT if any(one.base.startswith(_CONTENT) for one in measures) else Flag(0)
        base = _based(self.law)
        low = self._asked((replace(base, rate=_FREE), *measures), code, origin)
        if low.status is not Status.AMOUNT:
            reason = Flag.QUANTITY if low.reason == "quantity_missing" else Flag.UNKNOWN
            return Stack({}, {}, reason | content)
        flags = _assumed(low) | content
        high = low
        if any(measure.relation is Relation.TOP_UP for measure in measures):
            much = RateExpression("1000x", (AdValorem(_MUCH),))
            high = self._asked((replace(base, rate=much), *measures), code, origin)
        return _stacked(low, high, measures, flags)

    def _asked(self, measures: Sequence[Measure], code: str, origin: str) -> QuoteAnswer:
        request = QuoteRequest(
            id="",
            on=self.law.on,
            destination=self.law.destination,
            ship_from=origin,
            mode=Mode.CARGO,
            entry=Entry.FORMAL,
            importer=Importer.BUSINESS,
            currency=self.law.currency,
            lines=(
                AskedLine(
                    goods_code=code,
                    origin=origin,
                    value=_PROBE,
                    currency=self.law.currency,
                ),
            ),
        )
        return quote(request=request, law=self._only(measures), policy=self.policy)

    def _only(self, measures: Sequence[Measure]) -> Law:
        index: LawIndex = self.law.index
        anywhere = tuple(replace(one, origins=_NOWHERE, origins_except=_NOWHERE) for one in measures)
        always = date.max.toordinal()
        held = tuple(Holds(number, True, 0, always) for number in range(len(anywhere)))
        lengths = tuple(sorted({*index.lengths, 0}, reverse=True))
        only = replace(index, measures=anywhere, entries={"": held}, lengths=lengths, restrictions=(), fees=())
        return Law(self.law.destination, self.law.on, only)


def _based(law: Law) -> Measure:
    found = next(one for one in law.index.measures if one.kind == "base" and not one.claim and not one.claims_any)
    return replace(found, relation=Relation.ADD, unknown_from=None, shut_out_by=_NOWHERE, base="value")


def _assumed(answer: QuoteAnswer) -> Flag:
    return Flag.ASSUMED if any(part.assumed for part in answer.components) else Flag(0)


def _stacked(low: QuoteAnswer, high: QuoteAnswer, measures: Sequence[Measure], flags: Flag) -> Stack:
    beside, above = _by_kind(low), _by_kind(high)
    raised = [measure.kind for measure in measures if measure.relation is Relation.TOP_UP]
    added: dict[str, int] = {}
    topped: dict[str, int] = {}
    for kind, rate in beside.items():
        rest = above.get(kind, 0)
        if rate is None or rest is None or (rate != rest and raised.count(kind) != 1):
            return Stack({}, {}, flags | Flag.UNKNOWN)
        if rest:
            added[kind] = rest
        if rate != rest:
            topped[kind] = rate - rest
    return Stack(added, topped, flags)


def _by_kind(answer: QuoteAnswer) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for part in answer.components:
        if part.line == 0 and part.kind != "base":
            rate, before = units_of(part.amount / _PROBE), found.get(part.kind, 0)
            found[part.kind] = None if rate is None or before is None else before + rate
    return found
