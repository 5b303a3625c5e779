"""Canada: remissions for courier and post by where the parcel ships from, duty, GST or HST, provincial tax."""

from decimal import Decimal

from entrepot.customs.rules import threshold_on
from entrepot.landed.rules.abroad.charges import all_gifts, duty_on, outside, relief, tax_on, tax_rows, told
from entrepot.landed.rules.working import ZERO, Line, Sheet, minor, percent, round_each
from entrepot.landed.terms import Importer

_ROUND = minor("CAD")


def canadian(sheet: Sheet) -> None:
    """Fill the sheet for an entry into Canada: duty on the goods' value, tax on value and duty; by where it ships from.

    Source: Courier Imports Remission Order; Postal Imports Remission Order; CUSMA art. 7.8; Excise Tax Act s. 212. Read 22 November 2026.
    """
    value = sheet.goods_value
    sheet.customs_value = value
    sheet.say("Value for duty {value}: the goods without carriage from the place of direct shipment.", value=value)
    left_out = outside(sheet, "no_relief")
    if left_out:
        sheet.note("Alcohol and tobacco are outside the remissions; excise and provincial mark-ups are not included.")
    elif _remitted(sheet, value):
        return
    where = {"ship_from": sheet.request.ship_from, "mode": sheet.request.mode.value}
    free = None if left_out else relief(sheet, "duty_free", value, **where)
    low = threshold_on(law=sheet.law, name="low_value_shipment")
    sheet.regime = "low_value_shipment" if low is not None and value <= low.amount else "ordinary_import"
    if free is not None:
        sheet.say("Not over {limit}: no duty ({source}).", **told(free))
    region = (sheet.request.region or "").rpartition("-")[2]
    for line in sheet.lines:
        duty = ZERO if free is not None else duty_on(sheet, line, line.value, _ROUND)
        tax_on(sheet, line, line.value + duty, "gst", _ROUND, region)
        _provincial(sheet, line, line.value + duty, region)
    if sheet.request.ship_from == "US" or any(line.asked.origin == "US" for line in sheet.lines):
        sheet.note("Counter-surtaxes on goods of the United States are not loaded and not included.")
    if not region and any(line.asked.given.gst_pct is None for line in sheet.lines):
        sheet.note("Without a province the tax is the federal 5 %; harmonised and provincial taxes are not included.")


def _remitted(sheet: Sheet, value: Decimal) -> bool:
    """Nothing is due: a small gift, or a parcel within the tax-free amount of its way."""
    where = {"ship_from": sheet.request.ship_from, "mode": sheet.request.mode.value}
    gift = relief(sheet, "gift", value) if all_gifts(sheet) else None
    no_tax = relief(sheet, "tax_free", value, **where)
    found = gift or no_tax
    if found is None:
        return False
    sheet.regime = "gift" if no_tax is None else "de_minimis"
    sheet.say("Not over {limit} from {place}: nothing due ({source}).", place=sheet.request.ship_from, **told(found))
    return True


def _provincial(sheet: Sheet, line: Line, base: Decimal, region: str) -> None:
    """Provincial sales tax that the border agency collects from consumers, on the duty-paid value without GST."""
    if sheet.request.importer is not Importer.CONSUMER or line.asked.given.gst_pct is not None:
        return
    for row in tax_rows(sheet, line, "pst", region)[:1]:
        ratio = row.rate.ad_valorem or ZERO
        part = sheet.add("pst", line.index, base, percent(ratio), base * ratio, row)
        round_each([part], _ROUND)
        sheet.say(
            "Line {line}: {kind} {rate} of {base} is {amount} ({source}).",
            line=line.index,
            kind="pst",
            rate=part.rate,
            base=base,
            amount=part.amount,
            source=part.source,
        )
