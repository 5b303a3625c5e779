"""The statutory taxes on a line in China: duty by the right column, consumption tax, value added tax."""

from decimal import Decimal
from typing import Final

from entrepot.customs.rules import spared
from entrepot.customs.terms import AdValorem, Measure
from entrepot.landed.rules.china.lookups import FEN, HUNDRED, biting, covered, one, rows_of, shown, total
from entrepot.landed.rules.working import (
    ZERO,
    Line,
    Part,
    Sheet,
    Source,
    percent,
    rate_due,
    round_each,
    unknown,
)

_GIVEN: Final = "rate given in the request"
# Claims that spare American goods a counter-duty: an exclusion of the list, or one granted on application.
_EXCLUDED: Final = frozenset({"exclusion", "us_exclusion", "cn_exclusion"})


def stack(sheet: Sheet, values: list[Decimal], minimum: Decimal = ZERO) -> None:
    """Duty, then consumption tax on the grossed-up base, then VAT on all; each as levied goes into the next base.

    minimum: a tax that comes to no more over the consignment is not levied.
    Source: Tariff Law of 1 December 2024; Provisional Regulations on consumption tax art. 9 and on VAT art. 14.
    """
    bases = list(zip(sheet.lines, values, strict=True))
    duties = [duty_parts(sheet, line, value) for line, value in bases]
    _levied(sheet, [part for parts in duties for part in parts], minimum)
    levied = [total(parts) for parts in duties]
    taxes: list[Part | None] = []
    for (line, value), duty in zip(bases, levied, strict=True):
        due, law, text = consumption(sheet, line, value, duty)
        taxes.append(sheet.add("consumption_tax", line.index, value + duty, text, due, law) if due else None)
    _levied(sheet, [part for part in taxes if part], minimum)
    vats = []
    for (line, value), duty, tax in zip(bases, levied, taxes, strict=True):
        ratio, vat_law = vat_rate(sheet, line)
        base = value + duty + (tax.amount if tax else ZERO)
        vats.append(sheet.add("vat", line.index, base, percent(ratio), base * ratio, vat_law))
    _levied(sheet, vats, minimum)
    for (line, value), parts, tax, vat in zip(bases, duties, taxes, vats, strict=True):
        sheet.say(
            "Line {line}: value {value}; {parts}; VAT on {base}.",
            line=line.index,
            value=value,
            parts=shown([*parts, *([tax] if tax else []), vat]),
            base=vat.base,
        )


def _levied(sheet: Sheet, parts: list[Part], minimum: Decimal) -> None:
    round_each(parts, FEN)
    due = total(parts)
    if not 0 < due <= minimum:
        return
    for part in parts:
        part.amount, part.rate = FEN(ZERO), f"{part.rate}, not levied"
    sheet.say(
        "{kind} of {due} is not levied, being no more than {minimum}.", kind=parts[0].kind, due=due, minimum=minimum
    )
    sheet.note("A tax of no more than CNY 50 a consignment is not levied.")


def duty_parts(sheet: Sheet, line: Line, value: Decimal) -> list[Part]:
    """The duty of the column that applies, and the counter-duties on American goods. Not rounded."""
    given = line.asked.given.duty_pct
    if given is not None:
        source = Source(_GIVEN, sheet.law.on)
        parts = [sheet.add("duty", line.index, value, f"{given}%", value * given / HUNDRED, source)]
    else:
        base = chosen_column(sheet, line, value)
        parts = [sheet.add("duty", line.index, value, base.rate.text, rate_due(base, value, line), base)]
    for measure in sheet.measures(line):
        if measure.kind == "additional_us" and not spared(measure=measure, claims=line.claims, on=sheet.law.on):
            sheet.note(measure.note)
            parts.append(
                sheet.add(
                    "additional_us", line.index, value, measure.rate.text, rate_due(measure, value, line), measure
                )
            )
    parts.extend(_listed_counter_duty(sheet, line, value))
    return parts


def _listed_counter_duty(sheet: Sheet, line: Line, value: Decimal) -> list[Part]:
    """The lists of 2018 and 2019 go by code: from the loaded list, or taken to be in a rate that the caller gives."""
    rows = [row for row in sheet.measures(line) if row.kind == "additional_us_list"]
    if not rows:
        return []
    measure = rows[0]
    if any(claim in _EXCLUDED or claim.startswith("exclusion:") for claim in line.claims):
        sheet.say(
            "Line {line}: an exclusion from the counter-duty lists is claimed ({source}).",
            line=line.index,
            source=measure.source,
        )
        return []
    past = measure.unknown_from is not None and measure.unknown_from <= sheet.law.on
    if (past or not measure.rate.known) and line.asked.given.duty_pct is not None:
        sheet.note(
            "Whether the goods stand on a counter-duty list of 2018 or 2019 goes by code; the duty rate given in the "
            "request is taken to include it."
        )
        return []
    if measure.rate.known and not measure.rate.terms:
        sheet.assumed(measure)
        sheet.say("Line {line}: on no counter-duty list that day ({source}).", line=line.index, source=measure.source)
        return []
    due = rate_due(measure, value, line)
    return [sheet.add("additional_us", line.index, value, measure.rate.text, due, measure)]


def chosen_column(sheet: Sheet, line: Line, value: Decimal) -> Measure:
    """The duty column: general, else the lowest that origin and claims open. Raises Stop where it is not loaded.

    Source: Tariff Law art. 10 to 12: goods at the most-favoured rate take the provisional one where there is one;
    goods at a conventional or special rate take the lower of that, the provisional and the most-favoured one.
    """
    rows = [row for row in sheet.measures(line) if row.kind.startswith("duty")]
    outside = [row for row in rows if row.kind == "duty_general"]
    if outside:
        sheet.say(
            "Line {line}: goods of {origin} take the general rate ({source}).",
            line=line.index,
            origin=line.asked.origin,
            source=outside[0].source,
        )
        return outside[0]
    if line.asked.origin in sheet.law.areas.get("NO_MFN", frozenset()):
        sheet.say(
            "Line {line}: the general rate for {origin} is not loaded.", line=line.index, origin=line.asked.origin
        )
        raise unknown("rate_unknown")
    favoured = [row for row in rows if row.kind == "duty"]
    provisional = [row for row in rows if row.kind == "duty_provisional"]
    claimed = [row for row in rows if row.kind in ("duty_conventional", "duty_special") and _claims(line, row.claim)]
    open_to = claimed + (provisional or ([] if claimed else favoured[:1])) + (favoured[:1] if claimed else [])
    if not open_to:
        sheet.say("Line {line}: the duty rate of {code} is not loaded.", line=line.index, code=line.code or "-")
        raise unknown("rate_unknown" if covered(sheet, line) else "code_unknown")
    found = min(open_to, key=lambda row: rate_due(row, value, line))
    if not claimed and any(row.kind == "duty_conventional" for row in rows):
        sheet.note("A conventional rate is open with proof of origin and direct transport; it is not claimed.")
    return found


def _claims(line: Line, name: str) -> bool:
    return "preference" in line.claims or name in line.claims


def consumption(sheet: Sheet, line: Line, value: Decimal, duty: Decimal) -> tuple[Decimal, Measure | Source, str]:
    """The statutory consumption tax, exact: ((value + duty + q x s) / (1 - c)) x c + q x s."""
    given = line.asked.given.consumption_tax_pct
    if given is not None:
        ratio = given / HUNDRED
        return (value + duty) / (1 - ratio) * ratio, Source(_GIVEN, sheet.law.on), f"{given}%"
    if not line.code and line.asked.given.vat_pct is not None:
        sheet.note("The request states VAT but no consumption tax and no code: no consumption tax is counted.")
        return ZERO, Source(_GIVEN, sheet.law.on), "0%"
    rows = [row for row in rows_of(sheet, line, "consumption_tax") if not row.claims_except & set(line.claims)]
    measure = biting(rows, line, value) if rows else None
    if measure is None:
        if rows:
            sheet.say(
                "Line {line}: below the price a unit from which consumption tax is due ({source}).",
                line=line.index,
                source=rows[0].source,
            )
            return ZERO, Source("below the unit price", sheet.law.on), "0%"
        if not covered(sheet, line):
            sheet.say(
                "Line {line}: whether consumption tax falls on {code} is not known.",
                line=line.index,
                code=line.code or "-",
            )
            raise unknown("code_unknown")
        return ZERO, Source("not among the taxed items", sheet.law.on), "0%"
    ratio = sum((term.rate for term in measure.rate.terms if isinstance(term, AdValorem)), ZERO)
    specific = rate_due(measure, ZERO, line)
    return (value + duty + specific) / (1 - ratio) * ratio + specific, measure, measure.rate.text


def vat_rate(sheet: Sheet, line: Line) -> tuple[Decimal, Measure | Source]:
    """The rate of value added tax and where it stands. Raises Stop where the code does not tell."""
    given = line.asked.given.vat_pct
    if given is not None:
        return given / HUNDRED, Source(_GIVEN, sheet.law.on)
    measure = one(sheet, line, "vat")
    if measure is None or measure.rate.ad_valorem is None:
        sheet.say("Line {line}: the VAT rate of {code} is not known.", line=line.index, code=line.code or "-")
        raise unknown("code_unknown")
    return measure.rate.ad_valorem, measure
