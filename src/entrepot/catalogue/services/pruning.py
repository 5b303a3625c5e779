"""Removing merchants' product files that were taken in long ago."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from entrepot.base.identity import new_reference
from entrepot.catalogue import models
from entrepot.catalogue.queries.imports import feed_path, rejected_lines, rejected_rows, rejects_path
from entrepot.catalogue.terms import ImportTrouble


def prune_feeds(*, ended_before: datetime) -> int:
    """Remove the files whose every import ended before that moment; gives how many.

    The rows that did not go in are written beside first, so that they can be downloaded as before. A crash in between
    leaves the file, and the next time removes it.
    """
    count = 0
    for merchant_id, file in _old_files(ended_before):
        runs = list(models.ImportRun.objects.filter(merchant_id=merchant_id, sha256=file.name))
        if any(run.ended_at is None or run.ended_at >= ended_before for run in runs):
            continue
        for run in runs:
            _keep_rejects(run)
        # The same file may have come in again meanwhile.
        if file.exists() and file.stat().st_mtime < ended_before.timestamp():
            file.unlink()
            count += 1
    return count


def _old_files(before: datetime) -> Iterator[tuple[int, Path]]:
    for folder in sorted((Path(settings.HOME) / "feeds").glob("[0-9]*")):
        for file in sorted(folder.iterdir()):
            if len(file.name) == 64 and file.stat().st_mtime < before.timestamp():
                yield int(folder.name), file


def _keep_rejects(run: models.ImportRun) -> None:
    kept = rejects_path(merchant_id=run.merchant_id, ref=run.ref)
    if kept.exists() or not feed_path(merchant_id=run.merchant_id, sha256=run.sha256).exists():
        return
    beside = kept.with_name(f"{new_reference('tmp')}.part")
    lines = rejected_lines(merchant_id=run.merchant_id, run_id=run.id)
    try:
        with beside.open("w", encoding="utf-8") as out:
            for line, cells in rejected_rows(run=run, lines=lines):
                out.write(json.dumps([line, cells], ensure_ascii=False) + "\n")
    except ImportTrouble:
        # A file that could not be read has no rows to give back, then as now.
        beside.unlink(missing_ok=True)
        return
    beside.replace(kept)
