"""United Kingdom: VAT at the sale up to GBP 135, gifts, duty above; Northern Ireland told apart."""

from decimal import Decimal

from entrepot.customs.rules import measures_on
from entrepot.landed.rules.abroad.charges import all_gifts, carriage, duty_on, lands, outside, relief, tax_on, told
from entrepot.landed.rules.working import ZERO, Line, Sheet, minor, percent, round_each, truncated
from entrepot.landed.terms import Importer


def british(sheet: Sheet) -> None:
    """Fill the sheet for an entry into the United Kingdom; amounts are cut to the penny as the official tool does.

    Source: Taxation (Cross-border Trade) Act 2018; GOV.UK, tax and duty on goods sent from abroad. Read 22 November 2026.
    """
    value = sheet.goods_value
    shares = carriage(sheet)
    sheet.customs_value = value + sum(shares, ZERO)
    kind = _tariff(sheet)
    excise = outside(sheet, "excise")
    if excise:
        sheet.note("Excise duty on alcohol and tobacco is not included.")
    gift = all_gifts(sheet) and not excise
    free = relief(sheet, "gift", value) if gift else None
    if free is not None:
        sheet.regime = "gift"
        sheet.say("A gift of {value}, not over {limit}, is free of duty and VAT ({source}).", value=value, **told(free))
        return
    low = None if excise else relief(sheet, "low_value", value)
    duties = [ZERO] * len(sheet.lines)
    if low is None:
        duties = _duties(sheet, lands(sheet, shares), kind, gift=gift)
    at_sale = low is not None and not gift
    sheet.regime = "low_value_vat" if at_sale else "gift" if gift else "ordinary_import"
    if low is not None and at_sale:
        sheet.say("Not over {limit}: no duty, VAT at the sale ({source}).", **told(low))
        business = sheet.request.importer is not Importer.CONSUMER
        sheet.note(
            "VAT is collected at the sale, or accounted for by a business that gives its VAT number."
            if business
            else "VAT is collected at the sale."
        )
    else:
        sheet.note("VAT is collected at import.")
    for line, landed in lands(sheet, shares):
        base = landed + duties[line.index]
        tax_on(sheet, line, base, "vat", truncated("GBP"), sheet.law.destination)


def _tariff(sheet: Sheet) -> str:
    """Whose duty counts: the European Union's for goods at risk in Northern Ireland.

    Source: Windsor Framework; GOV.UK, goods not at risk: UK Internal Market Scheme.
    """
    if not (sheet.request.region or "").endswith("NIR"):
        return "duty"
    if all("UKIMS" in line.claims for line in sheet.lines):
        sheet.note("Northern Ireland, goods not at risk under UKIMS: the duty of the United Kingdom.")
        return "duty"
    sheet.note("Northern Ireland, goods at risk of moving to the European Union: the EU duty; not at risk with UKIMS.")
    return "duty_xi"


def _duties(sheet: Sheet, landed: list[tuple[Line, Decimal]], kind: str, *, gift: bool) -> list[Decimal]:
    """Ordinary duty on goods with carriage; gifts up to GBP 630 at the flat rate."""
    flat = None
    if gift and relief(sheet, "gift_flat_duty", sheet.goods_value) is not None:
        rows = measures_on(law=sheet.law, code="", origin="")
        flat = next((row for row in rows if row.kind == "gift_duty"), None)
    duties = []
    for line, value in landed:
        ordinary = line.asked.given.duty_pct
        ratio = flat.rate.ad_valorem if flat is not None else None
        if flat is None or ratio is None or (ordinary is not None and ordinary / 100 < ratio):
            duties.append(duty_on(sheet, line, value, truncated("GBP"), kind))
            continue
        part = sheet.add("duty", line.index, value, percent(ratio), value * ratio, flat)
        round_each([part], truncated("GBP"))
        sheet.say(
            "Line {line}: a gift pays {rate} of {value} ({source}).",
            line=line.index,
            rate=part.rate,
            value=minor("GBP")(value),
            source=flat.source,
        )
        duties.append(part.amount)
    return duties
