"""Quote a basket: what everything costs at the door, frozen for half an hour."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from entrepot.allowance import queries as allowance
from entrepot.base.identity import new_reference
from entrepot.basket import queries as baskets
from entrepot.basket.terms import BasketLine
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import SaleLine
from entrepot.channels import queries as channels
from entrepot.landed import queries as landed
from entrepot.landed import rules
from entrepot.landed.services import freeze_quote
from entrepot.landed.terms import BasketQuote, ConsignmentQuote, NothingToQuote, Refusal
from entrepot.parties import queries as parties
from entrepot.parties.terms import Viewer
from entrepot.promotions import queries as promotions


@transaction.atomic(durable=True)
def quote_basket(
    *,
    viewer: Viewer,
    basket_ref: str | None,
    destination: str,
    region: str,
    currency: str,
    at: datetime,
    annual_used: Decimal | None = None,
) -> BasketQuote:
    """Price the viewer's basket to `destination` in `currency`, part by part, and keep the quote.

    Split by merchant, channel and place of dispatch. What cannot be had stands in `refusals` with its reason.
    annual_used: what the shopper used of the year's CBEC allowance, CNY; else what we know of the person's, which is a
    lower bound. Each call makes a new quote; none is changed.
    Promotions that run, and those behind the basket's codes, are taken off; the chosen delivery is priced.
    Statements: the basket, its merchants, one for each channel in it, the promotions, the quote; into China the
    allowance.
    Raises NothingToQuote.
    """
    basket = baskets.basket(viewer=viewer)
    if viewer.shopper_id is None or not basket.lines or basket_ref not in (None, basket.ref):
        raise NothingToQuote
    sales = _sales(basket.lines, currency)
    merchants = parties.merchants_by_id(merchant_ids=[line.merchant_id for line in basket.lines])
    known = {channel.slug: channel for channel in channels.channels()}

    if annual_used is None and destination == "CN":
        annual_used = allowance.use_of(shopper_id=viewer.shopper_id, at=at).known.decimal
    door = rules.Door(destination, region, currency, at, annual_used or Decimal(0))
    offered, results = rules.on_sale(lines=basket.lines, sales=sales, merchants=merchants, channels=known)
    wanted = rules.consigned(
        lines=offered,
        merchants=merchants,
        channels=known,
        book=channels.fee_book(),
        door=door,
        delivery=basket.level_of,
    )
    given = promotions.offered(
        merchant_ids=[one.merchant.id for one in wanted], codes=basket.codes, shopper_id=viewer.shopper_id, at=at
    )
    priced = landed.parcel_prices(
        parcels=[one.parcel for one in wanted],
        door=door,
        owed_in=[one.merchant.currency for one in wanted],
        offered=given,
        codes=basket.codes,
    )
    made: list[ConsignmentQuote | Refusal] = [*results]
    made += [
        rules.consignment_result(wanted=one, priced=price, door=door, rates=priced.rates)
        for one, price in zip(wanted, priced.parcels, strict=True)
    ]
    quote = rules.frozen_quote(
        ref=new_reference("qt"),
        shopper_id=viewer.shopper_id,
        door=door,
        results=made,
        rates=priced.rates,
        fingerprint=basket.fingerprint,
        versions={destination: priced.version} if priced.version else {},
    )
    quote = replace(quote, codes=priced.answers)

    freeze_quote(quote=quote)
    return quote


def _sales(lines: Sequence[BasketLine], currency: str) -> dict[tuple[int, str], SaleLine]:
    found: dict[tuple[int, str], SaleLine] = {}
    # An article may lie in the basket through two channels, at two prices.
    for slug in sorted({line.channel for line in lines}):
        keys = [(line.merchant_id, line.variant_id, slug) for line in lines if line.channel == slug]
        found |= {
            (sale.variant_id, slug): sale for sale in catalogue.sale_lines(variant_ids=keys, currency=currency).values()
        }
    return found
