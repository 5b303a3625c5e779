"""One transfer with everything that is recorded of it, and what closing the books would take in."""

from datetime import datetime, timedelta

from django.db import connection

from entrepot.kernel.money import Money
from entrepot.ledger.queries.entries import entries_where
from entrepot.ledger.terms import Closing, ClosingSum, Entry, Record


def transfer_at(*, key: str) -> int | None:
    """The id of the transfer with this key; of a row that ended a promise, the promise's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(pending_id, id) FROM ledger_transfer WHERE key = %s", [key])
        row = cursor.fetchone()
    return row[0] if row else None


def record(*, transfer_id: int) -> Record | None:
    """One transfer with its group, what ended it and the batch that sealed it; of an ending, its promise's record.

    None when there is no such transfer, or a clamped one moved nothing.
    """
    found = entries_where(
        where="t.id = (SELECT coalesce(pending_id, id) FROM ledger_transfer WHERE id = %s)", values=[transfer_id]
    )
    if not found:
        return None
    (entry,) = found
    # A group is written in one statement, so its moment of recording finds it without an index of its own.
    group = entries_where(
        where="t.recorded_at = %s AND t.group_key = %s ORDER BY t.id", values=[entry.recorded_at, entry.group]
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT expires_at, asked_minor FROM ledger_transfer WHERE id = %s", [entry.id])
        expires_at, asked = cursor.fetchone()
        cursor.execute("SELECT key, effective_at FROM ledger_transfer WHERE pending_id = %s", [entry.id])
        ending = cursor.fetchone() or ("", None)
        cursor.execute(
            """SELECT id, encode(hash, 'hex'), sealed_at FROM ledger_batch
                WHERE sealed_at >= %s AND transfer_ids @> ARRAY[%s::bigint] ORDER BY id LIMIT 1""",
            [entry.recorded_at - timedelta(minutes=5), entry.id],
        )
        batch = cursor.fetchone() or (None, "", None)
    return Record(
        entry=entry,
        group=group,
        expires_at=expires_at,
        asked=None if asked is None else Money(asked, entry.amount.currency),
        ending_key=ending[0],
        ending_effective_at=ending[1],
        batch=batch[0],
        batch_hash=batch[1],
        sealed_at=batch[2],
    )


def closed_until() -> datetime | None:
    """Up to when the books are closed; none when they never were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(until) FROM ledger_period")
        row = cursor.fetchone()
    closed: datetime | None = row[0]
    return closed


def closing(*, until: datetime, limit: int = 20) -> Closing:
    """What closing the books up to `until` would take in: sums by currency, and the promises that are still open.

    open: the oldest `limit` of those promises.
    """
    closed = closed_until()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT currency, count(*) FILTER (WHERE state = 'posted'),
                      coalesce(sum(amount_minor) FILTER (WHERE state = 'posted'), 0)::bigint,
                      count(*) FILTER (WHERE promised), coalesce(sum(amount_minor) FILTER (WHERE promised), 0)::bigint
                 FROM (SELECT t.currency, t.state, t.amount_minor, o.transfer_id IS NOT NULL AS promised
                         FROM ledger_transfer t LEFT JOIN ledger_open o ON o.transfer_id = t.id
                        WHERE t.effective_at < %s AND (%s::timestamptz IS NULL OR t.effective_at >= %s
                              OR o.transfer_id IS NOT NULL)) AS moved
                GROUP BY currency ORDER BY currency""",
            [until, closed, closed],
        )
        sums = tuple(
            ClosingSum(posted, Money(minor, currency), promised, Money(owing, currency))
            for currency, posted, minor, promised, owing in cursor.fetchall()
        )
    return Closing(closed, until, sums, _still_open(until, limit))


def _still_open(until: datetime, limit: int) -> tuple[Entry, ...]:
    return entries_where(
        where="t.id IN (SELECT transfer_id FROM ledger_open) AND t.effective_at < %s ORDER BY t.id LIMIT %s",
        values=[until, limit],
    )
