"""Taking lines in: theirs from a report, ours from the ledger's sealed batches."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from django.db import connection, transaction

from entrepot.base import arrays
from entrepot.base.identity import new_reference
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Passage
from entrepot.payments import queries as payments
from entrepot.reconciliation import models, queries
from entrepot.reconciliation.rules import PLACES, book_lines, mark_key, report_of
from entrepot.reconciliation.terms import BookLine, Place, ReadLine, ReadReport, Report, Side

# One reader and one matcher at a time; a second one waits and then finds nothing left to do.
LOCK: Final = "SELECT pg_advisory_xact_lock(4711040)"
_NAME_MAX: Final = 120

# Lines that are known already stay as they are.
_ITEMS: Final = """
INSERT INTO reconciliation_item (place, side, number, kind, mark, source, reference, amount_minor, currency, at, day, text,
                                 report_id, line, transfer_ids)
SELECT %s, %s, number, kind, CASE WHEN %s = 'bank' THEN '' ELSE kind END, source, reference, amount, currency, at,
       (at AT TIME ZONE 'UTC')::date, text, %s, line, transfers::bigint[]
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::timestamptz[], %s::text[],
              %s::integer[], %s::text[])
       AS l(number, kind, source, reference, amount, currency, at, text, line, transfers)
    ON CONFLICT (place, side, number) DO NOTHING
RETURNING number
"""
_STATED: Final = """
INSERT INTO reconciliation_stated (place, currency, day, report_id, opening_minor, closing_minor)
SELECT %s, currency, day, %s, opening, closing
  FROM unnest(%s::text[], %s::date[], %s::bigint[], %s::bigint[]) AS s(currency, day, opening, closing)
    ON CONFLICT (place, currency, day) DO UPDATE
   SET report_id = excluded.report_id, opening_minor = excluded.opening_minor, closing_minor = excluded.closing_minor
"""


@transaction.atomic
def take_report(*, name: str, body: bytes, user_id: int | None, at: datetime) -> Report:
    """Take a report or a statement in; gives it with what was new and which lines could not be read.

    The same bytes again change nothing and give what was taken first. Raises ReportUnreadable, StatementUnbalanced.
    """
    digest = hashlib.sha256(body).hexdigest()
    known = queries.report_by_digest(digest=digest)
    if known is not None:
        return known
    read = report_of(body=body)
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    known = queries.report_by_digest(digest=digest)
    if known is not None:
        return known
    row = models.ReportRow.objects.create(
        ref=new_reference("rep"), place=read.place, form=read.form, name=name[:_NAME_MAX], digest=digest,
        lines=len(read.lines) + len(read.faults), taken=0,
        faults=[[one.line, one.field, one.said] for one in read.faults], user_id=user_id, at=at,
    )  # fmt: skip
    row.taken = _write_items(read.place, Side.THEIRS, read.lines, report_id=row.id)
    row.save(update_fields=["taken"])
    _write_stated(read, row.id)
    return queries.report(ref=row.ref)


@transaction.atomic
def read_books(*, batches: int = 200) -> int:
    """Write down what the ledger's batches moved at the provider and at the bank; gives how many batches were read.

    Each batch once and in order, wherever an earlier run was stopped. SQL budget: 5 for each batch.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    position, _ = models.PositionRow.objects.get_or_create(id=1, defaults={"batch": 0})
    for count in range(batches):
        following = ledger.sealed_passages(kinds=sorted(PLACES.values()), after=position.batch)
        if following is None:
            return count
        batch, passages = following
        lines = _book_lines(passages)
        for place in Place:
            _write_items(place, Side.BOOKS, [line for line in lines if line.place is place], report_id=None)
        position.batch = batch
        position.save(update_fields=["batch"])
    return batches


def _book_lines(passages: Sequence[Passage]) -> tuple[BookLine, ...]:
    wanted: dict[str, set[int]] = {"payment": set(), "refund": set(), "payout": set(), "chargeback": set()}
    for passage in passages:
        noun, _, number = mark_key(passage=passage).partition("/")
        if number:
            wanted[noun].add(int(number))
    found = payments.marks(
        payments=sorted(wanted["payment"]), refunds=sorted(wanted["refund"]), payouts=sorted(wanted["payout"]),
        chargebacks=sorted(wanted["chargeback"]),
    )  # fmt: skip
    return book_lines(passages=passages, marks=found)


def _write_items(place: Place, side: Side, lines: Iterable[ReadLine | BookLine], *, report_id: int | None) -> int:
    every = list(lines)
    if not every:
        return 0
    theirs = [line if isinstance(line, ReadLine) else None for line in every]
    transfers = [line.transfers if isinstance(line, BookLine) else () for line in every]
    with connection.cursor() as cursor:
        cursor.execute(
            _ITEMS,
            [
                place.value, side.value, place.value, report_id,
                arrays.texts([line.number for line in every]),
                arrays.texts([line.kind.value for line in every]),
                arrays.texts([line.source for line in every]),
                arrays.texts([line.reference for line in every]),
                arrays.bigints([line.amount.minor for line in every]),
                arrays.texts([line.amount.currency for line in every]),
                arrays.texts([line.at.astimezone(UTC).isoformat() for line in every]),
                arrays.texts([one.text if one else "" for one in theirs]),
                arrays.bigints([one.line if one else None for one in theirs]),
                arrays.texts([arrays.bigints(ids) for ids in transfers]),
            ],
        )  # fmt: skip
        return len(cursor.fetchall())


def _write_stated(read: ReadReport, report_id: int) -> None:
    latest = {(one.opening.currency, one.day): one for one in read.stated}
    every = list(latest.values())
    if not every:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _STATED,
            [
                read.place.value, report_id,
                [one.opening.currency for one in every], [one.day for one in every],
                [one.opening.minor for one in every], [one.closing.minor for one in every],
            ],
        )  # fmt: skip
