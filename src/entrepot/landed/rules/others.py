"""European Union, United Kingdom, Canada: low-value rules, duty as given or loaded, value added or sales tax."""

from decimal import Decimal
from typing import Final

from entrepot.customs.rules import covering, threshold_on
from entrepot.customs.terms import Measure
from entrepot.landed.rules.working import (
    ZERO,
    Line,
    Rounder,
    Sheet,
    Source,
    minor,
    percent,
    rate_due,
    round_each,
    spread,
    truncated,
    unknown,
)
from entrepot.landed.terms import Importer, Mode

_HUNDRED: Final = Decimal(100)
_DISTANCE: Final = (Mode.POST, Mode.EXPRESS)


def european(sheet: Sheet) -> None:
    """Fill the sheet for an entry into the European Union.

    Source: Regulation 952/2013 art. 70 and 71; Regulation 1186/2009 art. 23 and 24; Directive 2006/112; Regulation (EU)
    2026/382. Read 22 November 2026.
    """
    value, mode, rounder = sheet.goods_value, sheet.request.mode, minor("EUR")
    carried = spread(sheet.freight + sheet.insurance, sheet.lines, "EUR")
    sheet.customs_value = value + sum(carried, ZERO)
    relief = threshold_on(law=sheet.law, name="duty_relief")
    items = threshold_on(law=sheet.law, name="item_duty_limit", mode=mode)
    ioss = threshold_on(law=sheet.law, name="ioss", mode=mode)
    sheet.say(f"Intrinsic value {value}: the goods alone, without carriage.")
    duties = [ZERO] * len(sheet.lines)
    if relief is not None and value <= relief.amount:
        sheet.say(f"Not over EUR {relief.amount:.0f}: no duty ({relief.source}).")
    elif items is not None and value <= items.amount and sheet.request.importer is Importer.CONSUMER:
        duties = _item_duties(sheet)
    else:
        duties = [
            _duty(sheet, line, line.value + share, rounder) for line, share in zip(sheet.lines, carried, strict=True)
        ]
    for line, share, duty in zip(sheet.lines, carried, duties, strict=True):
        _tax(sheet, line, line.value + share + duty, "vat", rounder)
    at_sale = ioss is not None and value <= ioss.amount and sheet.request.importer is Importer.CONSUMER
    sheet.regime = "ioss" if at_sale else "ordinary_import"
    sheet.note("VAT is collected at the sale (IOSS)." if at_sale else "VAT is collected at import.")


def _item_duties(sheet: Sheet) -> list[Decimal]:
    """EUR 3 for each classification in the parcel, whatever the number of pieces; carried by its first line."""
    each = threshold_on(law=sheet.law, name="item_duty")
    if each is None:
        raise unknown("rate_unknown")
    seen: set[str] = set()
    duties = []
    for line in sheet.lines:
        if not line.code:
            raise unknown("code_unknown")
        new = line.code[:6] not in seen
        seen.add(line.code[:6])
        duties.append(each.amount if new else ZERO)
        if new:
            source = Source(each.source, each.valid_from)
            part = sheet.add("duty", line.index, line.value, f"EUR {each.amount:.0f} an item", each.amount, source)
            round_each([part], minor("EUR"))
    sheet.say(f"{len(seen)} classification(s) at EUR {each.amount:.0f} ({each.source}).")
    return duties


def british(sheet: Sheet) -> None:
    """Fill the sheet for an entry into Great Britain; amounts are cut to the penny as the official calculator does.

    Source: Taxation (Cross-border Trade) Act 2018; GOV.UK, tax and duty on goods sent from abroad. Read 22 November 2026.
    """
    value, rounder = sheet.goods_value, truncated("GBP")
    carried = spread(sheet.freight + sheet.insurance, sheet.lines, "GBP")
    sheet.customs_value = value + sum(carried, ZERO)
    low = threshold_on(law=sheet.law, name="low_value")
    gift = threshold_on(law=sheet.law, name="gift")
    if gift and value <= gift.amount and all(line.asked.facts.get("gift") for line in sheet.lines):
        sheet.regime = "gift"
        sheet.say(f"A gift of {value} is free of duty and VAT ({gift.source}).")
        return
    duties = [ZERO] * len(sheet.lines)
    small = low is not None and value <= low.amount
    if small and low is not None:
        sheet.regime = "low_value_vat"
        sheet.say(f"Not over GBP {low.amount:.0f}: no duty, VAT at the sale ({low.source}).")
        sheet.note("VAT is collected at the sale.")
    else:
        sheet.regime = "ordinary_import"
        sheet.note("VAT is collected at import.")
        duties = [
            _duty(sheet, line, line.value + share, rounder) for line, share in zip(sheet.lines, carried, strict=True)
        ]
    for line, share, duty in zip(sheet.lines, carried, duties, strict=True):
        _tax(sheet, line, line.value + share + duty, "vat", rounder)


def canadian(sheet: Sheet) -> None:
    """Fill the sheet for an entry into Canada: duty on the goods' value, tax on value and duty; by where it ships from.

    Source: Courier Imports Remission Order; Postal Imports Remission Order; CUSMA art. 7.8; Excise Tax Act s. 212. Read 22 November 2026.
    """
    value, rounder = sheet.goods_value, minor("CAD")
    sheet.customs_value = value
    where = {"ship_from": sheet.request.ship_from, "mode": sheet.request.mode.value}
    no_tax = threshold_on(law=sheet.law, name="tax_free", **where)
    no_duty = threshold_on(law=sheet.law, name="duty_free", **where)
    if no_tax is not None and value <= no_tax.amount:
        sheet.regime = "de_minimis"
        sheet.say(f"Not over CAD {no_tax.amount:.0f} from {sheet.request.ship_from}: nothing due ({no_tax.source}).")
        return
    low = threshold_on(law=sheet.law, name="low_value_shipment")
    sheet.regime = "low_value_shipment" if low is not None and value <= low.amount else "ordinary_import"
    free = no_duty is not None and value <= no_duty.amount
    if free and no_duty is not None:
        sheet.say(f"Not over CAD {no_duty.amount:.0f}: no duty ({no_duty.source}).")
    for line in sheet.lines:
        duty = ZERO if free else _duty(sheet, line, line.value, rounder)
        _tax(sheet, line, line.value + duty, "gst", rounder, region=sheet.request.region or "")
    sheet.note("Provincial sales tax outside the harmonised provinces is not included.")


def _duty(sheet: Sheet, line: Line, value: Decimal, rounder: Rounder) -> Decimal:
    given = line.asked.given.duty_pct
    if given is not None:
        source = Source("rate given in the request", sheet.law.on)
        part = sheet.add("duty", line.index, value, f"{given}%", value * given / _HUNDRED, source)
    else:
        rows = [row for row in sheet.measures(line) if row.kind == "duty"] if line.code else []
        if not rows:
            sheet.say(f"Line {line.index}: the duty rate of {line.code or 'the article'} is not loaded.")
            raise unknown("code_unknown")
        part = sheet.add("duty", line.index, value, rows[0].rate.text, rate_due(rows[0], value, line), rows[0])
    round_each([part], rounder)
    sheet.say(f"Line {line.index}: duty {part.rate} of {value} is {part.amount} ({part.source}).")
    return part.amount


def _tax(sheet: Sheet, line: Line, base: Decimal, kind: str, rounder: Rounder, region: str | None = None) -> None:
    given = line.asked.given.vat_pct if kind == "vat" else line.asked.given.gst_pct
    law: Measure | Source
    if given is not None:
        ratio, law = given / _HUNDRED, Source("rate given in the request", sheet.law.on)
    else:
        place = sheet.law.destination if region is None else region.rpartition("-")[2]
        rows = [row for row in sheet.measures(line, place) if row.kind == kind and row.rate.ad_valorem is not None]
        if not rows:
            raise unknown("rate_unknown")
        law = max(rows, key=lambda row: row.rate.ad_valorem or ZERO)
        ratio = law.rate.ad_valorem or ZERO
        if covering(law=sheet.law, code=line.code) is None:
            sheet.note("The standard rate of tax is used; reduced rates are not loaded.")
    part = sheet.add(kind, line.index, base, percent(ratio), base * ratio, law)
    round_each([part], rounder)
    sheet.say(f"Line {line.index}: {kind} {part.rate} of {base} is {part.amount} ({part.source}).")
