"""European Union: relief up to EUR 150 until June 2026, EUR 3 an item since, VAT at the sale or at import."""

from decimal import Decimal

from entrepot.customs.rules import threshold_on
from entrepot.customs.terms import Threshold
from entrepot.landed.rules.abroad.charges import all_gifts, carriage, duty_on, lands, outside, relief, tax_on, told
from entrepot.landed.rules.working import ZERO, Line, Sheet, Source, minor, round_each, unknown
from entrepot.landed.terms import Importer

# The declaration for low values (H7) names goods by six digits.
_CLASSIFICATION = 6


def european(sheet: Sheet) -> None:
    """Fill the sheet for an entry into the European Union.

    Source: Regulation 952/2013 art. 70 and 71; Regulation 1186/2009 art. 23 to 27; Directive 2006/112; Regulation (EU)
    2026/382. Read 22 November 2026.
    """
    value, rounder = sheet.goods_value, minor("EUR")
    shares = carriage(sheet)
    sheet.customs_value = value + sum(shares, ZERO)
    sheet.say("Intrinsic value {value}: the goods alone, without carriage.", value=value)
    if _gift(sheet, value):
        return
    left_out = {line.index for line in outside(sheet, "no_relief")}
    if left_out:
        sheet.note("Alcohol, perfume and tobacco are outside the relief for small consignments.")
    duties = _duties(sheet, value, shares, left_out)
    for line, landed in lands(sheet, shares):
        tax_on(sheet, line, landed + duties[line.index], "vat", rounder, sheet.law.destination)
    excise = outside(sheet, "excise")
    if excise:
        sheet.note("Excise duty of the member state is not included.")
    consumer = sheet.request.importer is Importer.CONSUMER
    at_sale = (
        None
        if excise or not consumer or all_gifts(sheet)
        else relief(sheet, "ioss", value, mode=sheet.request.mode.value)
    )
    sheet.regime = "ordinary_import" if at_sale is None else "ioss"
    if at_sale is None:
        sheet.note("VAT is collected at import.")
    else:
        sheet.say(
            "Not over {limit}: VAT at the sale, the marketplace is the deemed supplier ({source}).", **told(at_sale)
        )
        sheet.note("VAT is collected at the sale (IOSS).")


def _gift(sheet: Sheet, value: Decimal) -> bool:
    if not all_gifts(sheet) or outside(sheet, "no_relief"):
        return False
    free = relief(sheet, "gift", value)
    if free is None:
        return False
    sheet.regime = "gift"
    sheet.say("A gift of {value}, not over {limit}, is free of duty and VAT ({source}).", value=value, **told(free))
    return True


def _duties(sheet: Sheet, value: Decimal, shares: list[Decimal], left_out: set[int]) -> list[Decimal]:
    """Each line's duty: none within the relief, so much an item since July 2026, else that of the tariff."""
    free = relief(sheet, "duty_relief", value)
    items = relief(sheet, "item_duty_limit", value, mode=sheet.request.mode.value)
    if sheet.request.importer is not Importer.CONSUMER or all_gifts(sheet):
        # The duty by item is for distance sales to consumers.
        items = None
    duties = [ZERO] * len(sheet.lines)
    if free is not None:
        sheet.say("Not over {limit}: no duty ({source}).", **told(free))
    small = [line for line in sheet.lines if line.index not in left_out]
    if free is None and items is not None and small:
        _item_duties(sheet, small, duties)
    for line, landed in lands(sheet, shares):
        if line.index in left_out or (free is None and items is None):
            duties[line.index] = duty_on(sheet, line, landed, minor("EUR"))
    return duties


def _item_duties(sheet: Sheet, lines: list[Line], duties: list[Decimal]) -> None:
    """EUR 3 for each classification in the parcel, whatever the number of pieces; carried by its first line."""
    each = threshold_on(law=sheet.law, name="item_duty")
    if each is None:
        raise unknown("rate_unknown")
    if any(not line.code for line in lines) and len(lines) > 1:
        sheet.say("The duty is for each classification in the parcel; a line has no code.")
        raise unknown("code_unknown")
    seen: set[str] = set()
    for line in lines:
        name = line.code[:_CLASSIFICATION]
        if name in seen:
            continue
        seen.add(name)
        duties[line.index] = _one_item(sheet, line, each)
    sheet.say(
        "{count} classification(s) at EUR {each} ({source}).",
        count=len(seen),
        each=f"{each.amount.normalize():f}",
        source=each.source,
    )


def _one_item(sheet: Sheet, line: Line, each: Threshold) -> Decimal:
    source = Source(each.source, each.valid_from)
    rate = f"EUR {each.amount.normalize():f} an item"
    part = sheet.add("duty", line.index, line.value, rate, each.amount, source)
    round_each([part], minor("EUR"))
    return part.amount
