"""Requests, laws and parcels for tests, every argument defaulted."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from entrepot.channels.rules import PRESETS
from entrepot.channels.terms import Channel
from entrepot.customs.rules import compiled, tariff_rows
from entrepot.customs.terms import Law
from entrepot.kernel.money import Money
from entrepot.landed.rules import Door, Parcel, Piece
from entrepot.landed.terms import AskedLine, Given, Importer, Mode, QuoteRequest, Transport
from entrepot.rates.terms import Rate

STARTER = Path(__file__).resolve().parents[2] / "src" / "entrepot" / "customs" / "starter"
CURRENCIES = {"us": "USD", "cn": "CNY", "eu": "EUR", "gb": "GBP", "ca": "CAD", "jp": "JPY", "kr": "KRW", "au": "AUD"}
CHANNELS: dict[str, Channel] = {channel.slug: channel for channel in PRESETS}
NOV = datetime(2026, 11, 22, 8, tzinfo=UTC)


@cache
def rows(jurisdiction: str):
    law, goods = (STARTER / f"{jurisdiction}_{name}" for name in ("law.toml", "goods.csv"))
    return tariff_rows(law=law.read_text(), goods=goods.read_text(), file=law.name)


@cache
def law(destination: str = "US", on: date = date(2026, 8, 10)) -> Law:
    jurisdiction = destination.lower() if destination.lower() in CURRENCIES else "eu"
    return compiled(
        destination=destination, currency=CURRENCIES[jurisdiction], on=on, rows=rows(jurisdiction), version="test"
    )


def line(value: str | Decimal = "100", **facts) -> AskedLine:
    facts = {"goods_code": "3926.90.99.89", "origin": "CN", "currency": "USD"} | facts
    return AskedLine(value=Decimal(value), **facts)


def request(*lines: AskedLine, **facts) -> QuoteRequest:
    facts = {
        "id": "t", "on": date(2026, 8, 10), "destination": "US", "ship_from": "CN", "mode": Mode.EXPRESS,
        "transport": Transport.AIR, "importer": Importer.CONSUMER, "currency": "USD",
    } | facts  # fmt: skip
    return QuoteRequest(lines=lines or (line(),), **facts)


def chinese(value: str | Decimal = "500", *, vat: str = "13", tax: str = "0", **facts) -> AskedLine:
    given = Given(listed=True, vat_pct=Decimal(vat), consumption_tax_pct=Decimal(tax), duty_pct=Decimal(10))
    return line(value, **{"goods_code": None, "origin": "FR", "currency": "CNY", "given": given} | facts)


def cbec(*lines: AskedLine, **facts) -> QuoteRequest:
    facts = {"destination": "CN", "ship_from": "FR", "mode": Mode.CBEC_BONDED, "currency": "CNY"} | facts
    return request(*(lines or (chinese(),)), **facts)


def rate(base: str, quote: str, value: str) -> Rate:
    return Rate(base, quote, Decimal(value), "test", date(2026, 10, 30))


def piece(minor: int = 4900, currency: str = "CNY", **facts) -> Piece:
    facts = {
        "variant_id": 1, "quantity": 1, "goods_code": "3926909989", "origin": "CN", "net_grams": 45, "gross_grams": 60,
    } | facts  # fmt: skip
    return Piece(price=Money(minor, currency), **facts)


def parcel(*pieces: Piece, channel: str = "export", ship_from: str = "CN") -> Parcel:
    return Parcel(7, CHANNELS[channel], ship_from, pieces or (piece(),))


def door(destination: str = "US", currency: str = "USD", region: str = "") -> Door:
    return Door(destination, region, currency, NOV)
