"""Duty and tax on a line where the caller gives the rate or the loaded tariff has it."""

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from entrepot.customs.rules import covering, threshold_on
from entrepot.customs.terms import Measure, RateExpression, Specific, Threshold
from entrepot.landed.rules.working import (
    ZERO,
    Line,
    Rounder,
    Sheet,
    Source,
    exchanged,
    percent,
    rate_due,
    round_each,
    spread,
    unknown,
)

HUNDRED: Final = Decimal(100)
_DEFENCE: Final = frozenset({"anti_dumping", "countervailing", "safeguard", "additional"})
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


def duty_on(sheet: Sheet, line: Line, value: Decimal, rounder: Rounder, kind: str = "duty") -> Decimal:
    """The duties on a line, given or loaded; rounded. Raises Stop where neither is there.

    kind: that of the base duty where a place has two tariffs (Northern Ireland).
    """
    given = line.asked.given.duty_pct
    if given is not None:
        parts = [
            sheet.add("duty", line.index, value, f"{given}%", value * given / HUNDRED, Source(GIVEN, sheet.law.on))
        ]
    else:
        row = loaded_duty(sheet, line, value, kind)
        parts = [
            sheet.add(name, line.index, value, one.rate.text, amount_due(sheet, one, value, line), one)
            for name, one in (("duty", row), *((one.kind, one) for one in _beside(sheet, line)))
        ]
    round_each(parts, rounder)
    for part in parts:
        sheet.say(
            "Line {line}: {kind} {rate} of {base} is {amount} ({source}).",
            line=line.index,
            kind=part.kind,
            rate=part.rate,
            base=value,
            amount=part.amount,
            source=part.source,
        )
    return sum((part.amount for part in parts), ZERO)


def loaded_duty(sheet: Sheet, line: Line, value: Decimal, kind: str = "duty") -> Measure:
    """The lowest duty of the loaded tariff that origin and claims open. Raises Stop where the code is not in it."""
    rows = [row for row in sheet.measures(line) if row.kind == kind] if line.code else []
    known = [row for row in rows if not row.claim or row.claim in line.claims]
    if not known:
        sheet.say("Line {line}: the duty rate of {code} is not loaded.", line=line.index, code=line.code or "-")
        raise unknown("code_unknown")
    unclaimed = [row for row in rows if row.claim == "preference" and row not in known]
    if unclaimed:
        sheet.note("A preferential rate is open with proof of origin; it is not claimed.")
    for row in unclaimed:
        if row.note and row.rate.known:
            sheet.note("To claim it: {proof}", proof=row.note)
    if all(row.note and not row.rate.known for row in known):
        sheet.note(known[0].note)
    computed = [row for row in known if row.rate.known] if any(row.claim for row in known) else known
    return min(computed or known, key=lambda row: amount_due(sheet, row, value, line))


def _beside(sheet: Sheet, line: Line) -> list[Measure]:
    """Trade defence on top of the base duty, by origin and by the exporter's additional code."""
    rows = [row for row in sheet.measures(line) if row.kind in _DEFENCE]
    named = {row.kind for row in rows if row.claim and row.claim in line.claims}
    return [row for row in rows if (row.claim in line.claims if row.kind in named else not row.claim)]


def amount_due(sheet: Sheet, measure: Measure, value: Decimal, line: Line) -> Decimal:
    """What a rate comes to in the authority's currency, amounts in another exchanged. Raises Stop."""
    currency, terms, foreign = sheet.law.currency, measure.rate.terms, ZERO
    others = tuple(term for term in terms if isinstance(term, Specific) and term.currency != currency)
    if not others or not measure.rate.known:
        return rate_due(measure, value, line)
    for term in others:
        one = dataclasses.replace(measure, rate=RateExpression(measure.rate.text, (term,)))
        foreign += exchanged(rate_due(one, value, line), term.currency, currency, sheet.rates, sheet.trace)
    rest = RateExpression(measure.rate.text, tuple(term for term in terms if term not in others))
    return rate_due(dataclasses.replace(measure, rate=rest), value, line) + foreign


def tax_rows(sheet: Sheet, line: Line, kind: str, place: str) -> list[Measure]:
    """The measures of a tax on a line in a place, those for its code before the general ones."""
    rows = [
        row
        for row in sheet.measures(line, place)
        if row.kind == kind and row.rate.ad_valorem is not None and (not row.claim or row.claim in line.claims)
    ]
    claimed = [row for row in rows if row.claim]
    named = [row for row in rows if row.codes != ("",)]
    # The longest code that the tariff names decides; the starter's headings stand behind a loaded commodity.
    longest = max((len(max(row.codes, key=len)) for row in named), default=0)
    return claimed or [row for row in named if len(max(row.codes, key=len)) == longest] or rows


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
