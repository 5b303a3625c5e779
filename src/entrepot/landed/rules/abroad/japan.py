"""Japan: 60 % of the retail price for personal imports, the JPY 10,000 exemption, truncated bases and taxes."""

from decimal import ROUND_DOWN, Decimal
from typing import Final

from entrepot.customs.rules import threshold_on
from entrepot.customs.terms import Measure
from entrepot.landed.rules.abroad.charges import GIVEN, HUNDRED, carriage, lands, loaded_duty, outside, relief, told
from entrepot.landed.rules.working import (
    ZERO,
    Line,
    Sheet,
    Source,
    minor,
    percent,
    rate_due,
    round_each,
    unknown,
)
from entrepot.landed.terms import Importer

# Source: Act on General Rules for National Taxes art. 118 and 119: bases below JPY 1,000 and taxes below JPY 100 are cut.
_BASE: Final = Decimal(1000)
_TAX: Final = Decimal(100)


def japanese(sheet: Sheet) -> None:
    """Fill the sheet for an entry into Japan.

    Source: Customs Tariff Law art. 3-3, 4 to 4-6, 14(18); Consumption Tax Law art. 28(4), 29; Local Tax Law art. 72-83.
    Read 22 November 2026.
    """
    landed = _valued(sheet)
    value = sum((worth for _, worth in landed), ZERO)
    sheet.customs_value = value
    left_out = {line.index for line in outside(sheet, "no_exemption")}
    exempt = relief(sheet, "tax_free", value)
    if exempt is not None and not left_out:
        sheet.regime = "de_minimis"
        sheet.say(
            "{value} is not over {limit}: no duty and no consumption tax ({source}).", value=value, **told(exempt)
        )
        return
    if exempt is not None:
        sheet.note("Leather bags, shoes, knitted garments and a few others are outside the JPY 10,000 exemption.")
    simple = threshold_on(law=sheet.law, name="simplified_rates")
    small = simple is not None and value <= simple.amount
    sheet.regime = "simplified_tariff" if small else "ordinary_import"
    for line, worth in landed:
        if exempt is not None and line.index not in left_out:
            continue
        duty = _duty(sheet, line, worth, small=small)
        _consumption(sheet, line, worth + duty)


def _valued(sheet: Sheet) -> list[tuple[Line, Decimal]]:
    """A consumer's import at 60 % of the retail price abroad; else goods with carriage (CIF). Whole yen, cut."""
    if sheet.request.importer is not Importer.CONSUMER:
        return [(line, value.quantize(Decimal(1), ROUND_DOWN)) for line, value in lands(sheet, carriage(sheet))]
    share = threshold_on(law=sheet.law, name="personal_share")
    if share is None:
        raise unknown("rate_unknown")
    sheet.say(
        "Imported for own use: valued at {share}% of the retail price {value} ({source}).",
        share=f"{share.amount.normalize():f}",
        value=sheet.goods_value,
        source=share.source,
    )
    if sheet.freight or sheet.insurance:
        sheet.note("Carriage is taken to be covered by the value at 60 % of the retail price.")
    return [(line, (line.value * share.amount / HUNDRED).quantize(Decimal(1), ROUND_DOWN)) for line in sheet.lines]


def _duty(sheet: Sheet, line: Line, value: Decimal, *, small: bool) -> Decimal:
    base = _cut(value, _BASE)
    given = line.asked.given.duty_pct
    law: Measure | Source
    if given is not None:
        text, due, law = f"{given}%", base * given / HUNDRED, Source(GIVEN, sheet.law.on)
    else:
        rows = [row for row in sheet.measures(line) if row.kind == "simplified_duty"] if small and line.code else []
        barred = any(out.index == line.index for out in outside(sheet, "no_simplified"))
        row = loaded_duty(sheet, line, base) if barred or not rows else rows[0]
        text, due, law = row.rate.text, rate_due(row, base, line), row
    part = sheet.add("duty", line.index, base, text, _cut(due, _TAX), law)
    round_each([part], minor("JPY"))
    sheet.say(
        "Line {line}: duty {rate} of {base}, cut to hundreds, is {amount} ({source}).",
        line=line.index,
        rate=text,
        base=base,
        amount=part.amount,
        source=part.source,
    )
    return part.amount


def _consumption(sheet: Sheet, line: Line, value: Decimal) -> None:
    """National consumption tax cut to hundreds, then the local one as 22/78 of it; as one part."""
    base = _cut(value, _BASE)
    given = line.asked.given.vat_pct if line.asked.given.vat_pct is not None else line.asked.given.gst_pct
    law: Measure | Source
    if given is not None:
        text, due, law = f"{given}%", _cut(base * given / HUNDRED, _TAX), Source(GIVEN, sheet.law.on)
    else:
        national, local = _rates(sheet, line)
        first = _cut(base * (national.rate.ad_valorem or ZERO), _TAX)
        due = first + _cut(first * (local.rate.ad_valorem or ZERO), _TAX)
        text, law = f"{national.rate.text} + {local.rate.text} of it", national
        sheet.say(
            "Line {line}: national consumption tax {rate} of {base} is {amount} ({source}).",
            line=line.index,
            rate=percent(national.rate.ad_valorem or ZERO),
            base=base,
            amount=first,
            source=national.source,
        )
    part = sheet.add("vat", line.index, base, text, due, law)
    round_each([part], minor("JPY"))
    sheet.say(
        "Line {line}: consumption tax {rate} of {base}, cut to hundreds, is {amount} ({source}).",
        line=line.index,
        rate=text,
        base=base,
        amount=part.amount,
        source=part.source,
    )


def _rates(sheet: Sheet, line: Line) -> tuple[Measure, Measure]:
    found = sheet.measures(line)
    national = [row for row in found if row.kind == "vat"]
    local = [row for row in found if row.kind == "vat_local"]
    named = [row for row in national if row.codes != ("",)]
    if not national or not local:
        raise unknown("rate_unknown")
    return (named or national)[0], local[0]


def _cut(amount: Decimal, unit: Decimal) -> Decimal:
    # A repeating share (22/78) comes a hair under the whole: rounded finely first, cut then.
    return (amount.quantize(Decimal("1e-9")) / unit).quantize(Decimal(1), ROUND_DOWN) * unit
