"""Listings one by one, and a merchant's own list of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from entrepot.base.owners import across_owners
from entrepot.catalogue.queries.categories import category_ref
from entrepot.catalogue.queries.reading import Cell, rows_of
from entrepot.catalogue.rules.cells import map_of, money_of, picture_of, text_of, tuple_of
from entrepot.catalogue.rules.completeness import lacks
from entrepot.catalogue.terms import (
    Listing,
    ListingId,
    ListingPage,
    ListingRow,
    ListingUnknown,
    Offer,
    Picture,
    Status,
    Variant,
    VariantId,
    WaitingPicture,
)
from entrepot.kernel.money import Money
from entrepot.parties import queries as parties
from entrepot.parties.terms import NotYours, Viewer

_LISTING: Final = """
SELECT l.id, l.ref, l.merchant_id, l.handle, l.status, l.wanted, l.category_path, l.brand, l.kind, l.origin,
       l.ships_from, l.goods_codes, l.titles, l.descriptions, l.option_names, l.tags, l.attributes, l.updated_at,
       (SELECT jsonb_agg(jsonb_build_array(p.sha256, p.alt, p.source) ORDER BY p.position, p.id)
          FROM catalogue_picture p WHERE p.merchant_id = l.merchant_id AND p.listing_id = l.id AND p.sha256 <> ''),
       (SELECT jsonb_agg(jsonb_build_array(v.id::text, v.ref, v.sku, v.barcode, v.options, v.net_grams, v.gross_grams,
                                           v.picture_source,
               (SELECT jsonb_agg(jsonb_build_array(o.channel, o.currency, o.price_minor, o.compare_at_minor)
                                 ORDER BY o.channel, o.currency)
                  FROM catalogue_offer o WHERE o.merchant_id = v.merchant_id AND o.variant_id = v.id))
               ORDER BY v.position, v.id)
          FROM catalogue_variant v WHERE v.merchant_id = l.merchant_id AND v.listing_id = l.id)
  FROM catalogue_listing l
 WHERE {which}
"""
_PAGE: Final = """
WITH page AS (
    SELECT l.id, l.ref, l.handle, l.titles, l.status, l.wanted, l.goods_codes, l.origin, l.updated_at, l.merchant_id
      FROM catalogue_listing l
     WHERE l.merchant_id = %(merchant)s AND (%(status)s::text = '' OR l.status = %(status)s)
       AND (%(words)s::text = '' OR l.titles::text ILIKE %(like)s OR l.handle ILIKE %(like)s OR EXISTS (
            SELECT 1 FROM catalogue_variant v WHERE v.merchant_id = %(merchant)s AND v.listing_id = l.id
               AND (v.sku ILIKE %(like)s OR v.barcode ILIKE %(like)s)))
       AND (%(after_id)s::bigint = 0 OR (l.updated_at, -l.id) < (%(after_at)s::timestamptz, -%(after_id)s::bigint))
     ORDER BY l.updated_at DESC, l.id LIMIT %(limit)s)
SELECT page.id, page.ref, page.handle, page.titles, page.status, page.wanted, page.goods_codes, page.origin,
       page.updated_at, pic.sha256, pic.alt, v.ids, v.weighed, o.channels, o.low, o.high, o.currency, o.currencies
  FROM page
  LEFT JOIN LATERAL (
       SELECT p.sha256, p.alt FROM catalogue_picture p
        WHERE p.merchant_id = page.merchant_id AND p.listing_id = page.id AND p.sha256 <> ''
        ORDER BY p.position, p.id LIMIT 1) pic ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(v.id ORDER BY v.position, v.id) AS ids, bool_and(v.gross_grams IS NOT NULL) AS weighed
         FROM catalogue_variant v WHERE v.merchant_id = page.merchant_id AND v.listing_id = page.id) v ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(DISTINCT o.channel) AS channels, min(o.price_minor) AS low, max(o.price_minor) AS high,
              min(o.currency) AS currency, count(DISTINCT o.currency) AS currencies
         FROM catalogue_variant v
         JOIN catalogue_offer o ON o.merchant_id = v.merchant_id AND o.variant_id = v.id
        WHERE v.merchant_id = page.merchant_id AND v.listing_id = page.id) o ON true
 ORDER BY page.updated_at DESC, page.id
"""


def listing_page(*, ref: str, viewer: Viewer | None = None) -> Listing:
    """A listing as shoppers see it; its merchant's team and operators also see it while it is not published.

    Raises ListingUnknown. One statement.
    """
    with across_owners("a listing's address does not name its merchant"):
        rows = rows_of(sql=_LISTING.format(which="l.ref = %s"), given=[ref])
    found = _listing(rows[0]) if rows else None
    if found is None or (found.status is not Status.PUBLISHED and not _may_work(viewer, found.merchant_id)):
        raise ListingUnknown
    return found


def listing(*, viewer: Viewer, merchant_id: int, ref: str) -> Listing:
    """One of a merchant's own listings, whatever its status. Raises NotYours, ListingUnknown."""
    parties.must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = rows_of(sql=_LISTING.format(which="l.merchant_id = %s AND l.ref = %s"), given=[merchant_id, ref])
    if not rows:
        raise ListingUnknown
    return _listing(rows[0])


def listing_by_id(*, merchant_id: int, listing_id: int) -> Listing:
    """One listing of this merchant by its key, whatever its status. Raises ListingUnknown."""
    rows = rows_of(sql=_LISTING.format(which="l.merchant_id = %s AND l.id = %s"), given=[merchant_id, listing_id])
    if not rows:
        raise ListingUnknown
    return _listing(rows[0])


def listings_of(
    *, viewer: Viewer, merchant_id: int, status: str = "", words: str = "", after: str = "", limit: int = 50
) -> ListingPage:
    """A stretch of a merchant's listings, the last changed first, with how many there are of each status.

    words: part of a title, handle, stock-keeping unit or barcode. after: a page's `next`. Two statements. Raises NotYours.
    """
    parties.must_work_for(viewer=viewer, merchant_id=merchant_id)
    after_at, _, after_id = after.rpartition("_")
    escaped = words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    facts = {
        "merchant": merchant_id,
        "status": status,
        "words": escaped,
        "like": f"%{escaped}%",
        "after_at": after_at or None,
        "after_id": int(after_id) if after_id.isdigit() else 0,
        "limit": limit + 1,
    }
    rows = rows_of(sql=_PAGE, given=facts)
    counts = rows_of(
        sql="SELECT status, count(*) FROM catalogue_listing WHERE merchant_id = %s GROUP BY status",
        given=[merchant_id],
    )
    shown = tuple(_row(row) for row in rows[:limit])
    last = shown[-1] if len(rows) > limit else None
    return ListingPage(shown, f"{last.updated_at.isoformat()}_{last.id}" if last else "", dict(counts))


def variant_ids_by_sku(*, merchant_id: int, skus: Sequence[str]) -> Mapping[str, VariantId]:
    """A merchant's variants by stock-keeping unit; one that several variants share is absent."""
    rows = rows_of(
        sql="""SELECT sku, min(id) FROM catalogue_variant WHERE merchant_id = %s AND sku = ANY(%s) AND sku <> ''
           GROUP BY sku HAVING count(*) = 1""",
        given=[merchant_id, list(skus)],
    )
    return {sku: VariantId(variant_id) for sku, variant_id in rows}


def waiting_pictures(*, merchant_id: int, limit: int = 50) -> tuple[WaitingPicture, ...]:
    """A merchant's pictures that are still to be fetched, those tried least first."""
    rows = rows_of(
        sql="""SELECT id, listing_id, source, tries FROM catalogue_picture
                WHERE merchant_id = %s AND sha256 = '' AND trouble = '' AND source LIKE 'http%%'
                ORDER BY tries, id LIMIT %s""",
        given=[merchant_id, limit],
    )
    return tuple(WaitingPicture(row[0], ListingId(row[1]), row[2], row[3]) for row in rows)


def picture_troubles(*, merchant_id: int, listing_id: int) -> tuple[tuple[str, str], ...]:
    """The addresses of a listing's pictures that could not be fetched, with why."""
    rows = rows_of(
        sql="""SELECT source, trouble FROM catalogue_picture
                WHERE merchant_id = %s AND listing_id = %s AND trouble <> '' ORDER BY position, id""",
        given=[merchant_id, listing_id],
    )
    return tuple((row[0], row[1]) for row in rows)


def _may_work(viewer: Viewer | None, merchant_id: int) -> bool:
    if viewer is None:
        return False
    try:
        parties.must_work_for(viewer=viewer, merchant_id=merchant_id)
    except NotYours:
        return False
    return True


def _listing(row: tuple[Cell, ...]) -> Listing:
    kept = [(picture_of(sha256, alt), source) for sha256, alt, source in json.loads(row[18] or "[]")]
    pictures = {source: picture for picture, source in kept if picture}
    variants = tuple(_variant(cells, pictures) for cells in json.loads(row[19] or "[]"))
    goods_codes, titles = map_of(row[11]), text_of(row[12])
    return Listing(
        id=ListingId(row[0]),
        ref=row[1],
        merchant_id=row[2],
        handle=row[3],
        status=Status(row[4]),
        wanted=Status(row[5]),
        category=category_ref(path=row[6]),
        brand=row[7],
        kind=row[8],
        origin=row[9],
        ships_from=row[10],
        goods_codes=goods_codes,
        titles=titles,
        descriptions=text_of(row[13]),
        option_names=tuple_of(row[14]),
        tags=tuple_of(row[15]),
        attributes=map_of(row[16]),
        pictures=tuple(pictures.values()),
        variants=variants,
        lacks=lacks(
            titles=titles,
            goods_codes=goods_codes,
            origin=row[9],
            weighed=bool(variants) and all(variant.gross_grams for variant in variants),
            priced=any(variant.offers for variant in variants),
        ),
        updated_at=row[17],
    )


def _variant(cells: list[Cell], pictures: Mapping[str, Picture]) -> Variant:
    variant_id, ref, sku, barcode, options, net_grams, gross_grams, source, offers = cells
    return Variant(
        id=VariantId(int(variant_id)),
        ref=ref,
        sku=sku,
        barcode=barcode,
        options=tuple(options),
        net_grams=net_grams,
        gross_grams=gross_grams,
        picture=pictures.get(source),
        offers=tuple(
            Offer(channel, Money(minor, currency), money_of(compare_at, currency))
            for channel, currency, minor, compare_at in offers or []
        ),
    )


def _row(row: tuple[Cell, ...]) -> ListingRow:
    titles, one_currency = text_of(row[3]), row[17] == 1
    return ListingRow(
        id=ListingId(row[0]),
        ref=row[1],
        handle=row[2],
        titles=titles,
        status=Status(row[4]),
        wanted=Status(row[5]),
        lacks=lacks(
            titles=titles,
            goods_codes=map_of(row[6]),
            origin=row[7],
            weighed=bool(row[12]),
            priced=row[14] is not None,
        ),
        picture=picture_of(row[9], text_of(row[10])),
        variant_ids=tuple(VariantId(key) for key in row[11] or ()),
        channels=tuple(row[13] or ()),
        low=Money(row[14], row[16]) if one_currency else None,
        high=Money(row[15], row[16]) if one_currency else None,
        updated_at=row[8],
    )
