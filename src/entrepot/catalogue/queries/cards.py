"""Listings as lists and the search index take them: many at once, of many merchants."""

import json
from collections.abc import Sequence
from typing import Final

from entrepot.base.owners import across_owners
from entrepot.catalogue.queries.reading import Cell, rows_of
from entrepot.catalogue.rules.cells import map_of, money_of, picture_of, plain, text_of, tuple_of
from entrepot.catalogue.terms import Card, IndexDocument, ListingId, VariantId
from entrepot.kernel.money import Money
from entrepot.parties import queries as parties

_CARDS: Final = """
SELECT l.id, l.ref, l.merchant_id, l.titles, pic.sha256, pic.alt, best.channel, best.variant_id, best.price_minor,
       best.currency, best.compare_at_minor, best.more, l.brand, l.origin, l.ships_from, l.category_path
  FROM unnest(%s::bigint[]) WITH ORDINALITY AS asked (id, place)
  JOIN catalogue_listing l ON l.id = asked.id AND l.status = 'published'
  JOIN LATERAL (
       SELECT o.channel, o.currency, o.price_minor, o.compare_at_minor, v.id AS variant_id,
              max(o.price_minor) OVER same > min(o.price_minor) OVER same AS more
         FROM catalogue_variant v
         JOIN catalogue_offer o ON o.merchant_id = v.merchant_id AND o.variant_id = v.id
        WHERE v.merchant_id = l.merchant_id AND v.listing_id = l.id
       WINDOW same AS (PARTITION BY o.channel, o.currency)
        ORDER BY o.channel <> %s, o.currency <> %s, o.price_minor, v.position, v.id LIMIT 1) best ON true
  LEFT JOIN LATERAL (
       SELECT p.sha256, p.alt FROM catalogue_picture p
        WHERE p.merchant_id = l.merchant_id AND p.listing_id = l.id AND p.sha256 <> ''
        ORDER BY p.position, p.id LIMIT 1) pic ON true
 ORDER BY asked.place
"""
_DOCUMENTS: Final = """
SELECT l.id, l.merchant_id, l.ref, l.titles, l.descriptions, l.brand, l.kind, l.category_path, l.tags, l.origin,
       l.ships_from, coalesce(l.published_at, l.updated_at), v.options, v.codes, o.prices
  FROM unnest(%s::bigint[]) AS asked (id)
  JOIN catalogue_listing l ON l.id = asked.id AND l.status = 'published'
  JOIN LATERAL (
       SELECT jsonb_agg(v.options ORDER BY v.position, v.id) AS options,
              jsonb_agg(v.sku ORDER BY v.position, v.id) || jsonb_agg(v.barcode ORDER BY v.position, v.id) AS codes
         FROM catalogue_variant v WHERE v.merchant_id = l.merchant_id AND v.listing_id = l.id) v ON true
  JOIN LATERAL (
       SELECT jsonb_agg(DISTINCT jsonb_build_array(o.channel, o.currency, o.price_minor)) AS prices
         FROM catalogue_variant v
         JOIN catalogue_offer o ON o.merchant_id = v.merchant_id AND o.variant_id = v.id
        WHERE v.merchant_id = l.merchant_id AND v.listing_id = l.id) o ON true
"""


def cards(*, listing_ids: Sequence[int], channel: str = "", currency: str = "") -> list[Card]:
    """The published ones of these listings, in the given order; two statements however many.

    channel, currency: whose prices are shown where a listing has several.
    """
    if not listing_ids:
        return []
    with across_owners("what was found belongs to many merchants"):
        rows = rows_of(sql=_CARDS, given=[list(listing_ids), channel, currency])
    merchants = parties.merchants_by_id(merchant_ids=[row[2] for row in rows])
    return [_card(row, merchants[row[2]].name, merchants[row[2]].slug) for row in rows]


def index_documents(*, listing_ids: Sequence[int]) -> list[IndexDocument]:
    """What search keeps of these listings; those that are not on sale are absent, so take them out of the index."""
    if not listing_ids:
        return []
    with across_owners("the index holds the listings of all merchants"):
        rows = rows_of(sql=_DOCUMENTS, given=[list(set(listing_ids))])
    merchants = parties.merchants_by_id(merchant_ids=[row[1] for row in rows])
    return [_document(row, merchants[row[1]].name) for row in rows]


def published_ids(*, after: int = 0, limit: int = 1000) -> list[int]:
    """Ids of listings on sale in ascending order beyond `after`: for walking through all of them."""
    with across_owners("the index holds the listings of all merchants"):
        rows = rows_of(
            sql="SELECT id FROM catalogue_listing WHERE id > %s AND status = 'published' ORDER BY id LIMIT %s",
            given=[after, limit],
        )
    return [row[0] for row in rows]


def _card(row: tuple[Cell, ...], merchant_name: str, merchant_slug: str) -> Card:
    return Card(
        listing_id=ListingId(row[0]),
        ref=row[1],
        merchant_id=row[2],
        merchant_name=merchant_name,
        merchant_slug=merchant_slug,
        titles=text_of(row[3]),
        picture=picture_of(row[4], text_of(row[5])),
        channel=row[6],
        variant_id=VariantId(row[7]),
        price=Money(row[8], row[9]),
        compare_at=money_of(row[10], row[9]),
        more_prices=row[11],
        brand=row[12],
        origin=row[13],
        ships_from=row[14],
        category=row[15],
    )


def _document(row: tuple[Cell, ...], merchant_name: str) -> IndexDocument:
    prices = json.loads(row[14]) if row[14] else []
    options = {value: None for values in json.loads(row[12] or "[]") for value in values}
    return IndexDocument(
        listing_id=ListingId(row[0]),
        merchant_id=row[1],
        merchant_name=merchant_name,
        ref=row[2],
        titles=text_of(row[3]),
        descriptions={tag: plain(words) for tag, words in map_of(row[4]).items() if words},
        brand=row[5],
        kind=row[6],
        category=row[7],
        tags=tuple_of(row[8]),
        options=tuple(options),
        codes=tuple(code for code in tuple_of(row[13]) if code),
        origin=row[9],
        ships_from=row[10],
        prices=tuple((channel, Money(minor, currency)) for channel, currency, minor in prices),
        published_at=row[11],
    )
