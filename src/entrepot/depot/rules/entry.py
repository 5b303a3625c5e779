"""Customs data for parcels that do not enter under China's retail import: US entry lines, and postal content lists."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from entrepot.depot.rules.cbec import missing_in
from entrepot.depot.terms import Declarable, DeclaredLine, Fields, PaperKind, Papers
from entrepot.kernel.money import Money

# Source: 19 CFR 143.21(a): merchandise of a value not above $2,500 may be entered informally.
INFORMAL_MAX: Final = Money(250_000, "USD")
INFORMAL: Final = "11"
FORMAL: Final = "01"


def us_entry_of(
    *, consignment: Declarable, barcode: str, gross_grams: int, registered: Mapping[str, str], at: datetime
) -> Papers:
    """What an entry into the US needs of one consignment; many of them share a box under one importer of record.

    Source: 19 CFR 128.21 (express manifest), 141.86(a) (invoice), 143.21 (informal entry). Since 2025-08-29 no parcel
    enters free of duty for its low value (EO 14324), so every line carries its ten-digit code, origin, value and duty.
    """
    dollars = consignment.goods.currency == "USD"
    formal = dollars and consignment.goods > INFORMAL_MAX
    fields: Fields = {
        "entry": {
            "entryType": FORMAL if formal else INFORMAL,
            "filerCode": registered.get("filer_code", ""),
            "importerOfRecord": registered.get("importer_of_record", ""),
            "bond": registered.get("bond", ""),
            "portOfEntry": registered.get("port_of_entry", ""),
            "preparedOn": at.strftime("%Y-%m-%d"),
        },
        "manifest": {
            "houseBill": barcode,
            "pieces": "1",
            "grossKg": _kilograms(gross_grams),
            "countryOfDispatch": consignment.merchant_country,
            "shipper": {
                "name": consignment.merchant_name,
                "address": consignment.merchant_city,
                "country": consignment.merchant_country,
            },
            "consignee": _consignee(consignment),
            "value": _amount(consignment.goods),
            "currency": consignment.goods.currency,
        },
        "lines": [_entry_line(line) for line in consignment.lines],
    }
    notes = () if dollars else ("entry.entryType: the value is not in dollars; check it against the informal limit",)
    return Papers(PaperKind.US_ENTRY, fields, missing_in(fields), notes)


def postal_of(*, consignment: Declarable, barcode: str, gross_grams: int) -> Papers:
    """The content of a CN 23 for any other country.

    Source: Universal Postal Union, Convention Regulations, form CN 23: sender, addressee, content lines, category.
    """
    fields: Fields = {
        "item": {"number": barcode, "category": "sale of goods", "grossKg": _kilograms(gross_grams)},
        "sender": {
            "name": consignment.merchant_name,
            "city": consignment.merchant_city,
            "country": consignment.merchant_country,
        },
        "addressee": _consignee(consignment),
        "postage": {"amount": _amount(consignment.freight), "currency": consignment.freight.currency},
        "lines": [_postal_line(line) for line in consignment.lines],
    }
    return Papers(PaperKind.POSTAL, fields, missing_in(fields))


def _consignee(consignment: Declarable) -> Fields:
    to = consignment.recipient
    return {
        "name": to.name,
        "phone": to.phone,
        "address": ", ".join(part for part in (*to.lines, to.district, to.city, to.region, to.postal_code) if part),
        "country": to.country,
    }


def _entry_line(line: DeclaredLine) -> Fields:
    code = line.goods_code.replace(".", "")
    return {
        "number": str(line.number),
        "description": line.title,
        "hts": code if len(code) == 10 else "",
        "origin": line.origin,
        "quantity": str(line.quantity),
        "netKg": _kilograms(line.net_grams),
        "unitPrice": _amount(line.unit),
        "value": _amount(line.goods),
        "currency": line.goods.currency,
        "dutyCollected": _amount(line.duty),
    }


def _postal_line(line: DeclaredLine) -> Fields:
    return {
        "number": str(line.number),
        "description": line.title,
        "hs": line.goods_code.replace(".", "")[:6],
        "origin": line.origin,
        "quantity": str(line.quantity),
        "netKg": _kilograms(line.net_grams),
        "value": _amount(line.goods),
        "currency": line.goods.currency,
    }


def _amount(money: Money) -> str:
    return str(money.decimal)


def _kilograms(grams: int) -> str:
    return str(Decimal(grams) / 1000)
