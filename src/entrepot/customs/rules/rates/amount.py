"""What a rate comes to: exact, or the name of the figure that is missing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from entrepot.customs.terms import AdValorem, Asked, Beyond, Capped, Degrees, RateExpression, Term

_ZERO: Final = Decimal(0)
_FULL: Final = Decimal(100)
# A unit that the law counts on a basis of its own; the plain unit will do when only that is given, because it is what
# the line is declared in. Source: HTS 2026, units of quantity beside such lines.
_PLAIN: Final = frozenset({"drained", "contents", "with_container", "recording", "containers"})
# Exact conversions only. Source: legal definitions of the units.
_EXACT: Final[Mapping[str, tuple[tuple[str, Decimal], ...]]] = {
    "kg": (("g", Decimal("0.001")), ("t", Decimal(1000))),
    "t": (("kg", Decimal("0.001")),),
    "g": (("kg", Decimal(1000)),),
    "l": (("ml", Decimal("0.001")),),
    "thousand": (("no", Decimal("0.001")),),
    "dpr": (("prs", Decimal(1) / 12),),
    "doz": (("no", Decimal(1) / 12),),
    "gross": (("no", Decimal(1) / 144), ("doz", Decimal(1) / 12)),
    "no": (("doz", Decimal(12)), ("thousand", Decimal(1000))),
    "prs": (("dpr", Decimal(12)),),
}


def duty_at(*, rate: RateExpression, value: Decimal, measures: Mapping[str, Decimal]) -> Decimal | str:
    """What the rate comes to, exact; or the name of the legal quantity that is missing.

    value: the dutiable value in the authority's currency; measures: legal quantities by unit, `value:part` amounts,
    `degrees` of polarisation, and `duty:...` amounts that the rate takes from elsewhere.
    """
    due = _ZERO
    for term in rate.terms:
        part = _due(term, value, measures)
        if isinstance(part, str):
            return part
        due += part
    # Only a rate with a deduction can fall below nothing.
    return max(due, _ZERO)


def _due(term: Term, value: Decimal, measures: Mapping[str, Decimal]) -> Decimal | str:
    if isinstance(term, AdValorem):
        base = measures.get(f"value:{term.part}") if term.part else value
        return f"value:{term.part}" if base is None else base * term.rate
    if isinstance(term, Asked):
        found = measures.get(term.name)
        return term.name if found is None else _ZERO if term.name.startswith("met:") else found
    if isinstance(term, Capped):
        return _capped(term, value, measures)
    count = _count(term.unit, measures)
    if count is None:
        return term.unit
    if isinstance(term, Degrees):
        degrees = measures.get("degrees")
        least = term.least
        return "degrees" if degrees is None else count * max(term.amount - term.less * (_FULL - degrees), least)
    if isinstance(term, Beyond):
        # Jewels are counted over all movements, and so is what is free for each.
        count = max(count - term.beyond * measures.get("no", Decimal(1)), _ZERO)
    return count * term.amount


def _capped(rate: Capped, value: Decimal, measures: Mapping[str, Decimal]) -> Decimal | str:
    due = _ZERO
    for term in rate.terms:
        part = _due(term, value, measures)
        if isinstance(part, str):
            return part
        due += part
    cap = measures.get(rate.most.name)
    # The cap is for plates only: goods without any say so with `plates` 0.
    if cap is None:
        return due if measures.get("plates") == 0 else rate.most.name
    return min(due, cap)


def _count(unit: str, measures: Mapping[str, Decimal]) -> Decimal | None:
    found = measures.get(unit)
    if found is not None:
        return found
    plain, _, basis = unit.partition(":")
    if basis:
        return _count(plain, measures) if basis in _PLAIN else None
    for other, factor in _EXACT.get(unit, ()):
        if other in measures:
            return measures[other] * factor
    return None
