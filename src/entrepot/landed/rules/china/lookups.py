"""What all ways into China share: finding a tax on a line, its price a unit, carriage in the value."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from entrepot.customs.rules import covering, measures_on, threshold_on
from entrepot.customs.terms import Measure, Threshold
from entrepot.landed.rules.working import ZERO, Line, Part, Sheet, minor, spread, unknown
from entrepot.landed.terms import Step

FEN: Final = minor("CNY")
HUNDRED: Final = Decimal(100)
# A heading is enough for taxes that go by heading; chapter 77 is kept free in the Harmonized System.
_HEADING: Final = 4
_CHAPTERS: Final = frozenset(f"{number:02}" for number in range(1, 98) if number != 77)


def must_find(sheet: Sheet, name: str) -> Threshold:
    """The amount that law attaches `name` to. Raises Stop where none held that day."""
    found = threshold_on(law=sheet.law, name=name, ship_from=sheet.request.ship_from)
    if found is None:
        sheet.say("No rule {name} is loaded for {on}.", name=name, on=sheet.law.on)
        raise unknown("rate_unknown")
    return found


def general(sheet: Sheet, kind: str) -> Measure:
    """The measure of a kind that falls on all goods. Raises Stop where none held that day."""
    for measure in measures_on(law=sheet.law, code="", origin=""):
        if measure.kind == kind:
            return measure
    raise unknown("rate_unknown")


def vouched(line: Line) -> bool:
    """Whether the caller stands for the code by stating its duty or its listing: taxes by heading are read from it."""
    given = line.asked.given
    stated = given.duty_pct is not None or given.listed is not None
    return stated and len(line.code) >= _HEADING and line.code[:2] in _CHAPTERS


def covered(sheet: Sheet, line: Line) -> bool:
    """Whether the loaded goods codes hold the line's, or the caller vouches for it."""
    return bool(line.code) and (covering(law=sheet.law, code=line.code) is not None or vouched(line))


def rows_of(sheet: Sheet, line: Line, kind: str) -> list[Measure]:
    """The measures of a kind on the line: claimed ones first, then by the longest code; on all goods only if known."""
    known = covered(sheet, line)
    rows = [
        row
        for row in sheet.measures(line)
        if row.kind == kind and (known or row.codes != ("",)) and (not row.claim or row.claim in line.claims)
    ]
    return sorted(rows, key=lambda row: not row.claim)


def one(sheet: Sheet, line: Line, kind: str) -> Measure | None:
    """The first of them."""
    return next(iter(rows_of(sheet, line, kind)), None)


def biting(rows: Sequence[Measure], line: Line, value: Decimal) -> Measure | None:
    """Of rows of one kind the one that counts at the line's price a unit; None where all ask for a higher price.

    Raises Stop when no unit of any price is given.
    """
    dear = [row for row in rows if row.unit_price is not None]
    prices = [(row, price) for row in dear if (price := unit_price(line, value, row)) is not None]
    if dear and not prices:
        raise unknown("quantity_missing")
    for row, price in prices:
        if row.unit_price is not None and price >= row.unit_price.at_least:
            return row
    return next((row for row in rows if row.unit_price is None), None)


def unit_price(line: Line, value: Decimal, measure: Measure) -> Decimal | None:
    """The line's price for a unit that the measure counts by; None when no such quantity is given."""
    for unit in measure.unit_price.units if measure.unit_price else ():
        count = sheets(line) if unit == "sheet" else line.asked.measures.get(unit)
        if count:
            return value / count
    return None


def sheets(line: Line) -> Decimal | None:
    """How many sheets (face masks) a line holds: stated, or pieces in excess of the packs bought."""
    measures = line.asked.measures
    for name in ("sheet", "sheets", "piece", "pieces", "pcs"):
        if name in measures:
            return measures[name]
    pieces = measures.get("no")
    if pieces is None or any(name in measures for name in ("g", "ml", "kg", "l")):
        return None
    return pieces if pieces != line.asked.quantity else None


def with_carriage(sheet: Sheet) -> list[Decimal]:
    """Each line with its share of freight and insurance."""
    carried = spread(sheet.freight + sheet.insurance, sheet.lines, "CNY")
    return [line.value + share for line, share in zip(sheet.lines, carried, strict=True)]


def alone(sheet: Sheet) -> bool:
    """Whether there is one article in the consignment, and nothing says that it can be divided."""
    line = sheet.lines[0].asked
    return len(sheet.lines) == 1 and line.quantity == 1 and line.facts.get("indivisible") is not False


def shown(parts: Sequence[Part]) -> tuple[Step, ...]:
    """Parts for a sentence: kind, rate, amount."""
    if not parts:
        return (Step("nothing due"),)
    return tuple(
        Step("{kind} {rate} = {amount}", {"kind": Step(part.kind), "rate": part.rate, "amount": f"{part.amount:f}"})
        for part in parts
    )


def total(parts: Sequence[Part]) -> Decimal:
    """Their amounts together."""
    return sum((part.amount for part in parts), ZERO)
