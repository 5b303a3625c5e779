"""Cross-border e-commerce retail imports: the list, the limits, and 70 % of the taxes."""

import re
from decimal import Decimal
from typing import Final

from entrepot.customs.rules import covering, threshold_on
from entrepot.customs.terms import Measure
from entrepot.landed.rules.china.lookups import FEN, alone, general, must_find, one, shown, with_carriage
from entrepot.landed.rules.china.taxes import consumption, stack, vat_rate
from entrepot.landed.rules.working import ZERO, Line, Sheet, percent, refused, round_each, unknown
from entrepot.landed.terms import Importer, Mode

# What a list remark says, in the words seen: bonded warehouse only; kept out; so many kilograms a person and year.
# Source: positive lists of 2016, 2018, 2019 and 2022, column of remarks.
_BONDED_ONLY: Final = ("bonded", "1210", "网购保税")
_DIRECT_ONLY: Final = ("direct mail only", "9610 only", "仅限直购")
_KILOGRAMS: Final = ("kg", "千克", "公斤")
_YEARLY: Final = re.compile(
    r"(?:each person|per person|每人)?.{0,12}?(?:每年|a year|per year|yearly).{0,14}?(\d+(?:\.\d+)?)\s*(?:kg|千克|公斤)"
    r"|(\d+(?:\.\d+)?)\s*(?:kg|千克|公斤).{0,24}?(?:每年|a year|per year|yearly|/年|person)",
    re.IGNORECASE,
)


def retail(sheet: Sheet) -> None:
    """Duty nil and 70 % of the taxes within the limits, all of them for one article above.

    Source: Cai Guan Shui 2016 No.18; 2018 No.49; GACC 2018 No.194. Read 22 November 2026.
    """
    if sheet.request.importer is not Importer.CONSUMER:
        raise refused("importer_not_consumer", "general_trade")
    must_find(sheet, "cbec_single")
    for line in sheet.lines:
        _listed(sheet, line)
    values = with_carriage(sheet)
    whole = sum(values, ZERO)
    sheet.customs_value = whole
    sheet.say(
        "Dutiable value {whole}: retail price {goods}, freight and insurance included.",
        whole=whole,
        goods=sheet.goods_value,
    )
    full = _above_single(sheet, whole)
    _within_year(sheet, whole)
    sheet.annual_used_after = FEN(sheet.request.annual_used + whole)
    sheet.regime = "cbec_full_tax" if full else "cbec"
    if full:
        stack(sheet, values)
        return
    share = general(sheet, "cbec_share")
    for line, value in zip(sheet.lines, values, strict=True):
        _reduced(sheet, line, value, share)


def _within_year(sheet: Sheet, whole: Decimal) -> None:
    used, annual = sheet.request.annual_used, must_find(sheet, "cbec_annual")
    facts = {"used": used, "whole": whole, "limit": f"{annual.amount:.0f}", "source": annual.source}
    if used + whole > annual.amount:
        sheet.say("{used} used this year and {whole} pass the yearly {limit} ({source}).", **facts)
        raise refused("annual_limit_exceeded", "general_trade")
    sheet.say("{used} used this year and {whole} stay within the yearly {limit} ({source}).", **facts)


def _listed(sheet: Sheet, line: Line) -> None:
    given = line.asked.given
    if given.listed is False:
        raise refused("not_on_positive_list", "general_trade")
    remark = given.list_remark or ""
    if remark:
        sheet.note("The remark of the positive list binds: {remark}", remark=remark)
    if given.listed is None:
        if not line.code or covering(law=sheet.law, code=line.code) is None:
            sheet.say(
                "Line {line}: whether {code} is on the positive list is not known.",
                line=line.index,
                code=line.code or "-",
            )
            raise unknown("code_unknown")
        entry = one(sheet, line, "cbec_list")
        if entry is None:
            raise refused("not_on_positive_list", "general_trade")
        sheet.say("Line {line}: on the positive list ({source}).", line=line.index, source=entry.source)
        sheet.note(entry.note)
        remark = remark or entry.note
    _remark(sheet, line, remark)


def _remark(sheet: Sheet, line: Line, remark: str) -> None:
    """Remarks bind: the mode, and the yearly kilograms of one person."""
    words = remark.lower()
    if sheet.request.mode is Mode.CBEC_DIRECT and any(word in words for word in _BONDED_ONLY):
        sheet.say(
            "Line {line}: the list admits it from a bonded warehouse only: {remark}", line=line.index, remark=remark
        )
        raise refused("list_remark_mode", "cbec_bonded", "general_trade")
    if sheet.request.mode is Mode.CBEC_BONDED and any(word in words for word in _DIRECT_ONLY):
        sheet.say("Line {line}: the list admits it by direct mail only: {remark}", line=line.index, remark=remark)
        raise refused("list_remark_mode", "cbec_direct", "general_trade")
    yearly = _YEARLY.search(remark) if any(unit in words for unit in _KILOGRAMS) else None
    if yearly is None:
        return
    most, kilograms = Decimal(yearly[1] or yearly[2]), line.asked.measures.get("kg")
    if kilograms is None:
        sheet.note("The list admits {most} kg a person and year; the weight is not given.", most=most)
    elif kilograms > most:
        sheet.say(
            "Line {line}: {kilograms} kg are more than the {most} kg a person and year of the list.",
            line=line.index,
            kilograms=kilograms,
            most=most,
        )
        raise refused("list_remark_quantity", "general_trade")


def _above_single(sheet: Sheet, whole: Decimal) -> bool:
    single = must_find(sheet, "cbec_single")
    facts = {"whole": whole, "limit": f"{single.amount:.0f}", "source": single.source}
    if whole <= single.amount:
        sheet.say("{whole} is within {limit} an order ({source}).", **facts)
        return False
    sheet.say("{whole} is above {limit} an order ({source}).", **facts)
    if not alone(sheet):
        raise refused("over_single_limit_multi_item", "smaller_orders", "general_trade")
    exception = threshold_on(law=sheet.law, name="cbec_one_article")
    if exception is None:
        raise refused("over_single_limit", "general_trade")
    sheet.say("One article alone may stay in retail CBEC with the full taxes ({source}).", source=exception.source)
    return True


def _reduced(sheet: Sheet, line: Line, value: Decimal, share: Measure) -> None:
    """70 % of the statutory taxes; the VAT base takes the consumption tax in full."""
    ratio = share.rate.ad_valorem or ZERO
    tax, tax_law, tax_text = consumption(sheet, line, value, ZERO)
    vat, vat_law = vat_rate(sheet, line)
    base, of = value + tax, percent(ratio)
    parts = [sheet.add("duty", line.index, value, "0%", ZERO, share)]
    if tax:
        parts.append(sheet.add("consumption_tax", line.index, value, f"{tax_text} x {of}", tax * ratio, tax_law))
    parts.append(sheet.add("vat", line.index, base, f"{percent(vat)} x {of}", base * vat * ratio, vat_law))
    round_each(parts, FEN)
    sheet.say(
        "Line {line}: statutory consumption tax {tax}; VAT {rate} on {base}; of both {share} is charged: {parts} "
        "({source}).",
        line=line.index,
        tax=FEN(tax),
        rate=percent(vat),
        base=FEN(base),
        share=of,
        parts=shown(parts),
        source=share.source,
    )
