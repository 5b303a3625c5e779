"""Import runs: taking a file in, keeping what its reading found, ending, failing and undoing a run."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction

from entrepot.base.idempotency import KeyReused
from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import defer
from entrepot.catalogue import models
from entrepot.catalogue.queries.imports import feed_path
from entrepot.catalogue.rules.feed_bytes import ENCODINGS, FILE_MAX, inspect
from entrepot.catalogue.rules.feed_headings import Headings
from entrepot.catalogue.services.copying import copy_rows, json_of
from entrepot.catalogue.terms import Finding, ImportState, ImportTrouble, ImportUnknown, NotUndoable, Severity
from entrepot.channels import queries as channels
from entrepot.channels.rules import must_admit
from entrepot.parties import queries as parties


@transaction.atomic
def open_import(  # noqa: PLR0913 - one argument for each thing the upload form asks
    *,
    merchant_id: int,
    file: BinaryIO,
    filename: str,
    currency: str,
    channel: str,
    at: datetime,
    key: str,
    encoding: str = "",
) -> str:
    """Take in a merchant's file, queue its import and answer the run's reference; the same key again answers the same.

    currency: of the prices, which the file does not name. encoding: one of ENCODINGS, or empty to recognise it.
    Raises ImportTrouble at once for what is no CSV file, NotAdmitted, ChannelUnknown, KeyReused for another file.
    """
    _check(merchant_id=merchant_id, currency=currency, channel=channel, encoding=encoding)
    inspect(file)
    digest, size = _kept(merchant_id=merchant_id, file=file)
    row, made = models.ImportRun.objects.get_or_create(
        merchant_id=merchant_id,
        key=key,
        defaults={
            "id": new_id(owner=merchant_id),
            "ref": new_reference("imp"),
            "state": ImportState.QUEUED,
            "filename": Path(filename).name[:255] or "products.csv",
            "sha256": digest,
            "size_bytes": size,
            "channel": channel,
            "currency": currency,
            "encoding": encoding,
            "opened_at": at,
        },
    )
    if not made and row.sha256 != digest:
        raise KeyReused
    if made:
        defer("feeds.run", queue="feeds", merchant_id=merchant_id, run_id=row.id)
    return row.ref


@transaction.atomic
def start_import(*, merchant_id: int, run_id: int, encoding: str, headings: Headings) -> int:
    """Say that the run works, under these headings; answers the line its reading goes on behind.

    What was staged is scratch that a crash of the server may have emptied: then reading starts anew.
    """
    row = _locked(merchant_id=merchant_id, run_id=run_id)
    models.ImportRun.objects.filter(merchant_id=merchant_id, id=run_id).update(
        state=ImportState.RUNNING,
        encoding=encoding,
        dialect=headings.dialect,
        headings=list(headings.cells),
        partial=headings.partial,
    )
    if row.staged_count != staged_count(merchant_id=merchant_id, run_id=run_id):
        forget_staged(merchant_id=merchant_id, run_id=run_id)
        models.ImportRow.objects.filter(merchant_id=merchant_id, run_id=run_id, half=1).delete()
        models.ImportRun.objects.filter(merchant_id=merchant_id, id=run_id).update(
            staged=False, staged_line=0, staged_count=0, bytes_read=0, rows_read=0, rows_rejected=0
        )
        return 0
    return row.staged_line


@transaction.atomic
def fail_import(*, merchant_id: int, run_id: int, trouble: ImportTrouble, at: datetime) -> None:
    """End a run that cannot go on, saying why. What chunks before wrote stays. Repeating changes nothing."""
    row = _locked(merchant_id=merchant_id, run_id=run_id)
    if row.state not in {ImportState.QUEUED, ImportState.RUNNING}:
        return
    models.ImportRun.objects.filter(merchant_id=merchant_id, id=run_id).update(
        state=ImportState.FAILED, ended_at=at, trouble=trouble.why, trouble_facts=dict(trouble.details)
    )
    forget_staged(merchant_id=merchant_id, run_id=run_id)


@transaction.atomic
def begin_undo(*, merchant_id: int, ref: str) -> None:
    """Queue the undoing of a finished run; while one is on its way nothing changes. Raises NotUndoable, ImportUnknown."""
    found = models.ImportRun.objects.filter(merchant_id=merchant_id, ref=ref).values_list("id", flat=True).first()
    if found is None:
        raise ImportUnknown
    row = _locked(merchant_id=merchant_id, run_id=found)
    if row.state in {ImportState.UNDOING, ImportState.UNDONE}:
        return
    if row.state not in {ImportState.DONE, ImportState.FAILED}:
        raise NotUndoable
    models.ImportRun.objects.filter(merchant_id=merchant_id, id=row.id).update(state=ImportState.UNDOING)
    defer("feeds.undo", queue="feeds", merchant_id=merchant_id, run_id=row.id)


def claim_import(*, run_id: int) -> bool:
    """Whether this process is the one that works on the run, until `release_import` or its end, however it comes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [run_id])
        (claimed,) = cursor.fetchone()
    return bool(claimed)


def release_import(*, run_id: int) -> None:
    """Let another process go on with the run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [run_id])


def newly_rejected(*, merchant_id: int, run_id: int, findings: Iterable[Finding]) -> int:
    """How many lines these findings reject that the report does not reject already: a row is counted once."""
    lines = {said.line for said in findings if said.severity is Severity.ERROR}
    if not lines:
        return 0
    known = models.ImportRow.objects.filter(
        merchant_id=merchant_id, run_id=run_id, severity=Severity.ERROR, line__in=lines
    )
    return len(lines - set(known.values_list("line", flat=True)))


def put_findings(*, merchant_id: int, run_id: int, findings: Iterable[Finding], half: int) -> None:
    """Write findings into the run's report. half: 1 of reading, 2 of writing."""
    copy_rows(
        table="catalogue_importrow",
        columns=("id", "merchant_id", "run_id", "line", "handle", "field", "code", "severity", "facts", "half"),
        rows=(
            (
                new_id(owner=merchant_id), merchant_id, run_id, said.line, said.handle, said.field, said.code,
                said.severity.value, json_of(value=said.facts), half,
            )
            for said in findings
        ),
    )  # fmt: skip


def staged_count(*, merchant_id: int, run_id: int) -> int:
    """How many rows of the run lie staged."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT count(*) FROM catalogue_stagedlisting WHERE merchant_id = %(m)s AND run_id = %(r)s)
                    + (SELECT count(*) FROM catalogue_stagedvariant WHERE merchant_id = %(m)s AND run_id = %(r)s)
                    + (SELECT count(*) FROM catalogue_stagedpicture WHERE merchant_id = %(m)s AND run_id = %(r)s)""",
            {"m": merchant_id, "r": run_id},
        )
        (count,) = cursor.fetchone()
    return int(count)


def forget_staged(*, merchant_id: int, run_id: int) -> None:
    """Empty the run's scratch."""
    for table in (models.StagedListing, models.StagedVariant, models.StagedPicture):
        table._default_manager.filter(merchant_id=merchant_id, run_id=run_id).delete()  # noqa: SLF001 - Django's own name for it


def _check(*, merchant_id: int, currency: str, channel: str, encoding: str) -> None:
    known = channels.channel(slug=channel)
    merchant = parties.merchant(merchant_id=merchant_id)
    must_admit(channel=known, verified=merchant.verified)
    allowed = dict.fromkeys((merchant.currency, *known.currencies))
    if currency not in allowed:
        raise ImportTrouble("feed.currency", currency=currency, channel=channel, allowed=", ".join(allowed))
    if encoding and encoding not in ENCODINGS:
        raise ImportTrouble("feed.encoding_unknown", encoding=encoding)


def _kept(*, merchant_id: int, file: BinaryIO) -> tuple[str, int]:
    """Copy the file into the market's private folder under its digest. Raises ImportTrouble when it is too large."""
    folder = Path(settings.HOME) / "feeds" / str(merchant_id)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{new_reference('tmp')}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with beside.open("wb") as out:
            while piece := file.read(1 << 20):
                size += len(piece)
                if size > FILE_MAX:
                    raise ImportTrouble("feed.too_large", megabytes=FILE_MAX >> 20)
                digest.update(piece)
                out.write(piece)
        beside.replace(feed_path(merchant_id=merchant_id, sha256=digest.hexdigest()))
    finally:
        beside.unlink(missing_ok=True)
    return digest.hexdigest(), size


def _locked(*, merchant_id: int, run_id: int) -> models.ImportRun:
    row = models.ImportRun.objects.select_for_update(no_key=True).filter(merchant_id=merchant_id, id=run_id).first()
    if row is None:
        raise ImportUnknown
    return row
