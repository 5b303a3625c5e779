"""State sales tax on what a marketplace sells to consumers in the United States."""

from decimal import Decimal
from typing import Final

from entrepot.customs.rules import threshold_on
from entrepot.customs.terms import Measure
from entrepot.landed.rules.shares import family_of
from entrepot.landed.rules.working import ZERO, Line, Part, Sheet, minor, percent, rate_due, round_each, spread
from entrepot.landed.terms import Importer

_ROUND: Final = minor("USD")
_WITH_FREIGHT: Final = "value_and_freight"


def sales_tax(sheet: Sheet) -> None:
    """Add the tax of the state in the request's region, after duties; without a region say that it is not included.

    The base is the price, delivery where the state taxes it, and duty only where the seller is the importer and passes
    it on: what a consumer owes as importer is no part of the price.
    Source: the state's law in each component; Streamlined Sales Tax guidance on tariffs. Read 22 November 2026.
    """
    region, importer = _state(sheet.request.region), sheet.request.importer
    if importer is Importer.BUSINESS:
        return
    if not region:
        if importer is Importer.CONSUMER:
            sheet.note("US state and local sales tax is not included.")
        return
    shares = spread(sheet.freight, sheet.lines, "USD")
    duties = _passed_on(sheet) if importer is Importer.MERCHANT else [ZERO] * len(sheet.lines)
    parts = []
    for line, share, duty in zip(sheet.lines, shares, duties, strict=True):
        measure = _rate(sheet, line, region)
        if measure is None:
            sheet.note("No sales tax of {region} is loaded; it is not included.", region=region)
            return
        parts.extend(_part(sheet, line, measure, share, duty))
    _told(sheet, parts, region)


def _state(region: str | None) -> str:
    """ISO 3166-2 with its country, also for a state's two letters as addresses have them."""
    return f"US-{region.removeprefix('US-')}" if region else ""


def _part(sheet: Sheet, line: Line, measure: Measure, share: Decimal, duty: Decimal) -> list[Part]:
    if not measure.rate.terms:
        sheet.say("Line {line}: no sales tax ({source}).", line=line.index, source=measure.source)
        sheet.note(measure.note)
        return []
    base = line.value + duty + (share if measure.base == _WITH_FREIGHT else ZERO)
    part = sheet.add("sales_tax", line.index, base, measure.rate.text, rate_due(measure, base, line), measure)
    round_each([part], _ROUND)
    sheet.say(
        "Line {line}: sales tax {rate} of {base} is {amount} ({source}).",
        line=line.index,
        rate=percent(measure.rate.ad_valorem or ZERO),
        base=base,
        amount=part.amount,
        source=part.source,
    )
    return [part]


def _told(sheet: Sheet, parts: list[Part], region: str) -> None:
    if not parts:
        return
    sheet.note("Sales tax is that of the state; county and city rates are not included.")
    duty = threshold_on(law=sheet.law, name=f"facilitator_{region.removeprefix('US-')}")
    if duty is not None:
        sheet.say(
            "The marketplace collects it once its sales into the state pass USD {amount} a year ({source}).",
            amount=f"{duty.amount:.0f}",
            source=duty.source,
        )


def _passed_on(sheet: Sheet) -> list[Decimal]:
    """Duties and fees of the entry that a seller as importer passes on: each line's own, and its share of the rest."""
    own = [ZERO] * len(sheet.lines)
    whole = ZERO
    for part in sheet.parts:
        if family_of(kind=part.kind) == "tax":
            continue
        if part.line is None:
            whole += part.amount
        else:
            own[part.line] += part.amount
    return [mine + share for mine, share in zip(own, spread(whole, sheet.lines, "USD"), strict=True)]


def _rate(sheet: Sheet, line: Line, region: str) -> Measure | None:
    """The state's rate on the line: of its code and price an item first, then of its code, then of all goods."""
    rows = [row for row in sheet.measures(line, region) if row.kind == "sales_tax"]
    named = [row for row in rows if row.codes != ("",)]
    for row in named:
        if row.unit_price is not None and line.value / line.asked.quantity >= row.unit_price.at_least:
            return row
    plain = [row for row in (*named, *rows) if row.unit_price is None]
    return plain[0] if plain else None
