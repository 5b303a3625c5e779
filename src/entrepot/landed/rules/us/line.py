"""The duties on one line of goods: base duty, section 232, and the overlays that stand beside or give way to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from entrepot.customs.rules import claimable, spared
from entrepot.customs.terms import Measure, Relation
from entrepot.landed.rules.us.basis import Basis, basis_of
from entrepot.landed.rules.us.codes import declared
from entrepot.landed.rules.us.metals import Charge, charges
from entrepot.landed.rules.working import ZERO, Line, Part, Sheet, Stop, rate_due, round_sum, unknown
from entrepot.landed.terms import Step

_OVERLAYS: Final = (
    "s301_cn", "s301_br", "s301_fl", "ieepa_fentanyl", "ieepa_reciprocal", "ieepa_india", "ieepa_brazil", "s122", "s201",
    "s338",
)  # fmt: skip
_DOLLAR: Final = Decimal(1)
# Source: HTS 9903.01.34, US note 2(v): US content of a fifth of the value or more stays free of the reciprocal duty.
_US_CONTENT: Final = Decimal("0.2")
_ASSUMED: Final = "Assumed: "
# A measure of this kind charges nothing: it marks codes that orders in force name. The case decides, not the code.
_SCOPE: Final = "ad_cvd_scope"


@dataclass(frozen=True, slots=True)
class Values:
    """What duties are counted on. rest: what section 232 leaves to those it shuts out; base: the base duty."""

    whole: Decimal
    rest: Decimal
    base: Decimal


class Spread(NamedTuple):
    """The least and the most that a line comes to, where its code is too short to tell."""

    low: Decimal
    high: Decimal


def line_duties(sheet: Sheet, line: Line) -> Spread:
    """Put in the parts of a line; they add up to its duty, rounded once. Raises Stop.

    Where the code is too short to be declared, every line under it is worked out; the parts are those of the cheapest.
    """
    codes = declared(sheet, line)
    asked, first, told = line.code, len(sheet.parts), len(sheet.trace)
    worked: list[tuple[Decimal, list[Part], list[Step]]] = []
    for code in codes:
        line.code = code
        due = _worked(sheet, line)
        worked.append((due, sheet.parts[first:], sheet.trace[told:]))
        del sheet.parts[first:], sheet.trace[told:]
    line.code = asked
    low, parts, steps = min(worked, key=lambda one: one[0])
    high = max(due for due, _, _ in worked)
    sheet.parts.extend(parts)
    sheet.trace.extend(steps)
    if len(codes) > 1:
        sheet.say(
            "Line {line}: {code} has {count} lines under it; the duty is between {low} and {high}.",
            line=line.index, code=asked, count=len(codes), low=low, high=high,
        )  # fmt: skip
    return Spread(low, high)


def _worked(sheet: Sheet, line: Line) -> Decimal:
    # Source: CBP Form 7501 instructions: entered value in whole dollars, half up.
    entered = line.value.quantize(_DOLLAR, ROUND_HALF_UP)
    basis = basis_of(sheet, line, entered)
    found = _open(sheet, line, sheet.measures(line))
    first = len(sheet.parts)
    base = _base(sheet, line, basis, found)
    if basis.overlays:
        _over(sheet, line, basis, base, found)
    parts = sheet.parts[first:]
    round_sum(parts, "USD")
    due = sum((part.amount for part in parts), ZERO)
    sheet.say(
        "Line {line}: {code} of {origin}, entered at {value}: {rates} = {amount}.",
        line=line.index, code=line.code, origin=line.asked.origin, value=entered,
        rates=[Step("{rate} {kind}", {"rate": part.rate, "kind": part.kind}) for part in parts], amount=due,
    )  # fmt: skip
    return due


def _open(sheet: Sheet, line: Line, measures: Iterable[Measure]) -> list[Measure]:
    """The measures whose claim is made and that no claim spares; exceptions nobody claimed are told."""
    found = []
    for measure in measures:
        if not claimable(measure=measure, claims=line.claims):
            if measure.claim and measure.relation is Relation.EXEMPT and measure.kind != "base":
                sheet.say(
                    "Line {line}: {source} would spare it from {kind} if {claim} were claimed.",
                    line=line.index, source=measure.source, kind=measure.kind, claim=measure.claim,
                )  # fmt: skip
            continue
        if measure.kind == _SCOPE:
            sheet.note(
                "Line {line}: the goods may fall under an anti-dumping or countervailing order; its deposit is not included "
                "({source}).",
                line=line.index, source=measure.source,
            )  # fmt: skip
        elif not spared(measure=measure, claims=line.claims, on=sheet.law.on):
            found.append(measure)
    return found


def _base(sheet: Sheet, line: Line, basis: Basis, found: Sequence[Measure]) -> Decimal:
    if basis.free:
        sheet.add("base", line.index, basis.dutiable, "Free", ZERO, basis.free)
        return ZERO
    rows = [measure for measure in found if measure.kind == "base"]
    if not rows:
        raise unknown("rate_unknown")
    due, chosen = _lowest(sheet, line, basis.dutiable, rows)
    sheet.add("base", line.index, basis.dutiable, chosen.rate.text, due, chosen)
    return due


def _lowest(sheet: Sheet, line: Line, value: Decimal, rows: Sequence[Measure]) -> tuple[Decimal, Measure]:
    """The general rate, or what stands instead of it where that is claimed and takes less."""
    instead = [measure for measure in rows if measure.relation is Relation.INSTEAD]
    dues = []
    for place, measure in enumerate((*instead, *(row for row in rows if row not in instead))):
        try:
            dues.append((rate_due(measure, value, line), place, measure))
        except Stop as stop:
            if measure not in instead or not stop.missing:
                raise
            # The preference lies in a provision that asks for more than was told (a quota of chapter 98).
            sheet.note(
                "Line {line}: the preference of {source} is {rate}; not counted.",
                line=line.index, source=measure.source, rate=measure.rate.text,
            )  # fmt: skip
    due, _, chosen = min(dues, key=lambda one: one[:2])
    return due, chosen


def _over(sheet: Sheet, line: Line, basis: Basis, base: Decimal, found: Sequence[Measure]) -> None:
    rest = basis.dutiable
    for charge in charges(sheet, line, basis, [measure for measure in found if measure.kind == "s232"]):
        _charged(sheet, line, charge, basis, base)
        rest = min(rest, charge.rest)
    values = Values(basis.dutiable, max(rest, ZERO), base)
    for kind in _OVERLAYS:
        _overlay(sheet, line, [measure for measure in found if measure.kind == kind], values)


def _charged(sheet: Sheet, line: Line, charge: Charge, basis: Basis, base: Decimal) -> None:
    due, text = rate_due(charge.measure, charge.value, line), charge.measure.rate.text
    if charge.measure.relation is Relation.TOP_UP:
        due, text = _topped(due, base, charge.value, basis.dutiable), f"{text} total with base"
    _told(sheet.add("s232", line.index, charge.value, text, due, charge.measure), charge.measure, sheet)


def _overlay(sheet: Sheet, line: Line, rows: Sequence[Measure], values: Values) -> None:
    exempt = next((measure for measure in rows if measure.relation is Relation.EXEMPT), None)
    charged = [measure for measure in rows if measure.relation is not Relation.EXEMPT]
    if exempt is not None and charged:
        assumed = sheet.assumed(exempt)
        sheet.say(
            "Line {line}: spared from {kind} ({source}).", line=line.index, kind=exempt.kind, source=exempt.source
        )
        if assumed or exempt.note.startswith(_ASSUMED):
            _told(sheet.add(exempt.kind, line.index, values.whole, "Free", ZERO, exempt), exempt, sheet)
        return
    highest = [measure for measure in charged if measure.relation is Relation.HIGHEST]
    if len(highest) > 1:
        # Lists replace one another: the highest rate of a line counts, they never add up.
        top = max(highest, key=lambda measure: measure.rate.ad_valorem or ZERO)
        charged = [measure for measure in charged if measure not in highest or measure is top]
    for measure in charged:
        value = _value(sheet, line, measure, values)
        if not value:
            continue
        due, text = rate_due(measure, value, line), measure.rate.text
        if measure.relation is Relation.TOP_UP:
            due, text = _topped(due, values.base, value, values.whole), f"{text} total with base"
        _told(sheet.add(measure.kind, line.index, value, text, due, measure), measure, sheet)


def _value(sheet: Sheet, line: Line, measure: Measure, values: Values) -> Decimal:
    value = values.rest if "s232" in measure.shut_out_by else values.whole
    american = line.asked.measures.get("value:us", ZERO)
    if measure.kind == "ieepa_reciprocal" and "us_content" in line.claims and american >= values.whole * _US_CONTENT:
        sheet.say("Line {line}: US content of {value} is free of the reciprocal duty.", line=line.index, value=american)
        value = max(value - american, ZERO)
    return value


def _topped(due: Decimal, base: Decimal, value: Decimal, whole: Decimal) -> Decimal:
    """What a rate that includes the base duty adds to it, on a part of the value."""
    return max(ZERO, due - (base * value / whole if whole else ZERO))


def _told(part: Part, measure: Measure, sheet: Sheet) -> None:
    sheet.note(measure.note)
    if measure.note.startswith(_ASSUMED):
        part.assumed = measure.note.removeprefix(_ASSUMED)
