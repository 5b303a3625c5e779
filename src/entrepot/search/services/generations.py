"""Building the next index beside the one that serves, and putting it in its place in one step.

The pointer on disk is the truth about what serves; the rows say what is being built and what changed meanwhile.
Whatever is killed at whatever moment: the pointer names a whole generation, and `tidy_generations` puts the rest right.
"""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from entrepot.base.identity import new_reference
from entrepot.kernel.must import must
from entrepot.search.models import ChangeRow, GenerationRow
from entrepot.search.queries import generations
from entrepot.search.services.writer import TantivyWriter, create_index
from entrepot.search.terms import EDITION, Entry, Generation, RebuildRunning

# Advisory locks: one feeds or swaps at a time (within a transaction); one builds at a time (for a session).
_FEED: Final = 0x656E7472_00000001
_BUILD: Final = 0x656E7472_00000002
_REPLAY: Final = 500

# Listing ids in; what to index of those on sale, and the ids of those that no longer are.
Reader = Callable[[Sequence[int]], tuple[list[Entry], list[int]]]


def claim_building() -> None:
    """Be the only one that builds, until `end_building` or the end of the session. Raises RebuildRunning."""
    if not _fetched("SELECT pg_try_advisory_lock(%s)", _BUILD):
        raise RebuildRunning


def end_building() -> None:
    """Let others build."""
    _fetched("SELECT pg_advisory_unlock(%s)", _BUILD)


@transaction.atomic
def start_generation(*, at: datetime) -> Generation:
    """An empty generation to build, beside the serving one; from now on changes are remembered for it.

    The builder's claim is held, so whatever an earlier builder left unfinished is thrown away.
    """
    tidy_generations()
    known = GenerationRow.objects.order_by("-number").values_list("number", flat=True).first() or 0
    on_disk = [int(path.name[4:]) for path in generations.root().glob("gen-*") if path.name[4:].isdigit()]
    number = max([known, *on_disk]) + 1
    row = GenerationRow(number=number, mark=new_reference("idx"), state="building", started_at=at)
    create_index(path=generations.place(number=number))
    row.save(force_insert=True)
    return Generation(number, generations.place(number=number))


@transaction.atomic
def tidy_generations() -> None:
    """Make rows and folders agree with the pointer; for whoever holds the builder's claim.

    A generation that serves by the pointer serves by its row; unfinished ones go with their changes; folders that
    nothing names go; a pointer to another database's index goes too.
    """
    pointed = generations.pointed()
    if pointed:
        row = GenerationRow.objects.filter(number=pointed[0].number, mark=pointed[1]).first()
        if row is None:
            generations.pointer().unlink()
            pointed = None
        elif row.state == "building":
            GenerationRow.objects.filter(number=row.number).update(state="serving", served_at=row.started_at)
    serving = pointed[0].number if pointed else 0
    GenerationRow.objects.exclude(number=serving).exclude(state="gone").update(state="gone")
    ChangeRow.objects.all().delete()
    for path in generations.root().glob("gen-*"):
        if path != generations.place(number=serving):
            shutil.rmtree(path, ignore_errors=True)


def hold_feed() -> None:
    """Be the only one that feeds the index or swaps it, to the end of the transaction."""
    must(connection.in_atomic_block, "the feed is held within a transaction")
    _fetched("SELECT pg_advisory_xact_lock(%s) IS NULL", _FEED)


@transaction.atomic
def note_changes(*, listing_ids: Sequence[int]) -> None:
    """Remember that these changed, when a generation is being built: it may have passed them already."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO search_change (number, listing_id)
               SELECT g.number, changed.id FROM search_generation g, unnest(%s::bigint[]) AS changed (id)
                WHERE g.state = 'building' ON CONFLICT DO NOTHING""",
            [list(listing_ids)],
        )


@transaction.atomic
def replay_changes(*, generation: Generation, writer: TantivyWriter, reader: Reader) -> int:
    """Write again what changed since the generation was begun; how many were written, at most 500."""
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM search_change WHERE id IN (
                   SELECT id FROM search_change WHERE number = %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
               RETURNING listing_id""",
            [generation.number, _REPLAY],
        )
        changed = [row[0] for row in cursor.fetchall()]
    if changed:
        entries, gone = reader(changed)
        writer.upsert(entries)
        writer.delete(gone)
    return len(changed)


@transaction.atomic
def serve_generation(*, generation: Generation, writer: TantivyWriter, reader: Reader, at: datetime) -> int:
    """Put a built generation in the place of the serving one; how many listings it holds.

    The feed stands still meanwhile, the last changes are written, and the pointer is replaced as the very last step:
    killed before it, the old one serves; killed after it, the new one.
    """
    hold_feed()
    while replay_changes(generation=generation, writer=writer, reader=reader):
        pass
    writer.commit()
    writer.close()
    row = GenerationRow.objects.filter(number=generation.number, state="building").first()
    must(row, "the generation was given up while it was built")
    documents = generations.documents_in(generation=generation)
    GenerationRow.objects.filter(state="serving").update(state="gone")
    GenerationRow.objects.filter(number=generation.number).update(state="serving", served_at=at, documents=documents)
    _point(generation, mark=row.mark if row else "")
    return documents


def _point(generation: Generation, *, mark: str) -> None:
    target = generations.pointer()
    fresh = target.with_suffix(".new")
    with fresh.open("w") as out:
        json.dump({"generation": generation.number, "edition": EDITION, "mark": mark}, out)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _fetched(sql: str, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [key])
        row = cursor.fetchone()
    return bool(row and row[0])
