"""The first half of an import: what the file says, checked, into scratch tables; then its rows are joined by handle."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.db import connection, transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.catalogue import models
from entrepot.catalogue.queries.reading import Cell, rows_of
from entrepot.catalogue.rules.feed_headings import headings_of
from entrepot.catalogue.rules.feed_shapes import FeedBatch, FeedCount, FeedHead, FeedProduct
from entrepot.catalogue.rules.findings import finding
from entrepot.catalogue.services.copying import Value, copy_rows, json_of
from entrepot.catalogue.services.imports import newly_rejected, put_findings, staged_count
from entrepot.catalogue.services.merging import run_sql
from entrepot.catalogue.terms import Dialect, Finding, ImportState

_SCRATCH: Final = ("catalogue_stagedlisting", "catalogue_stagedvariant", "catalogue_stagedpicture")
_LISTING: Final = (
    "id", "merchant_id", "run_id", "line", "product_line", "head", "handle", "ref", "wanted", "category_path", "brand",
    "kind", "origin", "goods_codes", "titles", "descriptions", "option_names", "tags", "attributes",
)  # fmt: skip
_VARIANT: Final = (
    "id", "merchant_id", "run_id", "line", "product_line", "handle", "ref", "offer_id", "sku", "barcode", "options",
    "options_key", "position", "net_grams", "gross_grams", "picture_source", "price_minor", "compare_at_minor", "quantity",
)  # fmt: skip
_PICTURE: Final = ("id", "merchant_id", "run_id", "line", "product_line", "handle", "source", "position", "alt")

# A handle may come back further down: all its rows count as one product, at the line where it first stood.
_APART: Final = """
SELECT handle, min(product_line) FROM catalogue_stagedlisting
 WHERE merchant_id = %(m)s AND run_id = %(r)s GROUP BY handle HAVING min(product_line) < max(product_line)
"""
_UNITE: Final = """
UPDATE {table} s SET product_line = first.line
  FROM unnest(%(handles)s::text[], %(firsts)s::bigint[]) AS first (handle, line)
 WHERE s.merchant_id = %(m)s AND s.run_id = %(r)s AND s.handle = first.handle AND s.product_line <> first.line
"""
# Of several descriptions of one product or variant the first counts; the others are said and dropped from scratch.
_PRODUCTS_TWICE: Final = """
DELETE FROM catalogue_stagedlisting s USING (
    SELECT id, first_value(line) OVER same AS first, row_number() OVER same AS turn FROM catalogue_stagedlisting
     WHERE merchant_id = %(m)s AND run_id = %(r)s AND head
    WINDOW same AS (PARTITION BY product_line ORDER BY %(counts)s AND goods_codes = '{}' AND origin IS NULL, line)) twice
 WHERE s.merchant_id = %(m)s AND s.run_id = %(r)s AND s.id = twice.id AND twice.turn > 1
RETURNING s.line, s.handle, twice.first
"""
_VARIANTS_TWICE: Final = """
DELETE FROM catalogue_stagedvariant s USING (
    SELECT id, first_value(line) OVER same AS first, row_number() OVER same AS turn FROM catalogue_stagedvariant
     WHERE merchant_id = %(m)s AND run_id = %(r)s
    WINDOW same AS (PARTITION BY product_line, options_key ORDER BY line)) twice
 WHERE s.merchant_id = %(m)s AND s.run_id = %(r)s AND s.id = twice.id AND twice.turn > 1
RETURNING s.line, s.handle, twice.first
"""
_PICTURES_TWICE: Final = """
DELETE FROM catalogue_stagedpicture s USING (
    SELECT id, row_number() OVER (PARTITION BY product_line, source ORDER BY line) AS turn FROM catalogue_stagedpicture
     WHERE merchant_id = %(m)s AND run_id = %(r)s) twice
 WHERE s.merchant_id = %(m)s AND s.run_id = %(r)s AND s.id = twice.id AND twice.turn > 1
"""
_RETURNED: Final = """
SELECT line, handle, product_line FROM catalogue_stagedlisting
 WHERE merchant_id = %(m)s AND run_id = %(r)s AND line <> product_line ORDER BY line
"""
_SKUS: Final = """
SELECT line, handle, sku, first FROM (
    SELECT line, handle, sku, min(line) OVER (PARTITION BY sku) AS first FROM catalogue_stagedvariant
     WHERE merchant_id = %(m)s AND run_id = %(r)s AND sku <> '') twice
 WHERE line <> first ORDER BY line
"""
# Rows of an inventory file find their variant by handle and options, else by an SKU that is the merchant's only one.
_TARGETS: Final = """
SELECT a.place, l.handle, v.options_key, l.handle IS NOT NULL OR EXISTS (
       SELECT 1 FROM catalogue_listing k WHERE k.merchant_id = %(m)s AND k.handle = a.handle AND a.handle <> '')
  FROM unnest(%(handles)s::text[], %(keys)s::text[], %(skus)s::text[]) WITH ORDINALITY AS a (handle, key, sku, place)
  LEFT JOIN LATERAL (
       SELECT v.id, v.options_key, v.listing_id FROM catalogue_variant v
         JOIN catalogue_listing l ON l.merchant_id = v.merchant_id AND l.id = v.listing_id
        WHERE v.merchant_id = %(m)s AND l.merchant_id = %(m)s AND l.handle = a.handle AND v.options_key = a.key
       UNION ALL
       SELECT min(v.id), min(v.options_key), min(v.listing_id) FROM catalogue_variant v
        WHERE v.merchant_id = %(m)s AND v.sku = a.sku AND a.sku <> '' HAVING count(*) = 1
        LIMIT 1) v ON true
  LEFT JOIN catalogue_listing l ON l.merchant_id = %(m)s AND l.id = v.listing_id
 ORDER BY a.place
"""
# A product file without option columns names the variants of known listings by their SKU.
_BY_SKU: Final = (
    """
UPDATE catalogue_stagedvariant s SET options_key = v.options_key, options = NULL
  FROM catalogue_listing l JOIN catalogue_variant v ON v.merchant_id = l.merchant_id AND v.listing_id = l.id
 WHERE s.merchant_id = %(m)s AND s.run_id = %(r)s AND l.merchant_id = %(m)s AND l.handle = s.handle
   AND v.sku = s.sku AND s.sku <> ''
""",
    """
DELETE FROM catalogue_stagedvariant s
 WHERE s.merchant_id = %(m)s AND s.run_id = %(r)s AND s.options_key = ''
   AND EXISTS (SELECT 1 FROM catalogue_listing l JOIN catalogue_variant v ON v.merchant_id = l.merchant_id
                  AND v.listing_id = l.id WHERE l.merchant_id = %(m)s AND l.handle = s.handle)
   AND NOT EXISTS (SELECT 1 FROM catalogue_listing l JOIN catalogue_variant v ON v.merchant_id = l.merchant_id
                      AND v.listing_id = l.id
                    WHERE l.merchant_id = %(m)s AND l.handle = s.handle AND v.options_key = '')
RETURNING s.line, s.handle
""",
)
_SUM: Final = """
WITH summed AS (
    SELECT handle, options_key, min(id) AS id, sum(quantity) AS quantity FROM catalogue_stagedvariant
     WHERE merchant_id = %(m)s AND run_id = %(r)s GROUP BY handle, options_key HAVING count(*) > 1),
gone AS (
    DELETE FROM catalogue_stagedvariant s USING summed
     WHERE s.merchant_id = %(m)s AND s.run_id = %(r)s AND s.handle = summed.handle
       AND s.options_key = summed.options_key AND s.id <> summed.id)
UPDATE catalogue_stagedvariant s SET quantity = summed.quantity FROM summed
 WHERE s.merchant_id = %(m)s AND s.run_id = %(r)s AND s.id = summed.id
"""
_CODES: Final = """
SELECT line, handle, first FROM (
    SELECT line, handle, goods_codes, origin, min(line) OVER same AS first,
           first_value(goods_codes) OVER same AS code, first_value(origin) OVER same AS country
      FROM catalogue_stagedlisting WHERE merchant_id = %(m)s AND run_id = %(r)s AND head
    WINDOW same AS (PARTITION BY handle ORDER BY line)) said
 WHERE line <> first AND (goods_codes <> code OR origin IS DISTINCT FROM country) ORDER BY line
"""


@transaction.atomic
def stage_batch(*, merchant_id: int, run_id: int, batch: FeedBatch, after: int) -> bool:
    """Put a batch read behind line `after` into scratch, with what was found; false when another has done it already."""
    run = models.ImportRun.objects.select_for_update(no_key=True).get(merchant_id=merchant_id, id=run_id)
    if run.staged or run.staged_line != after or run.state != ImportState.RUNNING:
        return False
    keys = (merchant_id, run_id)
    targets, unknown = _targets(merchant_id=merchant_id, counts=batch.counts)
    staged = copy_rows(table="catalogue_stagedlisting", columns=_LISTING, rows=_listings(keys, batch, targets))
    staged += copy_rows(table="catalogue_stagedvariant", columns=_VARIANT, rows=_variants(keys, batch, targets))
    staged += copy_rows(table="catalogue_stagedpicture", columns=_PICTURE, rows=_pictures(keys, batch.products))
    found = _unsaid(run, batch.findings)
    put_findings(merchant_id=merchant_id, run_id=run_id, findings=[*found, *unknown], half=1)
    models.ImportRun.objects.filter(merchant_id=merchant_id, id=run_id).update(
        staged_line=batch.last_line,
        staged_count=run.staged_count + staged,
        bytes_read=batch.bytes_read,
        rows_read=run.rows_read + batch.rows,
        rows_rejected=run.rows_rejected + batch.rejected + len(unknown),
    )
    return True


@transaction.atomic
def finish_staging(*, merchant_id: int, run_id: int, findings: Iterable[Finding]) -> None:
    """The file is read to its end: join what stood apart, and say what only the whole file shows. Once."""
    run = models.ImportRun.objects.select_for_update(no_key=True).get(merchant_id=merchant_id, id=run_id)
    if run.staged or run.state != ImportState.RUNNING:
        return
    found = [*findings, *_joined(run)]
    rejected = newly_rejected(merchant_id=merchant_id, run_id=run_id, findings=found)
    put_findings(merchant_id=merchant_id, run_id=run_id, findings=found, half=1)
    models.ImportRun.objects.filter(merchant_id=merchant_id, id=run_id).update(
        staged=True,
        rows_rejected=run.rows_rejected + rejected,
        bytes_read=run.size_bytes,
        staged_count=staged_count(merchant_id=merchant_id, run_id=run_id),
        products=models.StagedListing.objects.filter(merchant_id=merchant_id, run_id=run_id)
        .values("product_line")
        .distinct()
        .count(),
    )


def _joined(run: models.ImportRun) -> list[Finding]:
    """Bring together what stands apart in the file, and what is to say about it."""
    inventory = run.dialect == Dialect.SHOPIFY_INVENTORY
    facts: dict[str, Cell] = {"m": run.merchant_id, "r": run.id}
    found: list[Finding] = []
    for table in _SCRATCH:
        # Fresh scratch has no statistics, and without them the joins to come are planned badly.
        run_sql(sql=f"ANALYZE {table}", given={})
    if inventory:
        run_sql(sql=_SUM, given=facts)
        rows = rows_of(sql=_CODES, given=facts)
        found += [finding("feed.code_differs", line=line, handle=handle, first=first) for line, handle, first in rows]
    elif "option1_value" not in headings_of(run.headings, delimiter=",").at:
        run_sql(sql=_BY_SKU[0], given=facts)
        rows = rows_of(sql=_BY_SKU[1], given=facts)
        found += [finding("feed.unknown_variant", line=line, handle=handle) for line, handle in rows]
    apart = rows_of(sql=_APART, given=facts)
    if not inventory:
        rows = rows_of(sql=_SKUS, given=facts)
        found += [
            finding("feed.sku_twice", line=line, handle=handle, value=sku, first=first)
            for line, handle, sku, first in rows
        ]
    if apart:
        facts["handles"], facts["firsts"] = [row[0] for row in apart], [row[1] for row in apart]
        found += _united(facts, inventory=inventory)
    return found


def _united(facts: dict[str, Cell], *, inventory: bool) -> list[Finding]:
    """The rows of handles that come back count where they first stood; of what is there twice the first counts."""
    for table in _SCRATCH:
        run_sql(sql=_UNITE.format(table=table), given=facts)
    returned = rows_of(sql=_RETURNED, given=facts)
    products = rows_of(sql=_PRODUCTS_TWICE, given=facts | {"counts": inventory})
    variants = rows_of(sql=_VARIANTS_TWICE, given=facts)
    run_sql(sql=_PICTURES_TWICE, given=facts)
    if inventory:
        return []  # a row for each place and variant is how such a file is made
    said = (("feed.handle_returns", returned), ("feed.product_twice", products), ("feed.variant_twice", variants))
    return [finding(code, line=line, handle=handle, first=first) for code, rows in said for line, handle, first in rows]


def _unsaid(run: models.ImportRun, findings: tuple[Finding, ...]) -> list[Finding]:
    """Without the headings that an earlier attempt has spoken of already."""
    code = "feed.column_unused"
    if run.staged_line == 0 or not any(said.code == code for said in findings):
        return list(findings)
    known = models.ImportRow.objects.filter(merchant_id=run.merchant_id, run_id=run.id, code=code)
    fields = set(known.values_list("field", flat=True))
    return [said for said in findings if said.code != code or said.field not in fields]


def _targets(*, merchant_id: int, counts: tuple[FeedCount, ...]) -> tuple[dict[int, tuple[str, str]], list[Finding]]:
    """For each inventory row's line the handle and options of its variant; and which have none."""
    if not counts:
        return {}, []
    with connection.cursor() as cursor:
        cursor.execute(
            _TARGETS,
            {
                "m": merchant_id,
                "handles": [count.handle for count in counts],
                "keys": [count.key for count in counts],
                "skus": [count.sku for count in counts],
            },
        )
        rows = cursor.fetchall()
    targets, unknown = {}, []
    for count, (_, handle, key, known) in zip(counts, rows, strict=True):
        if handle is not None:
            targets[count.line] = (handle, key)
        else:
            code = "feed.unknown_variant" if known else "feed.unknown_product"
            unknown.append(finding(code, line=count.line, handle=count.handle or count.sku))
    return targets, unknown


def _listings(
    keys: tuple[int, int], batch: FeedBatch, targets: dict[int, tuple[str, str]]
) -> Iterator[tuple[Value, ...]]:
    owner = keys[0]
    for product in batch.products:
        if product.head is None and not product.variants and not product.pictures:
            continue
        head, line = product.head, product.line
        first = (new_id(owner=owner), *keys, line, line, head is not None, product.handle, new_reference("lst"))
        yield (*first, *(_head(head) if head else ("", "", None, None, None, "{}", "{}", "{}", None, None, "{}")))
    for count in batch.counts:
        if count.line in targets:
            codes = json_of(value={"*": count.goods_code} if count.goods_code else {})
            handle = targets[count.line][0]
            first = (new_id(owner=owner), *keys, count.line, count.line, True, handle, "")
            yield (*first, "", "", None, None, count.origin or None, codes, "{}", "{}", None, None, "{}")


def _head(head: FeedHead) -> tuple[Value, ...]:
    return (
        head.wanted, head.category, head.brand, head.kind, head.origin, json_of(value=head.goods_codes),
        json_of(value=head.titles), json_of(value=head.descriptions), json_of(value=head.option_names),
        json_of(value=head.tags), json_of(value=head.attributes),
    )  # fmt: skip


def _variants(
    keys: tuple[int, int], batch: FeedBatch, targets: dict[int, tuple[str, str]]
) -> Iterator[tuple[Value, ...]]:
    owner = keys[0]
    for product in batch.products:
        for position, variant in enumerate(product.variants):
            yield (
                new_id(owner=owner), *keys, variant.line, product.line, product.handle, new_reference("var"),
                new_id(owner=owner), variant.sku, variant.barcode, json_of(value=variant.options), variant.key, position,
                variant.net_grams, variant.gross_grams, variant.picture, variant.price, variant.compare_at, variant.quantity,
            )  # fmt: skip
    for count in batch.counts:
        if count.line in targets:
            handle, key = targets[count.line]
            yield (
                new_id(owner=owner), *keys, count.line, count.line, handle, "", 0, None, None, None, key, 0,
                None, None, None, None, None, count.quantity,
            )  # fmt: skip


def _pictures(keys: tuple[int, int], products: tuple[FeedProduct, ...]) -> Iterator[tuple[Value, ...]]:
    for product in products:
        for picture in product.pictures:
            first = (new_id(owner=keys[0]), *keys, picture.line, product.line, product.handle)
            yield (*first, picture.source, picture.position, json_of(value=picture.alt))
