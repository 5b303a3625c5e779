"""Duty and tax on a line where the caller gives the rate or the loaded tariff has it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from entrepot.customs.rules import covering, threshold_on
from entrepot.customs.terms import Measure, Threshold
from entrepot.landed.rules.working import (
    ZERO,
    Line,
    Rounder,
    Sheet,
    Source,
    percent,
    rate_due,
    round_each,
    spread,
    unknown,
)

HUNDRED: Final = Decimal(100)
GIVEN: Final = "rate given in the request"


def carriage(sheet: Sheet) -> list[Decimal]:
    """Each line's share of freight and insurance, by value."""
    return spread(sheet.freight + sheet.insurance, sheet.lines, sheet.law.currency)


def lands(sheet: Sheet, shares: Sequence[Decimal]) -> list[tuple[Line, Decimal]]:
    """Each line with its value at the border: goods and carriage."""
    return [(line, line.value + share) for line, share in zip(sheet.lines, shares, strict=True)]


def relief(sheet: Sheet, name: str, value: Decimal, **where: str) -> Threshold | None:
    """The relief by value that the consignment falls within, None where it is over it or there is none."""
    found = threshold_on(law=sheet.law, name=name, origins=[line.asked.origin for line in sheet.lines], **where)
    return found if found is not None and value <= found.amount else None


def outside(sheet: Sheet, kind: str) -> list[Line]:
    """The lines whose goods are left out of a relief; the law keeps them as measures of that kind."""
    return [line for line in sheet.lines if line.code and any(row.kind == kind for row in sheet.measures(line))]


def all_gifts(sheet: Sheet) -> bool:
    """Whether every line is sent from one person to another without payment."""
    return all(line.asked.facts.get("gift") is True for line in sheet.lines)


def duty_on(sheet: Sheet, line: Line, value: Decimal, rounder: Rounder) -> Decimal:
    """The duty on a line, given or loaded; rounded. Raises Stop where neither is there."""
    given = line.asked.given.duty_pct
    if given is not None:
        part = sheet.add("duty", line.index, value, f"{given}%", value * given / HUNDRED, Source(GIVEN, sheet.law.on))
    else:
        row = loaded_duty(sheet, line, value)
        part = sheet.add("duty", line.index, value, row.rate.text, rate_due(row, value, line), row)
        if row.note:
            sheet.note(row.note)
    round_each([part], rounder)
    sheet.say(
        "Line {line}: duty {rate} of {value} is {amount} ({source}).",
        line=line.index,
        rate=part.rate,
        value=value,
        amount=part.amount,
        source=part.source,
    )
    return part.amount


def loaded_duty(sheet: Sheet, line: Line, value: Decimal) -> Measure:
    """The lowest duty of the loaded tariff that origin and claims open. Raises Stop where the code is not in it."""
    rows = [row for row in sheet.measures(line) if row.kind == "duty"] if line.code else []
    known = [row for row in rows if not row.claim or row.claim in line.claims or "preference" in line.claims]
    if not known:
        sheet.say("Line {line}: the duty rate of {code} is not loaded.", line=line.index, code=line.code or "-")
        raise unknown("code_unknown")
    if any(row.claim and row not in known for row in rows):
        sheet.note("A preferential rate is open with proof of origin; it is not claimed.")
    return min(known, key=lambda row: rate_due(row, value, line))


def tax_rows(sheet: Sheet, line: Line, kind: str, place: str) -> list[Measure]:
    """The measures of a tax on a line in a place, those for its code before the general ones."""
    rows = [row for row in sheet.measures(line, place) if row.kind == kind and row.rate.ad_valorem is not None]
    named = [row for row in rows if row.codes != ("",)]
    return named or rows


def tax_on(sheet: Sheet, line: Line, base: Decimal, kind: str, rounder: Rounder, place: str) -> Decimal:
    """Value added or sales tax on a line: given, or the rate of the place; rounded. Raises Stop where neither is."""
    given = line.asked.given.vat_pct if kind == "vat" else line.asked.given.gst_pct
    law: Measure | Source
    if given is not None:
        ratio, law = given / HUNDRED, Source(GIVEN, sheet.law.on)
    else:
        rows = tax_rows(sheet, line, kind, place)
        if not rows:
            raise unknown("rate_unknown")
        law = max(rows, key=lambda row: row.rate.ad_valorem or ZERO)
        ratio = law.rate.ad_valorem or ZERO
        if law.codes == ("",) and covering(law=sheet.law, code=line.code) is None:
            sheet.note("The standard rate of tax is used; reduced rates are not loaded.")
    part = sheet.add(kind, line.index, base, percent(ratio), base * ratio, law)
    round_each([part], rounder)
    sheet.say(
        "Line {line}: {kind} {rate} of {base} is {amount} ({source}).",
        line=line.index,
        kind=kind,
        rate=part.rate,
        base=base,
        amount=part.amount,
        source=part.source,
    )
    return part.amount


def told(limit: Threshold) -> Mapping[str, str]:
    """A threshold's figure and source for a sentence."""
    return {"limit": f"{limit.currency} {limit.amount.normalize():f}", "source": limit.source}
