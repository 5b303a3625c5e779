"""The landed price of the basket: frozen, with its deliveries, its promotions and what became of every code."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from dmr import Body

from entrepot.api.door import Door
from entrepot.api.v1.baskets import as_shopper
from entrepot.api.v1.values import Amount, Country, Currency, Words, amount
from entrepot.base import clock
from entrepot.base.problems import said
from entrepot.flows.quote_basket import quote_basket
from entrepot.kernel.money import Money
from entrepot.landed.terms import BasketQuote, ConsignmentQuote, PromotionQuote
from entrepot.orders.terms import Amounts
from entrepot.promotions.rules import refusal_of
from entrepot.promotions.terms import Answer


class QuoteAsk(msgspec.Struct, forbid_unknown_fields=True):
    """Where the basket goes and in which currency it is paid."""

    destination: Country
    currency: Currency
    region: str = ""


class Sums(msgspec.Struct):
    """What is paid and for what; total is the exact sum of the five."""

    goods: Amount
    freight: Amount
    duty: Amount
    tax: Amount
    fees: Amount
    total: Amount


class PromotionOut(msgspec.Struct):
    """A promotion that was taken off. by_marketplace: what of both the marketplace bears; the rest is the merchant's."""

    ref: str
    title: Words
    code: str
    off_goods: Amount
    off_freight: Amount
    by_marketplace: Amount


class CodeOut(msgspec.Struct):
    """What became of a code. reason: why it takes nothing off, empty when it does; why and remedy say it in words."""

    code: str
    reason: str
    why: str
    remedy: str


class DeliveryOut(msgspec.Struct):
    """A way to have it delivered; price before discounts."""

    level: str
    price: Amount
    days_min: int
    days_max: int


class ConsignmentPart(msgspec.Struct):
    """One merchant's part of a quote, with its own way through customs. Sums are after the promotions.

    level: the delivery it is priced with, one of `deliveries`; another is chosen with PUT /basket/delivery.
    """

    merchant: str
    channel: str
    ship_from: str
    mode: str
    route: str
    regime: str
    sums: Sums
    notes: list[str]
    days_min: int
    days_max: int
    level: str
    deliveries: list[DeliveryOut]
    promotions: list[PromotionOut]


class RefusalOut(msgspec.Struct):
    """What cannot be sold to this destination, and why."""

    reason: str
    titles: list[Words]
    alternatives: list[str]


class BasketQuoteOut(msgspec.Struct):
    """The frozen price of a basket. An order is placed with its `ref` until `valid_until`."""

    ref: str
    currency: str
    destination: str
    sums: Sums
    consignments: list[ConsignmentPart]
    refusals: list[RefusalOut]
    valid_until: datetime
    data_version: str
    promotions: list[PromotionOut]
    codes: list[CodeOut]


class BasketQuoteDoor(Door):
    """The landed price of the basket."""

    scope = "shop"
    tags = ("shopping",)

    def post(self, parsed_body: Body[QuoteAsk]) -> BasketQuoteOut:
        """Work out and freeze the landed price of the basket."""
        quote = quote_basket(
            viewer=as_shopper(self.viewer),
            basket_ref=None,
            destination=parsed_body.destination,
            region=parsed_body.region,
            currency=parsed_body.currency,
            at=clock.now(),
        )
        return _quote(quote)


def _quote(quote: BasketQuote) -> BasketQuoteOut:
    return BasketQuoteOut(
        ref=quote.ref,
        currency=quote.currency,
        destination=quote.destination,
        sums=sums_of(quote),
        consignments=[
            ConsignmentPart(
                merchant=one.merchant_name,
                channel=one.channel,
                ship_from=one.ship_from,
                mode=one.mode,
                route=one.route,
                regime=one.regime,
                sums=sums_of(one),
                notes=list(one.notes),
                days_min=one.days_min,
                days_max=one.days_max,
                level=one.level,
                deliveries=[DeliveryOut(o.level, amount(o.cost), o.days_min, o.days_max) for o in one.options],
                promotions=promotions_out(one.promotions),
            )
            for one in quote.consignments
        ],
        refusals=[
            RefusalOut(one.reason, [dict(title) for title in one.titles], [str(way) for way in one.alternatives])
            for one in quote.refusals
        ],
        valid_until=quote.valid_until,
        data_version=quote.data_version,
        promotions=promotions_out(quote.promotions),
        codes=[_code(answer) for answer in quote.codes],
    )


def _code(answer: Answer) -> CodeOut:
    refusal = refusal_of(answer)
    why, remedy = said(refusal) if refusal else ("", "")
    return CodeOut(answer.code, refusal.code if refusal else "", why, remedy)


def promotions_out(promotions: Iterable[PromotionQuote]) -> list[PromotionOut]:
    """What was taken off, promotion by promotion."""
    return [
        PromotionOut(
            ref=one.ref,
            title=dict(one.title),
            code=one.code,
            off_goods=amount(one.goods),
            off_freight=amount(one.freight),
            by_marketplace=amount(one.promoted + one.promoted_freight),
        )
        for one in promotions
    ]


def sums_of(whole: BasketQuote | ConsignmentQuote | Amounts) -> Sums:
    """The five parts and their total."""
    parts: tuple[Money, ...] = (whole.goods, whole.freight, whole.duty, whole.tax, whole.fees, whole.total)
    return Sums(*(amount(part) for part in parts))
