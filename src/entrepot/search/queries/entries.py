"""What the index keeps of listings, gathered from the contexts below."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.queries.variants import variant_ids_by_listing
from entrepot.catalogue.terms import CategoryUnknown, IndexDocument
from entrepot.channels import queries as channels
from entrepot.channels.rules import sends_to
from entrepot.channels.terms import Channel
from entrepot.kernel.money import Money
from entrepot.kernel.text import Text
from entrepot.rates import queries as rates
from entrepot.rates.terms import RateMissing
from entrepot.search.rules import CURRENCIES
from entrepot.search.terms import Entry
from entrepot.stock import queries as stock


def entries(*, listing_ids: Sequence[int], at: datetime) -> tuple[list[Entry], list[int]]:
    """What to index of those on sale, and the ids of those that are not; a handful of statements however many.

    at: prices in currencies the merchant did not name are exchanged at this moment's rate, for filters and order only.
    """
    documents = catalogue.index_documents(listing_ids=listing_ids)
    markets = {market.slug: market for market in channels.channels()}
    variants = variant_ids_by_listing(listing_ids=[document.listing_id for document in documents])
    free = stock.available(variant_ids=[variant_id for those in variants.values() for variant_id in those])
    found = [
        replace(
            _entry(document, markets, at),
            in_stock=any(free[variant_id] > 0 for variant_id in variants.get(document.listing_id, ())),
        )
        for document in documents
    ]
    here = {entry.listing_id for entry in found}
    return found, [listing_id for listing_id in listing_ids if listing_id not in here]


def _entry(document: IndexDocument, markets: Mapping[str, Channel], at: datetime) -> Entry:
    offered = [markets[slug] for slug in dict.fromkeys(slug for slug, _ in document.prices) if slug in markets]
    return Entry(
        listing_id=document.listing_id,
        merchant_id=document.merchant_id,
        titles=document.titles,
        descriptions=document.descriptions,
        category_names=_trail(document.category),
        categories=tuple(step for step in document.category.split("/") if step),
        brand=document.brand,
        tags=(document.kind, document.merchant_name, *document.tags, *document.options, *document.codes),
        channels=tuple(market.slug for market in offered),
        ships_to=_reached(offered, document.ships_from),
        origin=document.origin,
        prices=_prices([price for _, price in document.prices], at),
        published_at=document.published_at,
    )


def _trail(path: str) -> Sequence[Text]:
    try:
        return catalogue.category(path=path).trail
    except CategoryUnknown:
        return ()


def _reached(offered: Iterable[Channel], ships_from: str) -> tuple[str, ...]:
    """The countries any of the channels sends to from there."""
    return tuple(
        sorted(
            {
                country
                for market in offered
                for country in market.destinations
                if sends_to(channel=market, ship_from=ships_from, destination=country)
            }
        )
    )


def _prices(offers: Sequence[Money], at: datetime) -> dict[str, int]:
    """The lowest offer in every currency: the merchant's own where there is one, else the lowest exchanged."""
    own: dict[str, int] = {}
    for offer in offers:
        own[offer.currency] = min(offer.minor, own.get(offer.currency, offer.minor))
    lowest = dict(own)
    for currency in CURRENCIES:
        exchanged = [
            minor for base in own if currency not in own and (minor := _exchanged(Money(own[base], base), currency, at))
        ]
        if exchanged:
            lowest[currency] = min(exchanged)
    return {currency: minor for currency, minor in lowest.items() if currency in CURRENCIES}


def _exchanged(price: Money, currency: str, at: datetime) -> int | None:
    try:
        return price.exchanged(rates.rate(base=price.currency, quote=currency, at=at).value, currency).minor
    except RateMissing:
        return None
