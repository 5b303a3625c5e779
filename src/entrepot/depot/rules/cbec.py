"""China's retail import data, one consignment at a time: order, payment, waybill and list, and whether they agree.

Source: General Administration of Customs of China, announcements 2016-26 and 2018-194 ("unified version"), message
set of 2022-05 (CEB311, 411, 511, 621); the spellings `acturalPaid` and the codes are the standard's own.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

from entrepot.allowance.terms import Identity, IdentityKind
from entrepot.depot.terms import Declarable, DeclaredLine, Fields, PaperKind, Papers
from entrepot.kernel.money import Money

CHINA_TIME: Final = timezone(timedelta(hours=8))
RENMINBI: Final = "142"
PIECE: Final = "007"
KILOGRAM: Final = "035"
BY_AIR: Final = "5"
TRADE_MODES: Final[Mapping[str, str]] = {"cbec_direct": "9610", "cbec_bonded": "1210"}
# The customs' own country codes, not ISO's. Source: GACC table of country (region) codes.
COUNTRIES: Final[Mapping[str, str]] = {
    "CN": "142", "US": "502", "CA": "501", "GB": "303", "DE": "304", "FR": "305", "IT": "307", "NL": "309",
    "ES": "312", "AU": "601", "NZ": "609", "JP": "116", "KR": "133", "TH": "136", "VN": "141", "CL": "412",
}  # fmt: skip
_NAMES: Final = uuid.UUID("6f9c1d0e-6d0b-4c53-9f0a-0c5a7c1f1e21")
# The codes the customs give a market and its partners; a site's registrations hold those that were entered.
REGISTERED: Final = (
    "ebpCode", "ebpName", "ebcCode", "payCode", "payName", "logisticsCode", "logisticsName", "assureCode",
    "customsCode", "portCode", "agentCode", "agentName",
)  # fmt: skip


def papers_of(
    *, consignment: Declarable, barcode: str, gross_grams: int, mode: str, registered: Mapping[str, str], at: datetime
) -> Papers:
    """The four messages of one consignment under its own house waybill `barcode`; drafts while anything is missing.

    billNo of the list stays empty: the master air waybill is put in when it is known.
    """
    codes = {name: registered.get(name, "") for name in REGISTERED}
    head = _Head(consignment, codes, barcode, gross_grams, TRADE_MODES.get(mode, ""), at)
    fields: Fields = {
        "order": head.order(),
        "payment": head.payment(),
        "logistics": head.logistics(),
        "inventory": head.inventory(),
    }
    missing = missing_in(fields)
    for message in fields.values():
        assert isinstance(message, dict)
        message["appStatus"] = "1" if missing else "2"
    notes = ("inventory.lines.unit1: the legal unit is taken to be the kilogram",)
    return Papers(PaperKind.CBEC, fields, missing, notes)


def with_identity(*, fields: Fields, identity: Identity) -> Fields:
    """The messages with the orderer's name and number in the clear, for filing; they are kept masked.

    Source: message set of 2022-05: buyerIdType and payerIdType are 1 for the resident identity card, 2 for another.
    """
    kind = "1" if identity.kind is IdentityKind.RESIDENT else "2"
    filled: Fields = {}
    for name, message in fields.items():
        if not isinstance(message, dict):
            filled[name] = message
            continue
        changed = dict(message)
        for who in ("buyer", "payer"):
            if f"{who}IdNumber" in changed:
                changed |= {
                    f"{who}IdType": kind, f"{who}IdNumber": identity.number, f"{who}Name": identity.name,
                }  # fmt: skip
        filled[name] = changed
    return filled


# What the standard leaves optional may stay empty; billNo is known only when the waybill has been bought.
_MAY_BE_EMPTY: Final = frozenset(
    {"appStatus", "barCode", "billNo", "consigneeDistrict", "itemNo", "preNo", "invtNo", "emsNo", "note"}
)


def missing_in(fields: Fields) -> tuple[str, ...]:
    """Paths of the needed fields that are empty, each once: `order.buyerIdNumber`."""
    found: dict[str, None] = {}

    def walk(part: Fields, path: str) -> None:
        for name, value in part.items():
            if isinstance(value, dict):
                walk(value, f"{path}{name}.")
            elif isinstance(value, list):
                for row in value:
                    walk(row, f"{path}{name}.")
            elif not value and name not in _MAY_BE_EMPTY:
                found[f"{path}{name}"] = None

    walk(fields, "")
    return tuple(found)


def disagreements(*, fields: Mapping[str, Fields]) -> tuple[str, ...]:
    """Where the three orders and the list do not agree; nothing when customs would match them.

    Source: announcement 2018-194: order, payment and waybill data are compared with the list before release.
    """
    order, payment = fields["order"], fields["payment"]
    waybill, listed = fields["logistics"], fields["inventory"]
    numbers = {str(message["orderNo"]) for message in (order, payment, waybill, listed)}
    lines, goods = _rows(listed), _rows(order)
    checks = {
        "orderNo differs": len(numbers) == 1,
        "ebpCode differs": order["ebpCode"] == payment["ebpCode"] == listed["ebpCode"],
        "logisticsNo differs": waybill["logisticsNo"] == listed["logisticsNo"],
        "payTransactionId differs": order["payTransactionId"] == payment["payTransactionId"],
        "acturalPaid is not the sum": _n(order["acturalPaid"])
        == _n(order["goodsValue"]) + _n(order["freight"]) + _n(order["taxTotal"]) - _n(order["discount"]),
        "amountPaid differs": _n(order["acturalPaid"]) == _n(payment["amountPaid"]),
        "currency is not renminbi": {order["currency"], payment["currency"], listed["currency"]} == {RENMINBI},
        "payer is not the buyer": (order["buyerName"], order["buyerIdNumber"])
        == (payment["payerName"], payment["payerIdNumber"])
        == (listed["buyerName"], listed["buyerIdNumber"]),
        "consignee differs": all(
            order[name] == waybill[name] for name in ("consignee", "consigneeTelephone", "consigneeAddress")
        )
        and order["consigneeAddress"] == listed["consigneeAddress"],
        "the list's lines are not the order's": [(row["gnum"], row["qty"], row["price"]) for row in lines]
        == [(row["gnum"], row["qty"], row["price"]) for row in goods],
        "the lines do not add up to goodsValue": sum(_n(row["totalPrice"]) for row in lines) == _n(order["goodsValue"]),
        "more than one package": waybill["packNo"] == listed["packNo"] == "1",
        "net above gross": _n(listed["netWeight"]) <= _n(listed["grossWeight"]) == _n(waybill["weight"]),
    }
    return tuple(fault for fault, holds in checks.items() if not holds)


class _Head:
    """The messages of one consignment, sharing what they must agree on."""

    def __init__(
        self, consignment: Declarable, codes: Mapping[str, str], barcode: str, grams: int, trade_mode: str, at: datetime
    ) -> None:
        self.of, self.codes, self.barcode, self.grams, self.trade_mode = consignment, codes, barcode, grams, trade_mode
        self.at = at

    def _opening(self, message: str) -> Fields:
        guid = str(uuid.uuid5(_NAMES, f"{message}:{self.of.consignment_ref}")).upper()
        return {"guid": guid, "appType": "1", "appTime": china_time(self.at), "appStatus": "1"}

    def _platform(self) -> Fields:
        return {"orderNo": self.of.consignment_ref, "ebpCode": self.codes["ebpCode"], "ebpName": self.codes["ebpName"]}

    def _merchant(self) -> Fields:
        return {"ebcCode": self.codes["ebcCode"], "ebcName": self.of.merchant_name}

    def _buyer(self) -> Fields:
        return {
            "buyerIdType": "1",
            "buyerIdNumber": self.of.buyer_id,
            "buyerName": self.of.buyer_name,
            "buyerTelephone": self.of.buyer_phone,
        }

    def _consignee(self) -> Fields:
        return {
            "consignee": self.of.recipient.name,
            "consigneeTelephone": self.of.recipient.phone,
            "consigneeAddress": self._address(),
        }

    def _address(self) -> str:
        place = self.of.recipient
        return "".join((place.city, place.district, *place.lines))

    def _discount(self) -> Money:
        return self.of.discount or Money.zero(self.of.goods.currency)

    def order(self) -> Fields:
        """CEB311: what was bought, by whom, for how much."""
        return {
            **self._opening("order"),
            "orderType": "I",
            **self._platform(),
            **self._merchant(),
            "goodsValue": _amount(self.of.goods),
            "freight": _amount(self.of.freight),
            "discount": _amount(self._discount()),
            "taxTotal": _amount(self.of.tax),
            "acturalPaid": _amount(self.of.goods + self.of.freight + self.of.tax - self._discount()),
            "currency": _currency(self.of.paid),
            "buyerRegNo": self.of.buyer_phone,
            **self._buyer(),
            "payCode": self.codes["payCode"],
            "payName": self.codes["payName"],
            "payTransactionId": self.of.payment_ref,
            **self._consignee(),
            "lines": [self._order_line(line) for line in self.of.lines],
        }

    def payment(self) -> Fields:
        """CEB411: who paid, when, how much of it is this consignment's."""
        return {
            **self._opening("payment"),
            "payCode": self.codes["payCode"],
            "payName": self.codes["payName"],
            "payTransactionId": self.of.payment_ref,
            **self._platform(),
            "payerIdType": "1",
            "payerIdNumber": self.of.buyer_id,
            "payerName": self.of.payer_name,
            "amountPaid": _amount(self.of.paid),
            "currency": _currency(self.of.paid),
            "payTime": china_time(self.of.paid_at),
        }

    def logistics(self) -> Fields:
        """CEB511: the house waybill."""
        return {
            **self._opening("logistics"),
            "logisticsCode": self.codes["logisticsCode"],
            "logisticsName": self.codes["logisticsName"],
            "logisticsNo": self.barcode,
            "billNo": "",
            "orderNo": self.of.consignment_ref,
            "freight": _amount(self.of.freight),
            "insuredFee": "0.00",
            "currency": _currency(self.of.paid),
            "weight": _kilograms(self.grams),
            "packNo": "1",
            **self._consignee(),
        }

    def inventory(self) -> Fields:
        """CEB621: the list that is declared."""
        net = sum(line.net_grams for line in self.of.lines)
        return {
            **self._opening("inventory"),
            **self._platform(),
            **self._merchant(),
            "logisticsNo": self.barcode,
            "logisticsCode": self.codes["logisticsCode"],
            "logisticsName": self.codes["logisticsName"],
            "copNo": self.barcode,
            "assureCode": self.codes["assureCode"],
            "ieFlag": "I",
            "declTime": china_time(self.at)[:8],
            "customsCode": self.codes["customsCode"],
            "portCode": self.codes["portCode"],
            **self._buyer(),
            "consigneeAddress": self._address(),
            "agentCode": self.codes["agentCode"],
            "agentName": self.codes["agentName"],
            "tradeMode": self.trade_mode,
            "trafMode": BY_AIR,
            "billNo": "",
            "country": COUNTRIES.get(self.of.merchant_country, ""),
            "freight": _amount(self.of.freight),
            "insuredFee": "0.00",
            "currency": _currency(self.of.paid),
            "packNo": "1",
            "grossWeight": _kilograms(self.grams),
            # A scale may show less than the sum of declared net weights; customs take no net above gross.
            "netWeight": _kilograms(min(net, self.grams)),
            "lines": [self._listed_line(line) for line in self.of.lines],
        }

    def _order_line(self, line: DeclaredLine) -> Fields:
        return {
            "gnum": str(line.number),
            "itemNo": line.sku[:30],
            "itemName": line.title[:250],
            "gmodel": line.title[:510],
            "barCode": line.barcode,
            "unit": PIECE,
            "qty": str(line.quantity),
            "price": _amount(line.unit),
            "totalPrice": _amount(line.goods),
            "currency": _currency(line.goods),
            "country": COUNTRIES.get(line.origin, ""),
        }

    def _listed_line(self, line: DeclaredLine) -> Fields:
        code = line.goods_code.replace(".", "")
        return {
            "gnum": str(line.number),
            "itemNo": line.sku[:20],
            "gcode": code if len(code) == 10 else "",
            "gname": line.title[:250],
            "gmodel": line.title[:510],
            "barCode": line.barcode,
            "country": COUNTRIES.get(line.origin, ""),
            "currency": _currency(line.goods),
            "qty": str(line.quantity),
            "unit": PIECE,
            "qty1": _kilograms(line.net_grams),
            "unit1": KILOGRAM,
            "price": _amount(line.unit),
            "totalPrice": _amount(line.goods),
        }


def china_time(at: datetime) -> str:
    """A moment as the messages write it: YYYYMMDDhhmmss in China's time, without a zone."""
    return at.astimezone(CHINA_TIME).strftime("%Y%m%d%H%M%S")


def _amount(money: Money) -> str:
    return str(money.decimal)


def _currency(money: Money) -> str:
    return RENMINBI if money.currency == "CNY" else ""


def _kilograms(grams: int) -> str:
    return str(Decimal(grams) / 1000)


def _n(value: object) -> Decimal:
    return Decimal(str(value))


def _rows(message: Fields) -> list[Fields]:
    rows = message["lines"]
    assert isinstance(rows, list)
    return rows
