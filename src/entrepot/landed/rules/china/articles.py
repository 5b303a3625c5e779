"""Personal articles by post or baggage: one rate by class, scheduled values, nothing due up to CNY 50."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from entrepot.customs.rules import measures_on, threshold_on
from entrepot.customs.terms import Measure, Specific
from entrepot.landed.rules.china.lookups import FEN, HUNDRED, biting, covered, must_find, rows_of, total
from entrepot.landed.rules.working import ZERO, Line, Part, Sheet, Source, rate_due, refused, round_each, unknown
from entrepot.landed.terms import Importer

# Codes of the articles table are eight digits like goods codes; in the law they stand with this sign before them.
TABLE: Final = "#"
_ARTICLE_DIGITS: Final = 8
# Source: GACC 2012 No.15, art. 3, carried on in practice: twice the scheduled value or more, or half of it or less.
_FAR: Final = Decimal(2)


@dataclass(frozen=True, slots=True)
class Assessed:
    """A line as customs takes it: its value and the class of the table, where the class is known."""

    line: Line
    value: Decimal
    rate: Measure | None


def article_code(sheet: Sheet, line: Line) -> str:
    """The line's code as one of the articles table, or empty: eight digits that the loaded table holds."""
    if len(line.code) != _ARTICLE_DIGITS or line.asked.facts.get("goods_code") is True:
        return ""
    code = f"{TABLE}{line.code}"
    return code if any(row.kind == "articles_tax" for row in measures_on(law=sheet.law, code=code, origin="")) else ""


def articles(sheet: Sheet) -> None:
    """Personal articles: the value against the limit of a parcel, the rate of each class, the waiver.

    Source: Tariff Commission 2024 No.11; GACC 2024 No.176; before: GACC 2010 No.43. Read 22 November 2026.
    """
    if sheet.request.importer is not Importer.CONSUMER:
        sheet.say("Samples, advertising articles and goods of a business are not personal articles.")
        raise refused("importer_not_consumer", "general_trade")
    for line in sheet.lines:
        if line.asked.facts.get("linked_platform") and line.asked.given.listed:
            sheet.say(
                "Line {line}: listed goods of a platform linked to customs enter as retail CBEC.", line=line.index
            )
            raise refused("must_use_cbec", "cbec_direct", "general_trade")
    found = [_assessed(sheet, line) for line in sheet.lines]
    value = sum((one.value for one in found), ZERO)
    sheet.customs_value = value
    _within_limit(sheet, value)
    parts = [_tax(sheet, one) for one in found]
    round_each(parts, FEN)
    _waived(sheet, parts)
    sheet.regime = "personal_articles"


def _within_limit(sheet: Sheet, value: Decimal) -> None:
    limit = threshold_on(law=sheet.law, name="articles_limit", ship_from=sheet.request.ship_from)
    if limit is None:
        raise unknown("rate_unknown")
    facts = {"value": value, "limit": f"{limit.amount:.0f}", "source": limit.source}
    if value <= limit.amount:
        sheet.say("{value} is within {limit} a parcel ({source}).", **facts)
        return
    sheet.say("{value} is above {limit} a parcel ({source}).", **facts)
    line = sheet.lines[0].asked
    if len(sheet.lines) > 1 or line.quantity != 1 or line.facts.get("indivisible") is not True:
        raise refused("over_personal_limit", "general_trade", "smaller_orders", "cbec_direct")
    sheet.say("One indivisible article for own use may still come as a personal article.")


def _waived(sheet: Sheet, parts: list[Part]) -> None:
    due, waiver = total(parts), must_find(sheet, "articles_waiver")
    facts = {"due": due, "limit": f"{waiver.amount:.2f}", "source": waiver.source}
    if due > waiver.amount:
        sheet.say("The tax of {due} is above {limit} and due in whole ({source}).", **facts)
        return
    for part in parts:
        part.amount, part.rate = FEN(ZERO), f"{part.rate}, waived"
    sheet.say("The tax of {due} is not above {limit} and is waived ({source}).", **facts)
    if due:
        sheet.note("The tax is waived, being no more than CNY 50.")


def _assessed(sheet: Sheet, line: Line) -> Assessed:
    """The scheduled value of the table where one is set, else the price."""
    code = article_code(sheet, line)
    if not code:
        return Assessed(line, line.value, None)
    rows = measures_on(law=sheet.law, code=code, origin=line.asked.origin)
    rate = next(row for row in rows if row.kind == "articles_tax")
    sheet.say("Line {line}: article {code}: {name}.", line=line.index, code=line.code, name=rate.note)
    value = next((row for row in rows if row.kind == "articles_value"), None)
    if value is None:
        return Assessed(line, line.value, rate)
    term = next(term for term in value.rate.terms if isinstance(term, Specific))
    count = _count(line, term.unit)
    if count is None:
        sheet.note("The table sets a value by {unit}; the quantity is not given, the price is used.", unit=term.unit)
        return Assessed(line, line.value, rate)
    scheduled = FEN(term.amount * count)
    sheet.say(
        "Line {line}: scheduled value {text}, {count} of them: {scheduled} ({source}).",
        line=line.index,
        text=value.rate.text,
        count=count,
        scheduled=scheduled,
        source=value.source,
    )
    if line.value >= scheduled * _FAR or line.value * _FAR <= scheduled:
        sheet.note(
            "The price {price} lies far off the scheduled value {scheduled}: customs may take the price that is proven.",
            price=line.value,
            scheduled=scheduled,
        )
    return Assessed(line, scheduled, rate)


def _count(line: Line, unit: str) -> Decimal | None:
    if unit == "no":
        return line.asked.measures.get("no", Decimal(line.asked.quantity))
    return line.asked.measures.get(unit)


def _tax(sheet: Sheet, one: Assessed) -> Part:
    line, value = one.line, one.value
    given = line.asked.given.articles_rate_pct
    if given is not None:
        source = Source("rate given in the request", sheet.law.on)
        return sheet.add("articles_tax", line.index, value, f"{given}%", value * given / HUNDRED, source)
    measure = one.rate
    if measure is None:
        rows = rows_of(sheet, line, "articles_tax") if line.code else []
        measure = biting(rows, line, value) if rows else None
        if measure is not None:
            sheet.note("Scheduled values of the table of articles are not used; the price is.")
    if measure is None:
        sheet.say("Line {line}: the class of {code} in the table is not known.", line=line.index, code=line.code or "-")
        raise unknown("rate_unknown" if covered(sheet, line) else "code_unknown")
    return sheet.add("articles_tax", line.index, value, measure.rate.text, rate_due(measure, value, line), measure)
