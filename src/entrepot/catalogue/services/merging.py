"""The second half of an import: a chunk of staged products into the catalogue, by sets, touching only what differs.

A staged NULL leaves a value alone; an empty text, a zero or a null inside a mapping blanks it. The statements of a
chunk are the same few however many products it holds; when the file says what is known already, none of them writes.
"""

from collections.abc import Mapping
from typing import Final

from django.db import connection

from entrepot.catalogue.queries.reading import Cell

# What a listing becomes: s is the staged product, l the listing as it stands. A proposed category only counts where
# the merchant has not chosen one, or where the file's own words for it have changed.
_LISTING: Final[Mapping[str, str]] = {
    "wanted": "coalesce(nullif(s.wanted, ''), l.wanted)",
    "category_path": """CASE WHEN s.category_path <> '' AND (l.category_path = '' OR s.kind <> l.kind
        OR s.attributes ->> 'product_category' <> coalesce(l.attributes ->> 'product_category', ''))
        THEN s.category_path ELSE l.category_path END""",
    "brand": "coalesce(s.brand, l.brand)",
    "kind": "coalesce(s.kind, l.kind)",
    "origin": "coalesce(s.origin, l.origin)",
    "goods_codes": "jsonb_strip_nulls(l.goods_codes || s.goods_codes)",
    "titles": "jsonb_strip_nulls(l.titles || s.titles)",
    "descriptions": "jsonb_strip_nulls(l.descriptions || s.descriptions)",
    "option_names": "coalesce(s.option_names, l.option_names)",
    "tags": "coalesce(s.tags, l.tags)",
    "attributes": "jsonb_strip_nulls(l.attributes || s.attributes)",
}
_VARIANT: Final[Mapping[str, str]] = {
    "sku": "coalesce(s.sku, v.sku)",
    "barcode": "coalesce(s.barcode, v.barcode)",
    "options": "coalesce(s.options, v.options)",
    "net_grams": "CASE WHEN s.net_grams IS NULL THEN v.net_grams ELSE nullif(s.net_grams, 0) END",
    "gross_grams": "CASE WHEN s.gross_grams IS NULL THEN v.gross_grams ELSE nullif(s.gross_grams, 0) END",
    "picture_source": "coalesce(s.picture_source, v.picture_source)",
}
_COMPARE: Final = "CASE WHEN s.compare_at_minor IS NULL THEN o.compare_at_minor ELSE nullif(s.compare_at_minor, 0) END"


def _old(table: str, columns: Mapping[str, str]) -> str:
    return ", ".join(f"{table}.{column}" for column in columns)


def _sets(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{column} = {expression}" for column, expression in columns.items())


def _new(columns: Mapping[str, str]) -> str:
    return ", ".join(columns.values())


# The chunk is a stretch of product lines; scratch is indexed by them and holds each product, variant and picture once.
# It is fenced off, and tables are joined through its merchant_id, not through the parameter: of a merchant who has just
# come the planner believes there is one row, and would go through all of theirs for every row of the chunk.
_CHUNK: Final = "s.merchant_id = %(m)s AND s.run_id = %(r)s AND s.product_line > %(lo)s AND s.product_line <= %(hi)s"
_HEADS: Final = f"heads AS MATERIALIZED (SELECT * FROM catalogue_stagedlisting s WHERE {_CHUNK} AND s.head)"  # noqa: S608 - a constant
_LINES: Final = f"lines AS MATERIALIZED (SELECT * FROM catalogue_stagedvariant s WHERE {_CHUNK})"  # noqa: S608 - a constant
_SHOTS: Final = f"shots AS MATERIALIZED (SELECT * FROM catalogue_stagedpicture s WHERE {_CHUNK})"  # noqa: S608 - a constant
_OWN_LISTING: Final = "JOIN catalogue_listing l ON l.merchant_id = s.merchant_id AND l.handle = s.handle"
_OWN_VARIANT: Final = "JOIN catalogue_variant v ON v.merchant_id = s.merchant_id AND v.listing_id = l.id AND v.options_key = s.options_key"
_OWN_OFFER: Final = (
    "LEFT JOIN catalogue_offer o ON o.merchant_id = s.merchant_id AND o.variant_id = v.id"
    " AND o.channel = %(channel)s AND o.currency = %(currency)s"
)
_OWN_PICTURE: Final = (
    "JOIN catalogue_picture p ON p.merchant_id = s.merchant_id AND p.listing_id = l.id AND p.source = s.source"
)
_UNKNOWN: Final = (
    "NOT EXISTS (SELECT 1 FROM catalogue_listing l WHERE l.merchant_id = s.merchant_id AND l.handle = s.handle)"
)
_OF_PRODUCT: Final = "k.merchant_id = s.merchant_id AND k.run_id = s.run_id AND k.product_line = s.product_line"
# A feed's picture that the file, which has pictures for the product, no longer names.
_NOT_IN_FILE: Final = f"""
p.source LIKE 'http%%' AND NOT %(partial)s
   AND EXISTS (SELECT 1 FROM catalogue_stagedpicture k WHERE {_OF_PRODUCT})
   AND NOT EXISTS (SELECT 1 FROM catalogue_stagedpicture k WHERE {_OF_PRODUCT} AND k.source = p.source)
"""  # noqa: S608 - every part is a constant of this file

UPPER: Final = """
SELECT max(product_line), count(*) FROM (
    SELECT DISTINCT product_line FROM catalogue_stagedlisting
     WHERE merchant_id = %(m)s AND run_id = %(r)s AND product_line > %(lo)s ORDER BY product_line LIMIT %(size)s) next
"""
CREATE: Final = f"""
WITH {_HEADS}
INSERT INTO catalogue_listing (id, merchant_id, ref, handle, status, wanted, category_path, brand, kind, origin,
       ships_from, goods_codes, titles, descriptions, option_names, tags, attributes, created_at, updated_at)
SELECT s.id, s.merchant_id, s.ref, s.handle, 'draft', coalesce(nullif(s.wanted, ''), 'draft'), s.category_path,
       coalesce(s.brand, ''), coalesce(s.kind, ''), coalesce(s.origin, ''), %(ships_from)s,
       jsonb_strip_nulls(s.goods_codes), jsonb_strip_nulls(s.titles), jsonb_strip_nulls(s.descriptions),
       coalesce(s.option_names, '[]'), coalesce(s.tags, '[]'), jsonb_strip_nulls(s.attributes), %(at)s, %(at)s
  FROM heads s
 WHERE %(creates)s AND {_UNKNOWN} AND EXISTS (SELECT 1 FROM catalogue_stagedvariant k WHERE {_OF_PRODUCT})
ON CONFLICT DO NOTHING
RETURNING id
"""  # noqa: S608 - every part is a constant of this file
DIFFERING: Final = f"""
WITH {_HEADS}, {_LINES}, {_SHOTS}, differing AS MATERIALIZED (
SELECT l.merchant_id, l.id FROM heads s {_OWN_LISTING}
 WHERE ({_old("l", _LISTING)}) IS DISTINCT FROM ({_new(_LISTING)})
UNION
SELECT l.merchant_id, l.id FROM lines s {_OWN_LISTING} LEFT {_OWN_VARIANT} {_OWN_OFFER}
 WHERE (v.id IS NULL AND %(creates)s)
    OR (v.id IS NOT NULL AND ({_old("v", _VARIANT)}) IS DISTINCT FROM ({_new(_VARIANT)}))
    OR (s.price_minor > 0 AND (o.price_minor, o.compare_at_minor) IS DISTINCT FROM (s.price_minor, {_COMPARE}))
    OR (s.price_minor = 0 AND o.id IS NOT NULL)
UNION
SELECT l.merchant_id, l.id FROM shots s {_OWN_LISTING} LEFT {_OWN_PICTURE}
 WHERE p.id IS NULL OR p.position <> s.position OR p.alt IS DISTINCT FROM p.alt || s.alt
UNION
SELECT l.merchant_id, l.id FROM heads s {_OWN_LISTING}
  JOIN catalogue_picture p ON p.merchant_id = s.merchant_id AND p.listing_id = l.id
 WHERE {_NOT_IN_FILE})
SELECT l.id FROM differing d JOIN catalogue_listing l ON l.merchant_id = d.merchant_id AND l.id = d.id
 WHERE l.id <> ALL(%(created)s) ORDER BY l.id FOR NO KEY UPDATE OF l
"""  # noqa: S608 - every part is a constant of this file
# The whole of a listing as it was, so that the run can be undone.
REMEMBER: Final = """
WITH change AS MATERIALIZED (
    SELECT %(m)s::bigint AS merchant_id, *
      FROM unnest(%(change_ids)s::bigint[], %(touched)s::bigint[], %(fresh)s::boolean[]) AS c (id, listing_id, created))
INSERT INTO catalogue_importchange (id, merchant_id, run_id, listing_id, at, before)
SELECT c.id, c.merchant_id, %(r)s, c.listing_id, %(at)s,
       CASE WHEN c.created THEN NULL ELSE jsonb_build_object(
         'listing', (SELECT to_jsonb(l) FROM catalogue_listing l WHERE l.merchant_id = c.merchant_id AND l.id = c.listing_id),
         'variants', (SELECT jsonb_agg(to_jsonb(v)) FROM catalogue_variant v
                       WHERE v.merchant_id = c.merchant_id AND v.listing_id = c.listing_id),
         'offers', (SELECT jsonb_agg(to_jsonb(o)) FROM catalogue_variant v
                      JOIN catalogue_offer o ON o.merchant_id = v.merchant_id AND o.variant_id = v.id
                     WHERE v.merchant_id = c.merchant_id AND v.listing_id = c.listing_id),
         'pictures', (SELECT jsonb_agg(to_jsonb(p)) FROM catalogue_picture p
                       WHERE p.merchant_id = c.merchant_id AND p.listing_id = c.listing_id)) END
  FROM change c
ON CONFLICT (merchant_id, run_id, listing_id) DO NOTHING
"""
# For listings that were there before.
CHANGE: Final = (
    f"""
WITH {_HEADS}
UPDATE catalogue_listing l SET {_sets(_LISTING)} FROM heads s
 WHERE l.merchant_id = s.merchant_id AND l.handle = s.handle AND l.id = ANY(%(changed)s)
   AND ({_old("l", _LISTING)}) IS DISTINCT FROM ({_new(_LISTING)})
""",  # noqa: S608 - every part is a constant of this file
    f"""
WITH {_LINES}
UPDATE catalogue_variant v SET {_sets(_VARIANT)} FROM lines s {_OWN_LISTING}
 WHERE v.merchant_id = s.merchant_id AND v.listing_id = l.id AND v.options_key = s.options_key
   AND l.id = ANY(%(changed)s) AND ({_old("v", _VARIANT)}) IS DISTINCT FROM ({_new(_VARIANT)})
""",  # noqa: S608 - every part is a constant of this file
    f"""
WITH {_LINES}
DELETE FROM catalogue_offer o USING lines s {_OWN_LISTING} {_OWN_VARIANT}
 WHERE o.merchant_id = s.merchant_id AND o.variant_id = v.id AND o.channel = %(channel)s AND o.currency = %(currency)s
   AND l.id = ANY(%(changed)s) AND s.price_minor = 0
""",  # noqa: S608 - every part is a constant of this file
    f"""
WITH {_HEADS}
DELETE FROM catalogue_picture p USING heads s {_OWN_LISTING}
 WHERE p.merchant_id = s.merchant_id AND p.listing_id = l.id AND l.id = ANY(%(changed)s) AND {_NOT_IN_FILE}
""",  # noqa: S608 - every part is a constant of this file
)
# For those, and for the new ones.
ADD: Final = (
    f"""
WITH {_LINES}
INSERT INTO catalogue_variant (id, merchant_id, listing_id, ref, sku, barcode, options, options_key, position,
       net_grams, gross_grams, picture_source)
SELECT s.id, s.merchant_id, l.id, s.ref, coalesce(s.sku, ''), coalesce(s.barcode, ''), coalesce(s.options, '[]'),
       s.options_key, s.position + coalesce((SELECT max(position) + 1 FROM catalogue_variant k
                                              WHERE k.merchant_id = s.merchant_id AND k.listing_id = l.id), 0),
       nullif(s.net_grams, 0), nullif(s.gross_grams, 0), coalesce(s.picture_source, '')
  FROM lines s {_OWN_LISTING} LEFT {_OWN_VARIANT}
 WHERE %(creates)s AND l.id = ANY(%(touched)s) AND v.id IS NULL
""",  # noqa: S608 - every part is a constant of this file
    f"""
WITH {_LINES}
INSERT INTO catalogue_offer AS o (id, merchant_id, variant_id, channel, currency, price_minor, compare_at_minor)
SELECT s.offer_id, s.merchant_id, v.id, %(channel)s, %(currency)s, s.price_minor, nullif(s.compare_at_minor, 0)
  FROM lines s {_OWN_LISTING} {_OWN_VARIANT} {_OWN_OFFER}
 WHERE l.id = ANY(%(touched)s) AND s.price_minor > 0
   AND (o.price_minor, o.compare_at_minor) IS DISTINCT FROM (s.price_minor, {_COMPARE})
ON CONFLICT (merchant_id, variant_id, channel, currency) DO UPDATE SET price_minor = EXCLUDED.price_minor,
   compare_at_minor = CASE WHEN %(compares)s THEN EXCLUDED.compare_at_minor ELSE o.compare_at_minor END
""",  # noqa: S608 - every part is a constant of this file
    f"""
WITH {_SHOTS}
INSERT INTO catalogue_picture AS p (id, merchant_id, listing_id, source, position, alt, sha256, trouble, tries)
SELECT s.id, s.merchant_id, l.id, s.source, s.position, s.alt, '', '', 0
  FROM shots s {_OWN_LISTING} WHERE l.id = ANY(%(touched)s)
ON CONFLICT (merchant_id, listing_id, source) DO UPDATE SET position = EXCLUDED.position, alt = p.alt || EXCLUDED.alt
 WHERE p.position <> EXCLUDED.position OR p.alt IS DISTINCT FROM p.alt || EXCLUDED.alt
""",  # noqa: S608 - every part is a constant of this file
)
# Where each product of the chunk stands now: what is missing, and whether it should be on sale.
STANDING: Final = f"""
WITH {_HEADS}
SELECT l.id, s.line, l.handle, l.titles, l.goods_codes, l.origin, l.wanted, l.status, coalesce(v.weighed, false),
       coalesce(v.priced, false), v.kept
  FROM heads s {_OWN_LISTING}
  CROSS JOIN LATERAL (
       SELECT bool_and(v.gross_grams IS NOT NULL) AS weighed, count(*) FILTER (WHERE NOT EXISTS (
              SELECT 1 FROM catalogue_stagedvariant k WHERE {_OF_PRODUCT} AND k.options_key = v.options_key)) AS kept,
              bool_or(EXISTS (SELECT 1 FROM catalogue_offer o
                               WHERE o.merchant_id = v.merchant_id AND o.variant_id = v.id)) AS priced
         FROM catalogue_variant v WHERE v.merchant_id = s.merchant_id AND v.listing_id = l.id) v
 ORDER BY s.product_line
"""  # noqa: S608 - every part is a constant of this file
SETTLE: Final = """
WITH s AS MATERIALIZED (SELECT %(m)s::bigint AS merchant_id, * FROM unnest(%(touched)s::bigint[], %(statuses)s::text[])
                            AS t (id, status))
UPDATE catalogue_listing l SET updated_at = %(at)s, status = coalesce(s.status, l.status),
       published_at = CASE WHEN s.status = 'published' AND l.status <> s.status THEN %(at)s ELSE l.published_at END
  FROM s WHERE l.merchant_id = s.merchant_id AND l.id = s.id
"""
COUNTED: Final = f"""
WITH {_LINES}
SELECT v.id, s.quantity, s.line, s.handle FROM lines s {_OWN_LISTING} {_OWN_VARIANT}
 WHERE s.quantity IS NOT NULL ORDER BY v.id
"""  # noqa: S608 - every part is a constant of this file
# Rows of the chunk whose product is not there: it was never described, or none of its variants could be read.
LEFT_OUT: Final = f"""
WITH {_HEADS}, {_LINES}, {_SHOTS}, lost AS MATERIALIZED (
SELECT s.merchant_id, s.run_id, s.line, s.handle, s.product_line FROM heads s WHERE {_UNKNOWN}
UNION
SELECT s.merchant_id, s.run_id, s.line, s.handle, s.product_line FROM lines s WHERE {_UNKNOWN}
UNION
SELECT s.merchant_id, s.run_id, s.line, s.handle, s.product_line FROM shots s WHERE {_UNKNOWN})
SELECT CASE WHEN first.line IS NULL THEN 'feed.title_missing' WHEN first.line = s.line
            THEN 'feed.variants_all_rejected' ELSE 'feed.product_rejected' END, s.line, s.handle, coalesce(first.line, 0)
  FROM lost s
  LEFT JOIN LATERAL (SELECT k.line FROM catalogue_stagedlisting k WHERE {_OF_PRODUCT} AND k.head) first ON true
 ORDER BY s.line
"""  # noqa: S608 - every part is a constant of this file
# The handles in the chunk that have a rejected row.
SPOILED: Final = """
SELECT DISTINCT handle FROM catalogue_importrow
 WHERE merchant_id = %(m)s AND run_id = %(r)s AND severity = 'error' AND line > %(lo)s
   AND line < coalesce((SELECT min(product_line) FROM catalogue_stagedlisting
                         WHERE merchant_id = %(m)s AND run_id = %(r)s AND product_line > %(hi)s), %(beyond)s)
"""


def run_sql(*, sql: str, given: Mapping[str, Cell]) -> int:
    """One statement that answers how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return int(cursor.rowcount)
