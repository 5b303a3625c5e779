"""One chunk of an import's second half: lock, compare, write what differs, tell, report."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from entrepot.base.identity import new_id
from entrepot.base.outbox import News, defer, tell_all
from entrepot.catalogue import models
from entrepot.catalogue.queries.reading import Cell, rows_of
from entrepot.catalogue.rules.completeness import lacks, status_for
from entrepot.catalogue.rules.feed_headings import headings_of
from entrepot.catalogue.rules.findings import finding
from entrepot.catalogue.services import merging
from entrepot.catalogue.services.imports import forget_staged, newly_rejected, put_findings
from entrepot.catalogue.terms import CHANGED, Dialect, Finding, ImportState, Lack, Status
from entrepot.parties import queries as parties

CHUNK_PRODUCTS: Final = 1000
# Two numbers make an advisory lock's name: this one is ours, the other the merchant's.
_LOCK: Final = 0x43415441


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a chunk leaves to others: quantities for stock with the line each stood in, and whether it was the last."""

    quantities: tuple[tuple[int, int], ...]
    lines: Mapping[int, tuple[int, str]]
    ended: bool


@transaction.atomic
def apply_feed_chunk(*, merchant_id: int, run_id: int, at: datetime) -> Chunk:
    """Take the next staged products into the catalogue. What is the same is not touched; the news tells what is not.

    About fifteen statements whatever the size; when nothing differs five, none of which writes a listing.
    """
    run_lock(merchant_id=merchant_id)
    _join_by_index(wanted=True)
    run = models.ImportRun.objects.select_for_update(no_key=True).get(merchant_id=merchant_id, id=run_id)
    if not run.staged or run.state != ImportState.RUNNING:
        return Chunk((), {}, ended=True)
    given = _given(run, at)
    ((upper, products),) = rows_of(sql=merging.UPPER, given=given)
    if not products:
        _end(run, at)
        return Chunk((), {}, ended=True)
    given["hi"] = upper
    created, changed = _merge(given)
    counted = rows_of(sql=merging.COUNTED, given=given)
    standing = rows_of(sql=merging.STANDING, given=given)
    touched = dict.fromkeys([*created, *changed])
    _settle(standing, given, list(touched))
    tell_all([News(CHANGED, listing_id, merchant_id) for listing_id in touched], at=at)
    found = [*_left_out(given), *_standing_findings(standing, given)]
    rejected = newly_rejected(merchant_id=merchant_id, run_id=run_id, findings=found)
    put_findings(merchant_id=merchant_id, run_id=run_id, findings=found, half=2)
    models.ImportRun.objects.filter(merchant_id=merchant_id, id=run_id).update(
        applied_line=upper,
        applied_count=run.applied_count + products,
        listings_created=run.listings_created + len(created),
        listings_changed=run.listings_changed + len(changed),
        listings_same=run.listings_same + len({row[0] for row in standing} - touched.keys()),
        rows_rejected=run.rows_rejected + rejected,
    )
    _join_by_index(wanted=False)
    quantities = tuple((variant_id, int(quantity)) for variant_id, quantity, _, _ in counted)
    return Chunk(quantities, {row[0]: (row[2], row[3]) for row in counted}, ended=False)


@transaction.atomic
def note_stock(*, merchant_id: int, run_id: int, taken: int, refused: Sequence[Finding]) -> None:
    """Say in the report what became of a chunk's quantities."""
    put_findings(merchant_id=merchant_id, run_id=run_id, findings=refused, half=2)
    run = models.ImportRun.objects.get(merchant_id=merchant_id, id=run_id)
    models.ImportRun.objects.filter(merchant_id=merchant_id, id=run_id).update(stock_set=run.stock_set + taken)


def run_lock(*, merchant_id: int) -> None:
    """One import of a merchant writes at a time; kept to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, hashint8(%s))", [_LOCK, merchant_id])


def _join_by_index(*, wanted: bool) -> None:
    """A chunk is small and the tables are large: every join of its statements is a look-up for each of its rows."""
    with connection.cursor() as cursor:
        value = "off" if wanted else "on"
        cursor.execute(f"SET LOCAL enable_hashjoin = {value}; SET LOCAL enable_mergejoin = {value}")


def _given(run: models.ImportRun, at: datetime) -> dict[str, Cell]:
    headings = headings_of(run.headings, delimiter=",")
    return {
        "m": run.merchant_id,
        "r": run.id,
        "lo": run.applied_line,
        "hi": run.applied_line,
        "size": CHUNK_PRODUCTS,
        "at": at,
        "channel": run.channel,
        "currency": run.currency,
        "creates": run.dialect != Dialect.SHOPIFY_INVENTORY,
        "partial": run.partial,
        "compares": "compare_at" in headings.at,
        "ships_from": parties.merchant(merchant_id=run.merchant_id).country,
        "beyond": 2**62,
    }


def _merge(given: dict[str, Cell]) -> tuple[list[int], list[int]]:
    """Write what differs; the ids of the listings that are new, and of those that changed."""
    created = [row[0] for row in rows_of(sql=merging.CREATE, given=given)]
    changed = [row[0] for row in rows_of(sql=merging.DIFFERING, given=given | {"created": created})]
    touched = [*created, *changed]
    if not touched:
        return created, changed
    given["touched"], given["changed"] = touched, changed
    given["change_ids"] = [new_id(owner=given["m"]) for _ in touched]
    given["fresh"] = [True] * len(created) + [False] * len(changed)
    for sql in (merging.REMEMBER, *(merging.CHANGE if changed else ()), *merging.ADD):
        merging.run_sql(sql=sql, given=given)
    return created, changed


def _settle(standing: Sequence[tuple[Cell, ...]], given: dict[str, Cell], touched: Sequence[int]) -> None:
    """Publish what is complete and wanted, and take off sale what is not; the moment of the change is the same."""
    statuses = {row[0]: status_for(wanted=Status(row[6]), complete=not _lacks(row)).value for row in standing}
    if touched:
        given["touched"], given["statuses"] = touched, [statuses.get(listing_id) for listing_id in touched]
        merging.run_sql(sql=merging.SETTLE, given=given)


def _lacks(row: tuple[Cell, ...]) -> tuple[Lack, ...]:
    return lacks(
        titles=json.loads(row[3]), goods_codes=json.loads(row[4]), origin=row[5], weighed=row[8], priced=row[9]
    )


def _standing_findings(standing: Sequence[tuple[Cell, ...]], given: dict[str, Cell]) -> list[Finding]:
    """What each product still needs, and which of its variants the file does not name."""
    spoiled = {row[0] for row in rows_of(sql=merging.SPOILED, given=given)}
    complete_file = given["creates"] and not given["partial"]
    found = []
    for row in standing:
        lacking = _lacks(row)
        if lacking:
            found.append(finding("feed.lacks", line=row[1], handle=row[2], lacks=", ".join(lacking)))
        if row[10] and complete_file and row[2] not in spoiled:
            found.append(finding("feed.variants_kept", line=row[1], handle=row[2], count=row[10]))
    return found


def _left_out(given: dict[str, Cell]) -> list[Finding]:
    rows = rows_of(sql=merging.LEFT_OUT, given=given)
    return [finding(code, line=line, handle=handle, first=first) for code, line, handle, first in rows]


def _end(run: models.ImportRun, at: datetime) -> None:
    models.ImportRun.objects.filter(merchant_id=run.merchant_id, id=run.id).update(state=ImportState.DONE, ended_at=at)
    forget_staged(merchant_id=run.merchant_id, run_id=run.id)
    defer("feeds.fetch_pictures", queue="feeds", once=f"pictures-{run.merchant_id}", merchant_id=run.merchant_id)
