"""Offers as pricing reads them: very many at once."""

from typing import NamedTuple

from entrepot.kernel.money import Money


class OfferLine(NamedTuple):
    """One price of one article on sale, with what customs asks about it. goods_code: for the asked destination."""

    variant_id: int
    merchant_id: int
    listing_id: int
    channel: str
    category: str
    goods_code: str
    origin: str
    ships_from: str
    net_grams: int | None
    gross_grams: int | None
    price: Money
