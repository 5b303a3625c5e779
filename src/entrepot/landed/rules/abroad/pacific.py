"""South Korea and Australia, as far as the loaded facts go."""

from decimal import ROUND_DOWN, Decimal

from entrepot.customs.rules import threshold_on
from entrepot.landed.rules.abroad.charges import carriage, duty_on, lands, outside, relief, tax_on, told
from entrepot.landed.rules.working import ZERO, Sheet, exchanged, minor
from entrepot.landed.terms import Importer


def korean(sheet: Sheet) -> None:
    """Fill the sheet for an entry into South Korea: USD 150 free for own use, 200 by express from the US; else CIF.

    Source: Customs Act art. 94; its Enforcement Rule art. 45; KCS notice on list clearance. Read 22 November 2026.
    """
    shares = carriage(sheet)
    sheet.customs_value = sheet.goods_value + sum(shares, ZERO)
    limit = threshold_on(
        law=sheet.law, name="tax_free", ship_from=sheet.request.ship_from, mode=sheet.request.mode.value
    )
    consumer = sheet.request.importer is Importer.CONSUMER
    if limit is not None and consumer and not outside(sheet, "no_relief"):
        most = exchanged(limit.amount, limit.currency, "KRW", sheet.rates, sheet.trace)
        if sheet.goods_value <= most:
            sheet.regime = "de_minimis"
            sheet.say("{value} is not over {limit}: nothing due ({source}).", value=sheet.goods_value, **told(limit))
            sheet.note("A personal customs clearance code (PCCC) is needed.")
            return
    sheet.regime = "ordinary_import"
    for line, value in lands(sheet, shares):
        duty = duty_on(sheet, line, value, _ten_won)
        tax_on(sheet, line, value + duty, "vat", _ten_won, "KR")
    sheet.note("A personal customs clearance code (PCCC) is needed.")


def _ten_won(amount: Decimal) -> Decimal:
    # Source: Treasury Funds Management Act art. 47: below ten won is cut.
    return (amount / 10).quantize(Decimal(1), ROUND_DOWN) * 10


def australian(sheet: Sheet) -> None:
    """Fill the sheet for an entry into Australia: GST at the sale up to AUD 1,000, else duty and GST at the border.

    Source: A New Tax System (Goods and Services Tax) Act 1999 div. 13 and 84-C. Read 22 November 2026.
    """
    rounder, shares = minor("AUD"), carriage(sheet)
    sheet.customs_value = sheet.goods_value
    low = None if outside(sheet, "no_relief") else relief(sheet, "low_value", sheet.goods_value)
    for line, value in lands(sheet, shares):
        # The customs value is the goods at the place of export; carriage counts in the base of the tax only.
        duty = ZERO if low is not None else duty_on(sheet, line, line.value, rounder)
        tax_on(sheet, line, value + duty, "gst", rounder, "AU")
    if low is not None:
        sheet.regime = "low_value_vat"
        sheet.say("Not over {limit}: no duty, GST at the sale ({source}).", **told(low))
        sheet.note("GST is collected at the sale.")
    else:
        sheet.regime = "ordinary_import"
        sheet.note("GST is collected at import; processing charges of the border are not included.")
