"""China: retail CBEC imports, personal articles, general trade."""

from decimal import Decimal
from typing import Final

from entrepot.customs.rules import covering, measures_on, threshold_on
from entrepot.customs.terms import AdValorem, Measure, Threshold
from entrepot.landed.rules.working import (
    ZERO,
    Line,
    Part,
    Sheet,
    Source,
    minor,
    percent,
    rate_due,
    refused,
    round_each,
    spread,
    unknown,
)
from entrepot.landed.terms import Importer, Mode

_HUNDRED: Final = Decimal(100)
_FEN: Final = minor("CNY")
# What a list remark says when an article may come through a bonded warehouse only, in the words seen.
_BONDED_ONLY: Final = ("bonded", "1210", "网购保税")


def worked(sheet: Sheet) -> None:
    """Fill the sheet for an entry into China by the mode asked for; a consumer's post counts as personal articles."""
    mode = sheet.request.mode
    if mode in (Mode.CBEC_BONDED, Mode.CBEC_DIRECT):
        _retail(sheet)
    elif mode is Mode.PERSONAL or (mode is Mode.POST and sheet.request.importer is Importer.CONSUMER):
        _articles(sheet)
    else:
        _trade(sheet)


def _retail(sheet: Sheet) -> None:
    """Cross-border retail: duty nil and 70 % of the taxes within the limits, all of them for one article above.

    Source: Cai Guan Shui 2016 No.18; 2018 No.49; GACC 2018 No.194. Read 22 November 2026.
    """
    if sheet.request.importer is not Importer.CONSUMER:
        raise refused("importer_not_consumer", "general_trade")
    for line in sheet.lines:
        _listed(sheet, line)
    values = _with_carriage(sheet)
    whole = sum(values, ZERO)
    sheet.customs_value = whole
    sheet.say(f"Dutiable value {whole}: retail price {sheet.goods_value}, freight and insurance included.")
    full = _above_single(sheet, whole)
    used = sheet.request.annual_used
    annual = _must_find(sheet, "cbec_annual")
    if used + whole > annual.amount:
        sheet.say(f"{used} used this year and {whole} pass the yearly {annual.amount:.0f} ({annual.source}).")
        raise refused("annual_limit_exceeded", "general_trade")
    sheet.say(f"{used} used this year and {whole} stay within the yearly {annual.amount:.0f} ({annual.source}).")
    sheet.annual_used_after = _FEN(used + whole)
    sheet.regime = "cbec_full_tax" if full else "cbec"
    if full:
        _stack(sheet, values)
        return
    share = _share(sheet)
    for line, value in zip(sheet.lines, values, strict=True):
        _reduced(sheet, line, value, share)


def _listed(sheet: Sheet, line: Line) -> None:
    given = line.asked.given
    remark = given.list_remark or ""
    if given.listed is False:
        raise refused("not_on_positive_list", "general_trade")
    if given.listed is None:
        if not line.code or covering(law=sheet.law, code=line.code) is None:
            sheet.say(f"Line {line.index}: whether {line.code or 'the article'} is on the positive list is not known.")
            raise unknown("code_unknown")
        entry = _one(sheet, line, "cbec_list")
        if entry is None:
            raise refused("not_on_positive_list", "general_trade")
        sheet.note(entry.note)
    if sheet.request.mode is Mode.CBEC_DIRECT and any(word in remark.lower() for word in _BONDED_ONLY):
        raise refused("list_remark_mode", "cbec_bonded", "general_trade")


def _above_single(sheet: Sheet, whole: Decimal) -> bool:
    single = _must_find(sheet, "cbec_single")
    if whole <= single.amount:
        sheet.say(f"{whole} is within {single.amount:.0f} an order ({single.source}).")
        return False
    sheet.say(f"{whole} is above {single.amount:.0f} an order ({single.source}).")
    if len(sheet.lines) > 1 or sheet.lines[0].asked.quantity != 1:
        raise refused("over_single_limit_multi_item", "smaller_orders", "general_trade")
    exception = threshold_on(law=sheet.law, name="cbec_one_article")
    if exception is None:
        raise refused("over_single_limit", "general_trade")
    sheet.say(f"One article alone may stay in retail CBEC with the full taxes ({exception.source}).")
    return True


def _share(sheet: Sheet) -> Measure:
    for measure in measures_on(law=sheet.law, code="", origin=""):
        if measure.kind == "cbec_share":
            return measure
    raise unknown("rate_unknown")


def _reduced(sheet: Sheet, line: Line, value: Decimal, share: Measure) -> None:
    """70 % of the statutory taxes; the VAT base takes the consumption tax in full."""
    ratio = share.rate.ad_valorem or ZERO
    consumption, consumption_law, consumption_text = _consumption(sheet, line, value, ZERO)
    vat, vat_law = _vat(sheet, line)
    parts = [
        sheet.add("duty", line.index, value, "0%", ZERO, share),
        *(
            [
                sheet.add(
                    "consumption_tax",
                    line.index,
                    value,
                    f"{consumption_text} x 70%",
                    consumption * ratio,
                    consumption_law,
                )
            ]
            if consumption
            else []
        ),
        sheet.add(
            "vat",
            line.index,
            value + consumption,
            f"{percent(vat)} x 70%",
            (value + consumption) * vat * ratio,
            vat_law,
        ),
    ]
    round_each(parts, _FEN)
    sheet.say(
        f"Line {line.index}: statutory consumption tax {_FEN(consumption)}; VAT {percent(vat)} on "
        f"{_FEN(value + consumption)}; of both {percent(ratio)} is charged: {_shown(parts)} ({share.source})."
    )


def _stack(sheet: Sheet, values: list[Decimal], minimum: Decimal = ZERO) -> None:
    """Duty, then consumption tax on the grossed-up base, then VAT on all; each as levied goes into the next base.

    minimum: a tax that comes to no more over the consignment is not levied.
    Source: Tariff Law of 1 December 2024; Provisional Regulations on consumption tax art. 9 and on VAT art. 14.
    """
    bases = list(zip(sheet.lines, values, strict=True))
    duties = [_duty(sheet, line, value) for line, value in bases]
    _levied(sheet, [part for parts in duties for part in parts], minimum)
    levied = [sum((part.amount for part in parts), ZERO) for parts in duties]
    taxes: list[Part | None] = []
    for (line, value), duty in zip(bases, levied, strict=True):
        due, law, text = _consumption(sheet, line, value, duty)
        taxes.append(sheet.add("consumption_tax", line.index, value + duty, text, due, law) if due else None)
    _levied(sheet, [part for part in taxes if part], minimum)
    vats = []
    for (line, value), duty, tax in zip(bases, levied, taxes, strict=True):
        ratio, vat_law = _vat(sheet, line)
        base = value + duty + (tax.amount if tax else ZERO)
        vats.append(sheet.add("vat", line.index, base, percent(ratio), base * ratio, vat_law))
    _levied(sheet, vats, minimum)
    for (line, value), parts, tax, vat in zip(bases, duties, taxes, vats, strict=True):
        shown = _shown([*parts, *([tax] if tax else []), vat])
        sheet.say(f"Line {line.index}: value {value}; {shown}; VAT on {vat.base}.")


def _levied(sheet: Sheet, parts: list[Part], minimum: Decimal) -> None:
    round_each(parts, _FEN)
    due = sum((part.amount for part in parts), ZERO)
    if not 0 < due <= minimum:
        return
    for part in parts:
        part.amount, part.rate = _FEN(ZERO), f"{part.rate}, not levied"
    sheet.say(f"{parts[0].kind} of {due} is not levied, being no more than {minimum:.0f}.")
    sheet.note("A tax of no more than CNY 50 a consignment is not levied.")


def _duty(sheet: Sheet, line: Line, value: Decimal) -> list[Part]:
    given = line.asked.given.duty_pct
    parts: list[Part] = []
    if given is not None:
        source = Source("rate given in the request", sheet.law.on)
        parts.append(sheet.add("duty", line.index, value, f"{given}%", value * given / _HUNDRED, source))
    else:
        base = _one(sheet, line, "duty")
        if base is None:
            sheet.say(f"Line {line.index}: the duty rate of {line.code or 'the article'} is not loaded.")
            raise unknown("code_unknown" if not line.code else "rate_unknown")
        parts.append(sheet.add("duty", line.index, value, base.rate.text, rate_due(base, value, line), base))
    parts.extend(
        sheet.add("additional_us", line.index, value, measure.rate.text, rate_due(measure, value, line), measure)
        for measure in sheet.measures(line)
        if measure.kind == "additional_us"
    )
    return parts


def _consumption(sheet: Sheet, line: Line, value: Decimal, duty: Decimal) -> tuple[Decimal, Measure | Source, str]:
    """The statutory consumption tax, exact: ((value + duty + q x s) / (1 - c)) x c + q x s."""
    given = line.asked.given.consumption_tax_pct
    if given is not None:
        ratio = given / _HUNDRED
        return (value + duty) / (1 - ratio) * ratio, Source("rate given in the request", sheet.law.on), f"{given}%"
    measure = _biting(sheet, line, "consumption_tax", value)
    if measure is None:
        if _spared_by_price(sheet, line, "consumption_tax", value):
            return ZERO, Source("below the unit price", sheet.law.on), "0%"
        sheet.say(f"Line {line.index}: whether consumption tax falls on {line.code or 'the article'} is not known.")
        raise unknown("code_unknown")
    ratio = sum((term.rate for term in measure.rate.terms if isinstance(term, AdValorem)), ZERO)
    specific = rate_due(measure, ZERO, line)
    return (value + duty + specific) / (1 - ratio) * ratio + specific, measure, measure.rate.text


def _vat(sheet: Sheet, line: Line) -> tuple[Decimal, Measure | Source]:
    given = line.asked.given.vat_pct
    if given is not None:
        return given / _HUNDRED, Source("rate given in the request", sheet.law.on)
    measure = _one(sheet, line, "vat")
    if measure is None or measure.rate.ad_valorem is None:
        sheet.say(f"Line {line.index}: the VAT rate of {line.code or 'the article'} is not known.")
        raise unknown("code_unknown")
    return measure.rate.ad_valorem, measure


def _articles(sheet: Sheet) -> None:
    """Personal articles: one rate by class of article, nothing due up to CNY 50.

    Source: Tariff Commission 2024 No.11; GACC 2024 No.176; before: GACC 2010 No.43. Read 22 November 2026.
    """
    value = sheet.goods_value
    sheet.customs_value = value
    limit = threshold_on(law=sheet.law, name="articles_limit", ship_from=sheet.request.ship_from)
    if limit is None:
        raise unknown("rate_unknown")
    if value > limit.amount:
        sheet.say(f"{value} is above {limit.amount:.0f} a parcel ({limit.source}).")
        if len(sheet.lines) > 1 or sheet.lines[0].asked.quantity != 1:
            raise refused("over_personal_limit", "smaller_orders", "cbec_direct", "general_trade")
        sheet.say("One indivisible article for own use may still come as a personal article.")
    else:
        sheet.say(f"{value} is within {limit.amount:.0f} a parcel ({limit.source}).")
    parts = [_article(sheet, line) for line in sheet.lines]
    round_each(parts, _FEN)
    due = sum((part.amount for part in parts), ZERO)
    waiver = _must_find(sheet, "articles_waiver")
    if due <= waiver.amount:
        for part in parts:
            part.amount, part.rate = _FEN(ZERO), f"{part.rate}, waived"
        sheet.say(f"The tax of {due} is not above {waiver.amount:.2f} and is waived ({waiver.source}).")
        if due:
            sheet.note("The tax is waived, being no more than CNY 50.")
    else:
        sheet.say(f"The tax of {due} is above {waiver.amount:.2f} and due in whole ({waiver.source}).")
    sheet.regime = "personal_articles"


def _article(sheet: Sheet, line: Line) -> Part:
    given = line.asked.given.articles_rate_pct
    if given is not None:
        source = Source("rate given in the request", sheet.law.on)
        return sheet.add("articles_tax", line.index, line.value, f"{given}%", line.value * given / _HUNDRED, source)
    measure = _biting(sheet, line, "articles_tax", line.value)
    if measure is None:
        sheet.say(f"Line {line.index}: the class of {line.code or 'the article'} in the table is not known.")
        raise unknown("code_unknown")
    sheet.note("Scheduled values of the table of articles are not used; the price is.")
    return sheet.add(
        "articles_tax", line.index, line.value, measure.rate.text, rate_due(measure, line.value, line), measure
    )


def _trade(sheet: Sheet) -> None:
    """General trade: duty, consumption tax and VAT; each not levied when it comes to CNY 50 or less.

    Source: Tariff Law art. 33; MOF/GACC notices on the minimum of each tax. Read 22 November 2026.
    """
    values = _with_carriage(sheet)
    sheet.customs_value = sum(values, ZERO)
    sheet.regime = "general_trade"
    _stack(sheet, values, _must_find(sheet, "tax_minimum").amount)


def _with_carriage(sheet: Sheet) -> list[Decimal]:
    carried = spread(sheet.freight + sheet.insurance, sheet.lines, "CNY")
    return [line.value + share for line, share in zip(sheet.lines, carried, strict=True)]


def _must_find(sheet: Sheet, name: str) -> Threshold:
    found = threshold_on(law=sheet.law, name=name)
    if found is None:
        raise unknown("rate_unknown")
    return found


def _one(sheet: Sheet, line: Line, kind: str) -> Measure | None:
    """The measure of a kind on the line; one that fits all codes counts only for a code that the data covers."""
    covered = bool(line.code) and covering(law=sheet.law, code=line.code) is not None
    for measure in sheet.measures(line):
        if measure.kind == kind and (covered or measure.codes != ("",)):
            return measure
    return None


def _biting(sheet: Sheet, line: Line, kind: str, value: Decimal) -> Measure | None:
    """The measure of a kind that counts at the line's price a unit; the one that asks for a price first."""
    covered = bool(line.code) and covering(law=sheet.law, code=line.code) is not None
    rows = [row for row in sheet.measures(line) if row.kind == kind and (covered or row.codes != ("",))]
    for measure in sorted(rows, key=lambda row: row.unit_price is None):
        if measure.unit_price is None or _unit_price(line, value, measure) >= measure.unit_price.at_least:
            return measure
    return None


def _spared_by_price(sheet: Sheet, line: Line, kind: str, value: Decimal) -> bool:
    return any(
        row.kind == kind and row.unit_price is not None and _unit_price(line, value, row) < row.unit_price.at_least
        for row in sheet.measures(line)
    )


def _unit_price(line: Line, value: Decimal, measure: Measure) -> Decimal:
    for unit in measure.unit_price.units if measure.unit_price else ():
        count = line.asked.measures.get(unit)
        if count:
            return value / count
    raise unknown("quantity_missing")


def _shown(parts: list[Part]) -> str:
    return ", ".join(f"{part.kind} {part.rate} = {part.amount}" for part in parts) or "nothing due"
