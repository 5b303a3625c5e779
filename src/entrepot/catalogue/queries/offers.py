"""All offers on sale, slice by slice, as pricing needs them."""

from typing import Final

from entrepot.base.owners import across_owners
from entrepot.catalogue.queries.reading import rows_of
from entrepot.catalogue.terms import OfferLine
from entrepot.kernel.money import Money

# Variants in the order of their keys, each with one price a channel: in the asked currency where it has one.
_SLICE: Final = """
SELECT v.id, v.merchant_id, v.listing_id, o.channel, l.category_path,
       coalesce(nullif(l.goods_codes ->> %(destination)s, ''), l.goods_codes ->> '*', ''),
       l.origin, l.ships_from, v.net_grams, v.gross_grams, o.price_minor, o.currency
  FROM (SELECT id, merchant_id, listing_id, net_grams, gross_grams FROM catalogue_variant
         WHERE id > %(after)s ORDER BY id LIMIT %(limit)s) v
  JOIN catalogue_listing l ON l.merchant_id = v.merchant_id AND l.id = v.listing_id AND l.status = 'published'
  JOIN LATERAL (SELECT DISTINCT ON (channel) channel, currency, price_minor FROM catalogue_offer o
                 WHERE o.merchant_id = v.merchant_id AND o.variant_id = v.id AND o.channel = ANY(%(channels)s)
                 ORDER BY channel, currency <> %(currency)s, currency) o ON true
 ORDER BY v.id, o.channel
"""
_LAST: Final = """
SELECT max(id), count(*) FROM (SELECT id FROM catalogue_variant WHERE id > %s ORDER BY id LIMIT %s) v
"""


def offers_on_sale(
    *, destination: str, currency: str, channels: tuple[str, ...], after: int, limit: int
) -> tuple[list[OfferLine], int, int]:
    """The offers of the next `limit` variants beyond `after`, by variant; the last variant looked at; how many.

    One price a channel, in `currency` where there is one. The last is 0 at the end. Two statements.
    """
    with across_owners("prices are told for the offers of all merchants"):
        last, looked = rows_of(sql=_LAST, given=[after, limit])[0]
        rows = rows_of(
            sql=_SLICE,
            given={
                "destination": destination, "currency": currency, "channels": list(channels), "after": after,
                "limit": limit,
            },
        )  # fmt: skip
    return [OfferLine._make((*row[:10], Money(row[10], row[11]))) for row in rows], last or 0, looked


def variant_count() -> int:
    """All variants, on sale or not."""
    with across_owners("a walk through all variants knows how far it is"):
        return int(rows_of(sql="SELECT count(*) FROM catalogue_variant", given=[])[0][0])
