"""Import runs and what they found, as far as the viewer works for the merchant."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from entrepot.catalogue import models
from entrepot.catalogue.queries.reading import rows_of
from entrepot.catalogue.rules.feed_file import FeedFile
from entrepot.catalogue.rules.findings import MESSAGES
from entrepot.catalogue.terms import (
    Finding,
    ImportPage,
    ImportReport,
    ImportState,
    ImportUnknown,
    ImportWork,
    RowPage,
    Severity,
    TroubleCount,
)
from entrepot.kernel.errors import fill
from entrepot.parties import queries as parties
from entrepot.parties.terms import Viewer

# Reading takes about as long as writing.
_READING: Final = 50
_GOING: Final = (ImportState.QUEUED, ImportState.RUNNING)
_REJECTED: Final = ("Entrepot line", "Entrepot reason", "Entrepot remedy")


def feed_path(*, merchant_id: int, sha256: str) -> Path:
    """Where a merchant's file is kept: private, named by what it contains."""
    return Path(settings.HOME) / "feeds" / str(merchant_id) / sha256


def rejects_path(*, merchant_id: int, ref: str) -> Path:
    """Where a run's rejected rows are kept once its file has been removed."""
    return Path(settings.HOME) / "feeds" / str(merchant_id) / f"{ref}.rejected"


def import_run(*, viewer: Viewer, merchant_id: int, ref: str) -> ImportReport:
    """One run with how often each thing was found. Raises NotYours, ImportUnknown."""
    parties.must_work_for(viewer=viewer, merchant_id=merchant_id)
    row = models.ImportRun.objects.filter(merchant_id=merchant_id, ref=ref).first()
    if row is None:
        raise ImportUnknown
    counts = rows_of(
        sql="""SELECT code, severity, count(*), min(line), (array_agg(facts ORDER BY line))[1] FROM catalogue_importrow
                WHERE merchant_id = %s AND run_id = %s GROUP BY code, severity""",
        given=[merchant_id, row.id],
    )
    order = list(Severity)
    codes = sorted(
        (
            TroubleCount(code, Severity(severity), count, line, json.loads(facts))
            for code, severity, count, line, facts in counts
        ),
        key=lambda said: (order.index(said.severity), -said.count, said.code),
    )
    return _report(row, tuple(codes))


def import_run_id(*, merchant_id: int, ref: str) -> int:
    """The key of a run. Raises ImportUnknown."""
    found = models.ImportRun.objects.filter(merchant_id=merchant_id, ref=ref).values_list("id", flat=True).first()
    if found is None:
        raise ImportUnknown
    return found


def open_runs(*, merchant_id: int, up_to: int) -> list[int]:
    """The merchant's runs that have not ended, oldest first, as far as this one."""
    rows = models.ImportRun.objects.filter(merchant_id=merchant_id, id__lte=up_to, state__in=_GOING).order_by("id")
    return list(rows.values_list("id", flat=True))


def import_work(*, merchant_id: int, run_id: int) -> ImportWork | None:
    """What the job needs to take a run further, or nothing when the run has ended."""
    row = models.ImportRun.objects.filter(merchant_id=merchant_id, id=run_id).first()
    if row is None or row.state not in _GOING:
        return None
    return ImportWork(
        path=feed_path(merchant_id=merchant_id, sha256=row.sha256),
        currency=row.currency,
        encoding=row.encoding,
        started=row.state == ImportState.RUNNING,
    )


def import_runs(*, viewer: Viewer, merchant_id: int, after: str = "", limit: int = 20) -> ImportPage:
    """A merchant's runs, newest first, without what was found in them. Raises NotYours."""
    parties.must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.ImportRun.objects.filter(merchant_id=merchant_id).order_by("-id")
    if after.isdigit():
        rows = rows.filter(id__lt=int(after))
    found = list(rows[: limit + 1])
    return ImportPage(
        tuple(_report(row, ()) for row in found[:limit]), str(found[limit - 1].id) if len(found) > limit else ""
    )


def import_rows(
    *, viewer: Viewer, merchant_id: int, ref: str, severity: str = "", code: str = "", after: int = 0, limit: int = 100
) -> RowPage:
    """What was found in a run, in the order of the file. after: a page's `next`. Raises NotYours, ImportUnknown."""
    run_id = _run_id(viewer=viewer, merchant_id=merchant_id, ref=ref)
    rows = models.ImportRow.objects.filter(merchant_id=merchant_id, run_id=run_id).order_by("line", "id")
    if severity:
        rows = rows.filter(severity=severity)
    if code:
        rows = rows.filter(code=code)
    found = list(rows[after : after + limit + 1])
    return RowPage(tuple(_finding(row) for row in found[:limit]), after + limit if len(found) > limit else 0)


def rejected_csv(*, viewer: Viewer, merchant_id: int, ref: str, translate: Callable[[str], str] = str) -> Iterator[str]:
    """The rows that did not go in, as a CSV file of the same columns with line, reason and remedy, piece by piece.

    A row that only continued its product carries the product's own fields, so that the corrected file can be imported
    by itself. Cells that a spreadsheet would take for formulas get an apostrophe, which the import takes off again.
    Raises NotYours, ImportUnknown.
    """
    run_id = _run_id(viewer=viewer, merchant_id=merchant_id, ref=ref)
    run = models.ImportRun.objects.get(merchant_id=merchant_id, id=run_id)
    errors = models.ImportRow.objects.filter(
        merchant_id=merchant_id, run_id=run_id, severity=Severity.ERROR, line__gt=0
    )
    reasons: dict[int, list[tuple[str, str]]] = {}
    for row in errors.order_by("line", "id").iterator():
        said = MESSAGES[row.code]
        facts = row.facts
        reasons.setdefault(row.line, []).append(
            (fill(translate(said.message), facts), fill(translate(said.remedy), facts))
        )
    return _rejected(run, reasons)


def _rejected(run: models.ImportRun, reasons: dict[int, list[tuple[str, str]]]) -> Iterator[str]:
    kept = rejects_path(merchant_id=run.merchant_id, ref=run.ref)
    rows = _kept_rows(kept) if kept.exists() else rejected_rows(run=run, lines=set(reasons))
    _, headings = next(rows)
    yield "\ufeff" + _line([*headings, *_REJECTED])
    for line, cells in rows:
        if line in reasons:
            why = [
                " ".join(dict.fromkeys(text for text in texts if text)) for texts in zip(*reasons[line], strict=True)
            ]
            yield _line([*cells, str(line), *why])


def _kept_rows(kept: Path) -> Iterator[tuple[int, list[str]]]:
    with kept.open(encoding="utf-8") as lines:
        for written in lines:
            line, cells = json.loads(written)
            yield int(line), [str(cell) for cell in cells]


def rejected_lines(*, merchant_id: int, run_id: int) -> set[int]:
    """The lines of a run's file that did not go in."""
    errors = models.ImportRow.objects.filter(
        merchant_id=merchant_id, run_id=run_id, severity=Severity.ERROR, line__gt=0
    )
    return set(errors.values_list("line", flat=True))


def rejected_rows(*, run: models.ImportRun, lines: set[int]) -> Iterator[tuple[int, list[str]]]:
    """The headings as line 0, then those lines of the run's file with their product's own fields filled in."""
    with feed_path(merchant_id=run.merchant_id, sha256=run.sha256).open("rb") as kept:
        feed = FeedFile(kept, encoding=run.encoding)
        own = [place for place, cell in enumerate(feed.headings.cells) if cell.strip() not in _REJECTED]
        yield 0, [feed.headings.cells[place] for place in own]
        if not lines:
            return
        place, title = feed.headings.at.get("handle", 0), feed.headings.at.get("title", 0)
        head: list[str] = []
        headed = ""
        for line, cells in feed.records():
            handle = cells[place] if place < len(cells) else ""
            if title < len(cells) and cells[title].strip():
                head = cells
            if line not in lines:
                continue
            row = cells + [""] * (len(feed.headings.cells) - len(cells))
            if handle != headed and head and head is not cells and head[place] == handle:
                for column in feed.headings.product_columns:
                    row[column] = head[column]
            headed = handle
            yield line, [row[column] for column in own]


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(["'" + cell if cell[:1] in tuple("=+-@\t\r") else cell for cell in cells])
    return out.getvalue()


def _run_id(*, viewer: Viewer, merchant_id: int, ref: str) -> int:
    parties.must_work_for(viewer=viewer, merchant_id=merchant_id)
    return import_run_id(merchant_id=merchant_id, ref=ref)


def _finding(row: models.ImportRow) -> Finding:
    return Finding(row.line, row.handle, row.field, row.code, Severity(row.severity), row.facts)


def _report(row: models.ImportRun, codes: tuple[TroubleCount, ...]) -> ImportReport:
    by = {severity: sum(said.count for said in codes if said.severity is severity) for severity in Severity}
    state = ImportState(row.state)
    return ImportReport(
        ref=row.ref,
        merchant_id=row.merchant_id,
        state=state,
        filename=row.filename,
        size_bytes=row.size_bytes,
        channel=row.channel,
        currency=row.currency,
        encoding=row.encoding,
        dialect=row.dialect,
        progress=_progress(row, state),
        rows_read=row.rows_read,
        rows_rejected=row.rows_rejected,
        products=row.products,
        listings_created=row.listings_created,
        listings_changed=row.listings_changed,
        listings_same=row.listings_same,
        stock_set=row.stock_set,
        errors=by[Severity.ERROR],
        warnings=by[Severity.WARNING],
        notes=by[Severity.NOTE],
        codes=codes,
        trouble=row.trouble,
        trouble_facts=row.trouble_facts,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        undoable=state in {ImportState.DONE, ImportState.FAILED} and row.listings_created + row.listings_changed > 0,
    )


def _progress(row: models.ImportRun, state: ImportState) -> int:
    if state is not ImportState.RUNNING:
        return 0 if state is ImportState.QUEUED else 100
    read = min(_READING, row.bytes_read * _READING // max(1, row.size_bytes))
    return read + (row.applied_count * (99 - _READING) // max(1, row.products) if row.staged else 0)
