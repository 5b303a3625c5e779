"""Taking an import back: what it made is archived, what it changed is as it was before, unless changed again since."""

from datetime import datetime
from typing import Final

from django.db import transaction

from entrepot.base.outbox import News, tell_all
from entrepot.catalogue import models
from entrepot.catalogue.queries.reading import Cell, rows_of
from entrepot.catalogue.services.applying import run_lock
from entrepot.catalogue.services.merging import run_sql
from entrepot.catalogue.terms import CHANGED, ImportState

CHUNK_CHANGES: Final = 1000
# A listing that was touched after the run keeps what it has: somebody meant it.
_NEXT: Final = """
SELECT c.id, c.listing_id, c.before IS NULL, l.updated_at = c.at
  FROM catalogue_importchange c JOIN catalogue_listing l ON l.merchant_id = c.merchant_id AND l.id = c.listing_id
 WHERE c.merchant_id = %(m)s AND c.run_id = %(r)s ORDER BY c.id LIMIT %(size)s FOR NO KEY UPDATE OF l
"""
_BEFORE: Final = """
WITH before AS MATERIALIZED (
    SELECT c.merchant_id, c.listing_id, c.before FROM catalogue_importchange c
     WHERE c.merchant_id = %(m)s AND c.run_id = %(r)s AND c.id = ANY(%(changes)s))
"""
_RESTORE: Final = (
    """
WITH made AS MATERIALIZED (SELECT %(m)s::bigint AS merchant_id, unnest(%(made)s::bigint[]) AS id)
UPDATE catalogue_listing l SET status = 'archived', wanted = 'archived', updated_at = %(at)s
  FROM made WHERE l.merchant_id = made.merchant_id AND l.id = made.id""",
    f"""{_BEFORE}
UPDATE catalogue_listing l SET status = w.status, wanted = w.wanted, category_path = w.category_path, brand = w.brand,
       kind = w.kind, origin = w.origin, ships_from = w.ships_from, goods_codes = w.goods_codes, titles = w.titles,
       descriptions = w.descriptions, option_names = w.option_names, tags = w.tags, attributes = w.attributes,
       published_at = w.published_at, updated_at = %(at)s
  FROM before, jsonb_populate_record(NULL::catalogue_listing, before.before -> 'listing') w
 WHERE l.merchant_id = before.merchant_id AND l.id = before.listing_id""",  # noqa: S608 - a constant of this file
    f"""{_BEFORE}
DELETE FROM catalogue_offer o USING catalogue_variant v, before
 WHERE o.merchant_id = before.merchant_id AND v.merchant_id = before.merchant_id AND v.listing_id = before.listing_id AND o.variant_id = v.id""",  # noqa: S608 - a constant of this file
    f"""{_BEFORE}
DELETE FROM catalogue_variant v USING before
 WHERE v.merchant_id = before.merchant_id AND v.listing_id = before.listing_id AND NOT EXISTS (
       SELECT 1 FROM jsonb_populate_recordset(NULL::catalogue_variant, before.before -> 'variants') w WHERE w.id = v.id)""",  # noqa: S608 - a constant of this file
    f"""{_BEFORE}
UPDATE catalogue_variant v SET sku = w.sku, barcode = w.barcode, options = w.options, position = w.position,
       net_grams = w.net_grams, gross_grams = w.gross_grams, picture_source = w.picture_source
  FROM before, jsonb_populate_recordset(NULL::catalogue_variant, before.before -> 'variants') w
 WHERE v.merchant_id = before.merchant_id AND v.id = w.id""",  # noqa: S608 - a constant of this file
    f"""{_BEFORE}
INSERT INTO catalogue_offer (id, merchant_id, variant_id, channel, currency, price_minor, compare_at_minor)
SELECT w.id, w.merchant_id, w.variant_id, w.channel, w.currency, w.price_minor, w.compare_at_minor
  FROM before, jsonb_populate_recordset(NULL::catalogue_offer,
       CASE jsonb_typeof(before.before -> 'offers') WHEN 'array' THEN before.before -> 'offers' ELSE '[]' END) w""",  # noqa: S608 - a constant of this file
    f"""{_BEFORE}
DELETE FROM catalogue_picture p USING before WHERE p.merchant_id = before.merchant_id AND p.listing_id = before.listing_id""",  # noqa: S608 - a constant of this file
    f"""{_BEFORE}
INSERT INTO catalogue_picture (id, merchant_id, listing_id, source, position, alt, sha256, trouble, tries)
SELECT w.id, w.merchant_id, w.listing_id, w.source, w.position, w.alt, w.sha256, w.trouble, w.tries
  FROM before, jsonb_populate_recordset(NULL::catalogue_picture,
       CASE jsonb_typeof(before.before -> 'pictures') WHEN 'array' THEN before.before -> 'pictures' ELSE '[]' END) w""",  # noqa: S608 - a constant of this file
)


@transaction.atomic
def undo_import_chunk(*, merchant_id: int, run_id: int, at: datetime) -> bool:
    """Take back the next listings of a run that is being undone; answers whether there was nothing left.

    Quantities stay as they are: goods may have been sold since.
    """
    run_lock(merchant_id=merchant_id)
    run = models.ImportRun.objects.select_for_update(no_key=True).get(merchant_id=merchant_id, id=run_id)
    if run.state != ImportState.UNDOING:
        return True
    given: dict[str, Cell] = {"m": merchant_id, "r": run_id, "size": CHUNK_CHANGES, "at": at}
    changes = rows_of(sql=_NEXT, given=given)
    if not changes:
        models.ImportRun.objects.filter(merchant_id=merchant_id, id=run_id).update(
            state=ImportState.UNDONE, ended_at=at
        )
        return True
    own = [change for change in changes if change[3]]
    given["made"] = [change[1] for change in own if change[2]]
    given["changes"] = [change[0] for change in own if not change[2]]
    for sql in _RESTORE:
        run_sql(sql=sql, given=given)
    tell_all([News(CHANGED, change[1], merchant_id) for change in own], at=at)
    models.ImportChange.objects.filter(
        merchant_id=merchant_id, run_id=run_id, id__in=[change[0] for change in changes]
    ).delete()
    return False
