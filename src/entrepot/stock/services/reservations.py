"""The life of a reservation: held, committed, issued or released."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from entrepot.base.outbox import News, tell_all
from entrepot.base.owners import across_owners
from entrepot.kernel.must import must
from entrepot.stock.rules import combined, worth_telling
from entrepot.stock.terms import CHANGED, Lacking, NotArrived, OverLimit, ReservationLost, SoldOut, TicketNeeded, Wanted

_RESERVE: Final = """
SELECT answer, merchant_id, variant_id, wanted, have
  FROM stock_reserve(%s::bigint[], %s::bigint[], %s::integer[], %s::boolean[], %s, %s, %s, %s)
"""
_LAPSED: Final = """
SELECT DISTINCT r.order_id, r.merchant_id FROM stock_reservation r
 WHERE r.order_id IN (SELECT order_id FROM stock_reservation
                       WHERE state = 'held' AND NOT bound AND expires_at <= %s AND (%s OR variant_id = ANY(%s))
                       ORDER BY expires_at LIMIT %s)
   AND r.state = 'held'
"""
# The positions first, since those who cancel hold them before they come to the reservations.
_LOCK: Final = """
SELECT p.id FROM stock_position p
 WHERE p.merchant_id = ANY(%s) AND (p.merchant_id, p.variant_id) IN
       (SELECT merchant_id, variant_id FROM stock_reservation
         WHERE merchant_id = ANY(%s) AND order_id = ANY(%s) AND state = 'held')
 ORDER BY p.id FOR NO KEY UPDATE
"""
_BIND: Final = """
WITH held AS MATERIALIZED (
  SELECT id, merchant_id FROM stock_reservation
   WHERE merchant_id = ANY(%s) AND order_id = %s AND state = 'held' ORDER BY id FOR NO KEY UPDATE
)
UPDATE stock_reservation r SET bound = true, expires_at = %s FROM held
 WHERE r.merchant_id = ANY(%s) AND r.id = held.id
RETURNING r.merchant_id
"""
_RELEASE: Final = "SELECT merchant_id, variant_id, back, free FROM stock_release(%s::bigint[], %s::bigint[], %s)"


@transaction.atomic(savepoint=False)
def commit_lightly() -> None:
    """Let the transaction around this commit without waiting for the disk.

    Only for reservations: the order that follows commits durably behind them in the same log, and a reservation
    lost in a crash is one that no order refers to.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


@transaction.atomic(savepoint=False)
def reserve_stock(
    *, order_id: int, lines: Sequence[Wanted], until: datetime, at: datetime, shopper_id: int = 0
) -> None:
    """Promise all lines to one order, or none; for an order that already holds its goods nothing changes.

    until: when the promise lapses unless `bind_reservations` has said that the order is written. Raises SoldOut with
    what lacks, OverLimit with what the shopper may not have so many of, TicketNeeded for an article under a flash sale;
    lapsed promises of others may be freed first, see `free_lapsed_reservations`.
    """
    wanted = combined(lines)
    articles = [one.merchant_id for one in wanted], [one.variant_id for one in wanted]
    asked = [one.quantity for one in wanted], [one.ahead for one in wanted]
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [*articles, *asked, order_id, shopper_id, until, at])
        answers = sorted(cursor.fetchall())
    if any(row[0] == "queued" for row in answers):
        raise TicketNeeded
    over = tuple(Lacking(*row[1:5]) for row in answers if row[0] == "limited")
    if over:
        raise OverLimit(lacking=over)
    lacking = tuple(Lacking(*row[1:5]) for row in answers if row[0] == "lacking")
    if lacking:
        raise SoldOut(lacking=lacking)
    taken, written = next((row[3], row[4]) for row in answers if row[0] == "counted")
    must(taken == written, "whatever was taken has its reservation")
    tell_all([News(CHANGED, row[2], row[1]) for row in answers if row[0] == "emptied"], at=at)


@transaction.atomic(savepoint=False)
def bind_reservations(*, order_id: int, merchant_ids: Sequence[int], until: datetime) -> None:
    """The order is being written: its reservations no longer lapse by themselves.

    until: when the order expires unpaid. Raises ReservationLost when some lapsed and were freed before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BIND, [list(merchant_ids), order_id, until, list(merchant_ids)])
        if {row[0] for row in cursor.fetchall()} != set(merchant_ids):
            raise ReservationLost


@transaction.atomic(savepoint=False)
def commit_reservations(*, order_id: int, merchant_ids: Sequence[int], at: datetime) -> int:
    """The order is paid: its goods are no longer released by expiry. Answers how many reservations it has.

    Leaves the counters alone (the goods still lie there, promised), so that payments of one hot article do not
    queue for its row. Who waits for goods gets them in the order of these moments. Repeats change nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE stock_reservation SET state = 'committed', committed_at = coalesce(committed_at, %s)
                WHERE merchant_id = ANY(%s) AND order_id = %s AND state IN ('held', 'committed')""",
            [at, list(merchant_ids), order_id],
        )
        return int(cursor.rowcount)


@transaction.atomic
def issue_stock(*, order_id: int, merchant_id: int, variant_ids: Sequence[int], at: datetime, actor: str = "") -> int:
    """The merchant hands over these articles of a paid order: they leave the place. Answers the pieces that left.

    An article that stands in two consignments of the merchant leaves with the first of them. Repeats change nothing
    and answer 0. Raises NotArrived while some of them are still to come.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stock_issue(%s, %s, %s::bigint[], %s, %s)", [merchant_id, order_id, list(variant_ids), at, actor]
        )
        gone = int(cursor.fetchone()[0])
    if gone < 0:
        raise NotArrived(pieces=-gone)
    return gone


@transaction.atomic
def release_reservations(*, order_ids: Sequence[int], merchant_ids: Sequence[int], at: datetime) -> int:
    """Goods promised to these orders go back on sale. Answers how many pieces; repeats change nothing and answer 0.

    Goods that have left stay gone: they come back as a return.
    """
    return _release(order_ids=list(order_ids), merchant_ids=list(merchant_ids), lapsed_only=False, at=at)


@transaction.atomic
def free_lapsed_reservations(*, at: datetime, variant_ids: Sequence[int] = (), limit: int = 500) -> int:
    """Free what orders that were never written hold past its time; answers how many pieces.

    Whole orders at once, at most `limit` of them. variant_ids: only orders that hold one of these.
    """
    with across_owners("orders that were never written may hold goods of many merchants"):
        with connection.cursor() as cursor:
            cursor.execute(_LAPSED, [at, not variant_ids, list(variant_ids), limit])
            rows = cursor.fetchall()
            order_ids, merchant_ids = list({row[0] for row in rows}), list({row[1] for row in rows})
            if not rows:
                return 0
            cursor.execute(_LOCK, [merchant_ids, merchant_ids, order_ids])
            # Binding locks the same rows in the same order: one of the two finds the other's work done.
            cursor.execute(
                """SELECT id FROM stock_reservation WHERE merchant_id = ANY(%s) AND order_id = ANY(%s)
                    ORDER BY id FOR NO KEY UPDATE""",
                [merchant_ids, order_ids],
            )
        return _release(order_ids=order_ids, merchant_ids=merchant_ids, lapsed_only=True, at=at)


def _release(*, order_ids: list[int], merchant_ids: list[int], lapsed_only: bool, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [merchant_ids, order_ids, at if lapsed_only else None])
        freed = cursor.fetchall()
    again = [
        News(CHANGED, variant, owner)
        for owner, variant, back, free in freed
        if worth_telling(before=int(free) - int(back), after=int(free))
    ]
    tell_all(again, at=at)
    return sum(int(row[2]) for row in freed)
