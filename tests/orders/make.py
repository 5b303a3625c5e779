"""Quotes and orders for tests. A quote is put together here as landed would freeze it; sums are exact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from entrepot.base.identity import new_id, new_reference
from entrepot.basket import services as basket
from entrepot.basket.queries import basket_of_shopper
from entrepot.kernel.money import Money
from entrepot.landed.services import freeze_quote
from entrepot.landed.terms import BasketQuote, Component, ConsignmentQuote, LineQuote, Mode, QuoteRequest
from entrepot.orders import queries, services
from entrepot.orders.terms import Verb
from entrepot.parties.terms import Address
from entrepot.payments import services as payments
from entrepot.payments.queries import payment_of_order
from entrepot.rates.terms import Rate
from entrepot.stock import services as stock
from entrepot.stock.terms import Wanted
from tests.parties.make import AT, CHINESE

FX = Decimal("7.25")
REQUEST = QuoteRequest(
    id="t", on=AT.date(), destination="CN", ship_from="US", mode=Mode.CBEC_DIRECT, currency="CNY", lines=()
)


@dataclass(frozen=True)
class Asked:
    """One line to be quoted: merchant, variant, pieces, price of one in US cents."""

    merchant_id: int
    variant_id: int
    quantity: int = 1
    unit_minor: int = 2_000


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def line(asked: Asked) -> LineQuote:
    unit = Money(asked.unit_minor, "USD")
    goods = (unit * asked.quantity).exchanged(FX, "CNY")
    commission = goods.at_rate(Decimal("0.05"))
    return LineQuote(
        variant_id=asked.variant_id, merchant_id=asked.merchant_id, listing_ref=new_reference("lst"), sku="CHERRY-2KG",
        title={"en": "Rainier cherries 2 kg", "zh-hans": "雷尼尔樱桃 2公斤"}, options=("2 kg",), picture="/p.svg",
        goods_code="0809290000", origin="US", net_grams=2_000, gross_grams=2_300, quantity=asked.quantity, unit=unit.exchanged(FX, "CNY"),
        goods=goods, freight=cny(3_000), duty=cny(0), tax=goods.at_rate(Decimal("0.091")), fees=cny(0),
        commission=commission, merchant_unit=unit,
        merchant_net=unit * asked.quantity - (unit * asked.quantity).at_rate(Decimal("0.05")), fx=FX,
    )  # fmt: skip


def consignment(
    lines: Sequence[LineQuote], *, route: str = "depot", channel: str = "mall", retail: bool = False
) -> ConsignmentQuote:
    """retail: it counts to the yearly allowance with its goods and freight, the first of the year."""

    def total(part: str) -> Money:
        return Money.total((getattr(one, part) for one in lines), "CNY")

    return ConsignmentQuote(
        merchant_id=lines[0].merchant_id, merchant_name="Columbia Orchards", channel=channel, ship_from="US",
        mode="cbec_direct", route=route, regime="cbec", lines=tuple(lines), goods=total("goods"),
        freight=total("freight"), duty=total("duty"), tax=total("tax"), fees=total("fees"), total=total("total"),
        components=(
            Component(
                kind="vat", line=0, base=Decimal("145.00"), rate="13% x 70%", amount=Decimal("13.20"),
                source="Caiguanshui (2018) 49", valid_from=date(2019, 1, 1),
            ),
        ),
        notes=("Within the single limit.",), trace=("CNY 145.00 is below CNY 5,000.",),
        annual_used_after=total("goods") + total("freight") if retail else cny(100_000), days_min=6, days_max=10,
        asked=REQUEST if retail else None,
    )  # fmt: skip


def quote(
    *asked: Asked,
    shopper_id: int,
    route: str = "depot",
    at: datetime = AT,
    fingerprint: str = "f",
    destination: str = "CN",
    retail: bool = False,
) -> BasketQuote:
    """One consignment per merchant, in order of appearance."""
    merchants = list(dict.fromkeys(one.merchant_id for one in asked))
    parts = tuple(
        consignment([line(one) for one in asked if one.merchant_id == merchant], route=route, retail=retail)
        for merchant in merchants
    )

    def total(part: str) -> Money:
        return Money.total((getattr(one, part) for one in parts), "CNY")

    return BasketQuote(
        ref=new_reference("quo"), shopper_id=shopper_id, currency="CNY", destination=destination, region="",
        consignments=parts, goods=total("goods"), freight=total("freight"), duty=total("duty"), tax=total("tax"),
        fees=total("fees"), total=total("total"), made_at=at, valid_until=at + timedelta(minutes=15),
        data_version="2026-11-22", fx=(Rate("USD", "CNY", FX, "test", date(2026, 11, 20)),), refusals=(),
        basket_fingerprint=fingerprint,
    )  # fmt: skip


def order(
    *asked: Asked,
    shopper_id: int,
    key: str | None = None,
    route: str = "depot",
    address: Address = CHINESE,
    paid: bool = False,
    at: datetime = AT,
) -> int:
    """An order written, and paid when asked for, without stock or payment behind it; answers its id."""
    order_id = new_id(owner=shopper_id)
    written = services.write_order(
        order_id=order_id,
        quote=quote(*asked, shopper_id=shopper_id, route=route, at=at),
        address=address,
        key=key or new_reference("key"),
        at=at,
    )
    assert written
    if paid:
        assert services.mark_order_paid(order_id=order_id, shopper_id=shopper_id, at=at)
    return order_id


def move(consignment_id: int, merchant_id: int, *verbs: Verb, at: datetime = AT) -> None:
    """Take several steps, an hour apart."""
    for hours, verb in enumerate(verbs, start=1):
        services.move_consignment(
            consignment_id=consignment_id, merchant_id=merchant_id, verb=verb, at=at + timedelta(hours=hours)
        )


def placed(*asked: Asked, shopper_id: int, route: str = "depot", at: datetime = AT) -> int:
    """An unpaid order with its goods reserved and its payment opened, as `place_order` leaves it; answers its id."""
    order_id = new_id(owner=shopper_id)
    lines = [Wanted(one.merchant_id, one.variant_id, one.quantity) for one in asked]
    stock.reserve_stock(order_id=order_id, lines=lines, until=at, at=at)
    stock.bind_reservations(order_id=order_id, merchant_ids=[one.merchant_id for one in asked], until=at)
    kept = quote(*asked, shopper_id=shopper_id, route=route, at=at)
    ref = services.write_order(order_id=order_id, quote=kept, address=CHINESE, key=kept.ref, at=at)
    assert ref
    payments.open_payment(
        shopper_id=shopper_id, order_id=order_id, order_ref=ref, amount=kept.total, language="en", at=at
    )
    return order_id


def held(*asked: Asked, shopper_id: int, route: str = "depot") -> int:
    """A paid order whose money is held (without ledger entries); answers its id."""
    order_id = placed(*asked, shopper_id=shopper_id, route=route)
    owners = sorted({one.merchant_id for one in asked})
    services.mark_order_paid(order_id=order_id, shopper_id=shopper_id, at=AT)
    stock.commit_reservations(order_id=order_id, merchant_ids=owners, at=AT)
    paid = payment_of_order(shopper_id=shopper_id, order_id=order_id)
    payments.open_holds(payment_id=paid.id, shares=queries.order_shares(order_id=order_id, merchant_ids=owners), at=AT)
    return order_id


def basket_of(*asked: Asked, shopper_id: int) -> str:
    """The shopper's basket holds exactly these; answers its fingerprint."""
    basket.empty_basket(shopper_id=shopper_id)
    for one in asked:
        basket.put_line(
            shopper_id=shopper_id, merchant_id=one.merchant_id, variant_id=one.variant_id, channel="mall",
            quantity=one.quantity, at=AT,
        )  # fmt: skip
    return basket_of_shopper(shopper_id=shopper_id).fingerprint


def quoted(*asked: Asked, shopper_id: int, retail: bool = False, **changes: object) -> str:
    """These lines lie in the basket and are quoted for China; answers the quote's reference."""
    fingerprint = basket_of(*asked, shopper_id=shopper_id)
    kept = replace(quote(*asked, shopper_id=shopper_id, fingerprint=fingerprint, retail=retail), **changes)
    freeze_quote(quote=kept)
    return kept.ref
