"""What an order copies."""

from collections.abc import Sequence
from typing import Final

from entrepot.catalogue.queries.reading import rows_of
from entrepot.catalogue.rules.cells import map_of, picture_of, text_of, tuple_of
from entrepot.catalogue.terms import ListingId, SaleLine, VariantId
from entrepot.kernel.money import Money

# One probe by primary key per line; the offer in the asked currency goes before the others of its channel.
_SALE_LINES: Final = """
SELECT v.id, v.ref, v.merchant_id, l.id, l.ref, o.channel, l.status = 'published', l.titles, v.options, l.option_names,
       v.sku, l.brand, coalesce(own.sha256, first.sha256), l.category_path, l.goods_codes, l.origin, l.ships_from,
       v.net_grams, v.gross_grams, o.price_minor, o.currency
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS asked (merchant_id, variant_id, channel)
  JOIN catalogue_variant v ON v.merchant_id = asked.merchant_id AND v.id = asked.variant_id
  JOIN catalogue_listing l ON l.merchant_id = asked.merchant_id AND l.id = v.listing_id
  JOIN LATERAL (SELECT channel, currency, price_minor FROM catalogue_offer o
                 WHERE o.merchant_id = asked.merchant_id AND o.variant_id = asked.variant_id
                   AND o.channel = asked.channel
                 ORDER BY o.currency <> %s, o.currency LIMIT 1) o ON true
  LEFT JOIN catalogue_picture own ON own.merchant_id = asked.merchant_id AND own.listing_id = l.id
        AND own.source = v.picture_source AND own.sha256 <> ''
  LEFT JOIN LATERAL (SELECT sha256 FROM catalogue_picture p
                      WHERE p.merchant_id = asked.merchant_id AND p.listing_id = l.id AND p.sha256 <> ''
                      ORDER BY p.position, p.id LIMIT 1) first ON true
"""


def sale_lines(*, variant_ids: Sequence[tuple[int, int, str]], currency: str = "") -> dict[int, SaleLine]:
    """The lines an order copies, by variant id, in one statement.

    variant_ids: (merchant_id, variant_id, channel) per line. currency: preferred where a channel has offers in several.
    A variant that is gone, or has no price in that channel, is absent; one of an unpublished listing says so.
    """
    if not variant_ids:
        return {}
    merchants, variants, channels = zip(*variant_ids, strict=True)
    rows = rows_of(sql=_SALE_LINES, given=[list(merchants), list(variants), list(channels), currency])
    lines = (
        SaleLine(
            variant_id=VariantId(row[0]),
            variant_ref=row[1],
            merchant_id=row[2],
            listing_id=ListingId(row[3]),
            listing_ref=row[4],
            channel=row[5],
            published=row[6],
            title=text_of(row[7]),
            options=tuple_of(row[8]),
            option_names=tuple_of(row[9]),
            sku=row[10],
            brand=row[11],
            picture=picture.small if (picture := picture_of(row[12])) else "",
            category=row[13],
            goods_codes=map_of(row[14]),
            origin=row[15],
            ships_from=row[16],
            net_grams=row[17],
            gross_grams=row[18],
            price=Money(row[19], row[20]),
        )
        for row in rows
    )
    return {line.variant_id: line for line in lines}
