"""Writes: places, counted goods, and the life of a reservation (held, committed, issued or released)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import News, tell_all
from entrepot.base.owners import across_owners
from entrepot.kernel.must import must
from entrepot.parties import queries as parties
from entrepot.stock import models, queries
from entrepot.stock.rules import combined, worth_telling
from entrepot.stock.terms import (
    CHANGED,
    BelowPromised,
    BelowReserved,
    Lacking,
    NoPlace,
    PlaceId,
    Reason,
    ReservationLost,
    SoldOut,
    Wanted,
)

_Why = tuple[datetime, Reason, int, str]

# Locks the positions in id order, spreads the demand over a merchant's places in that order, and books either the
# whole order or nothing. What an order already holds is not booked again.
_RESERVE = """
WITH wanted AS MATERIALIZED (
  SELECT merchant_id, variant_id, quantity
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS w(merchant_id, variant_id, quantity)
   WHERE NOT EXISTS (SELECT FROM stock_reservation r
                      WHERE r.merchant_id = ANY(%s) AND r.order_id = %s AND r.state IN ('held', 'committed'))
), locked AS MATERIALIZED (
  SELECT id, merchant_id, variant_id, place_id, on_hand - reserved AS free
    FROM stock_position WHERE merchant_id = ANY(%s) AND variant_id = ANY(%s)
   ORDER BY id FOR NO KEY UPDATE
), shared AS (
  SELECT l.id, l.merchant_id, l.variant_id, l.place_id, w.quantity AS wanted, l.free,
         sum(l.free) OVER (PARTITION BY l.merchant_id, l.variant_id ORDER BY l.id) - l.free AS before
    FROM locked l JOIN wanted w ON w.merchant_id = l.merchant_id AND w.variant_id = l.variant_id
), lacking AS MATERIALIZED (
  SELECT w.merchant_id, w.variant_id, w.quantity, coalesce(sum(l.free), 0) AS free
    FROM wanted w LEFT JOIN locked l ON l.merchant_id = w.merchant_id AND l.variant_id = w.variant_id
   GROUP BY 1, 2, 3 HAVING coalesce(sum(l.free), 0) < w.quantity
), booked AS (
  UPDATE stock_position p SET reserved = p.reserved + least(s.free, s.wanted - s.before)
    FROM shared s
   WHERE p.merchant_id = s.merchant_id AND p.id = s.id AND least(s.free, s.wanted - s.before) > 0
     AND NOT EXISTS (SELECT FROM lacking)
  RETURNING p.merchant_id, p.variant_id, p.place_id, least(s.free, s.wanted - s.before) AS quantity
), written AS (
  INSERT INTO stock_reservation (merchant_id, order_id, variant_id, place_id, quantity, state, bound, expires_at)
  SELECT merchant_id, %s, variant_id, place_id, quantity, 'held', false, %s FROM booked
  ON CONFLICT (merchant_id, order_id, variant_id, place_id)
  DO UPDATE SET quantity = EXCLUDED.quantity, state = 'held', bound = false, expires_at = EXCLUDED.expires_at
   WHERE stock_reservation.state = 'released'
  RETURNING 1
)
SELECT 'lacking', merchant_id, variant_id, quantity, free FROM lacking
UNION ALL
SELECT 'emptied', merchant_id, variant_id, wanted, 0 FROM shared
 WHERE NOT EXISTS (SELECT FROM lacking) GROUP BY 2, 3, 4 HAVING sum(free) = wanted
UNION ALL
SELECT 'counted', 0, 0, (SELECT count(*) FROM booked), (SELECT count(*) FROM written)
"""

# Positions are locked in id order before; reservations move and counters follow in one statement.
_LOCK = """
SELECT p.id FROM stock_position p
 WHERE p.merchant_id = ANY(%s) AND (p.merchant_id, p.variant_id, p.place_id) IN
       (SELECT merchant_id, variant_id, place_id FROM stock_reservation
         WHERE merchant_id = ANY(%s) AND order_id = ANY(%s) AND state = ANY(%s))
 ORDER BY p.id FOR NO KEY UPDATE
"""
_RELEASE = """
WITH freed AS (
  UPDATE stock_reservation SET state = 'released'
   WHERE merchant_id = ANY(%s) AND order_id = ANY(%s) AND state IN ('held', 'committed')
     AND (%s OR (state = 'held' AND NOT bound AND expires_at <= %s))
  RETURNING merchant_id, variant_id, place_id, quantity
), due AS (
  SELECT merchant_id, variant_id, place_id, sum(quantity) AS quantity FROM freed GROUP BY 1, 2, 3
)
UPDATE stock_position p SET reserved = p.reserved - due.quantity FROM due
 WHERE p.merchant_id = due.merchant_id AND p.variant_id = due.variant_id AND p.place_id = due.place_id
RETURNING p.merchant_id, p.variant_id, due.quantity
"""
_LAPSED = """
SELECT DISTINCT r.order_id, r.merchant_id FROM stock_reservation r
 WHERE r.order_id IN (SELECT order_id FROM stock_reservation
                       WHERE state = 'held' AND NOT bound AND expires_at <= %s AND (%s OR variant_id = ANY(%s))
                       ORDER BY expires_at LIMIT %s)
   AND r.state = 'held'
"""
_BIND = """
WITH held AS MATERIALIZED (
  SELECT id, merchant_id FROM stock_reservation
   WHERE merchant_id = ANY(%s) AND order_id = %s AND state = 'held' ORDER BY id FOR NO KEY UPDATE
)
UPDATE stock_reservation r SET bound = true, expires_at = %s FROM held
 WHERE r.merchant_id = ANY(%s) AND r.id = held.id
RETURNING r.merchant_id
"""
_ISSUE = """
WITH gone AS (
  UPDATE stock_reservation SET state = 'issued'
   WHERE merchant_id = %s AND order_id = %s AND variant_id = ANY(%s) AND state = 'committed'
  RETURNING merchant_id, variant_id, place_id, quantity
), left_place AS (
  UPDATE stock_position p SET on_hand = p.on_hand - gone.quantity, reserved = p.reserved - gone.quantity FROM gone
   WHERE p.merchant_id = gone.merchant_id AND p.variant_id = gone.variant_id AND p.place_id = gone.place_id
  RETURNING p.merchant_id, p.variant_id, p.place_id, gone.quantity
)
INSERT INTO stock_movement (merchant_id, variant_id, place_id, at, reason, delta, about, actor)
SELECT merchant_id, variant_id, place_id, %s, 'sale', -quantity, %s, %s FROM left_place RETURNING delta
"""
_COUNT = """
WITH given AS (
  SELECT id, variant_id, quantity FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS g(id, variant_id, quantity)
), known AS MATERIALIZED (
  SELECT variant_id, on_hand, reserved FROM stock_position
   WHERE merchant_id = %s AND place_id = %s AND variant_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
), fitting AS (
  SELECT g.id, g.variant_id, g.quantity, coalesce(k.on_hand, 0) AS before, coalesce(k.reserved, 0) AS reserved
    FROM given g LEFT JOIN known k ON k.variant_id = g.variant_id
   WHERE k.variant_id IS NULL OR (g.quantity >= k.reserved AND g.quantity <> k.on_hand)
), counted AS (
  INSERT INTO stock_position (id, merchant_id, variant_id, place_id, on_hand, reserved)
  SELECT id, %s, variant_id, %s, quantity, 0 FROM fitting ORDER BY id
  ON CONFLICT (merchant_id, variant_id, place_id) DO UPDATE SET on_hand = EXCLUDED.on_hand
), moved AS (
  INSERT INTO stock_movement (merchant_id, variant_id, place_id, at, reason, delta, about, actor)
  SELECT %s, variant_id, %s, %s, %s, quantity - before, %s, %s FROM fitting WHERE quantity <> before
)
SELECT 'counted', variant_id, before - reserved, quantity - reserved FROM fitting
UNION ALL
SELECT 'refused', g.variant_id, g.quantity, k.reserved
  FROM given g JOIN known k ON k.variant_id = g.variant_id WHERE g.quantity < k.reserved
"""


@transaction.atomic
def open_place(*, merchant_id: int, name: str, country: str, at: datetime) -> PlaceId:
    """A place where the merchant keeps goods; the first one is home. The same name again gives the same place."""
    row, _ = models.Place.objects.get_or_create(
        merchant_id=merchant_id,
        name=name,
        defaults={
            "id": new_id(owner=merchant_id),
            "ref": new_reference("plc"),
            "country": country,
            "created_at": at,
        },
    )
    return PlaceId(row.id)


@transaction.atomic
def set_on_hand_all(
    *,
    merchant_id: int,
    quantities: Sequence[tuple[int, int]],
    at: datetime,
    place_id: int | None = None,
    about: int = 0,
    actor: str = "",
) -> tuple[BelowReserved, ...]:
    """Take over counted quantities of (variant, pieces) at one place, home unless said; repeats change nothing.

    A merchant without a place gets one in its own country. Answers the counts that were not taken over because
    more than that is promised to orders. Raises NoPlace, ValueError for a negative count or a variant named twice.
    about: the import run.
    """
    if not quantities:
        return ()
    place = place_id if place_id is not None else _home(merchant_id=merchant_id, at=at)
    return _count(merchant_id, place, dict(_checked(quantities)), (at, Reason.IMPORT, about, actor))


@transaction.atomic
def adjust_stock(*, merchant_id: int, variant_id: int, place_id: int, quantity: int, at: datetime, actor: str) -> None:
    """Correct what lies at one place to a counted `quantity`; the same count again changes nothing.

    Raises NoPlace, and BelowPromised when more is promised to orders.
    """
    counts = dict(_checked([(variant_id, quantity)]))
    refused = _count(merchant_id, place_id, counts, (at, Reason.ADJUST, 0, actor))
    for one in refused:
        raise BelowPromised(quantity=quantity, reserved=one.reserved)


@transaction.atomic(savepoint=False)
def commit_lightly() -> None:
    """Let the transaction around this commit without waiting for the disk.

    Only for reservations: the order that follows commits durably behind them in the same log, and a reservation
    lost in a crash is one that no order refers to.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


@transaction.atomic(savepoint=False)
def reserve_stock(*, order_id: int, lines: Sequence[Wanted], until: datetime, at: datetime) -> None:
    """Promise all lines to one order, or none; for an order that already holds its goods nothing changes.

    until: when the promise lapses unless `bind_reservations` has said that the order is written. Raises SoldOut with
    what lacks; lapsed promises of others may be freed first, see `free_lapsed_reservations`.
    """
    wanted = combined(lines)
    owners = sorted({one.merchant_id for one in wanted})
    variants = [one.variant_id for one in wanted]
    asked = [[one.merchant_id for one in wanted], variants, [one.quantity for one in wanted]]
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [*asked, owners, order_id, owners, variants, order_id, until])
        answers = sorted(cursor.fetchall())
    booked, written = next((row[3], row[4]) for row in answers if row[0] == "counted")
    must(booked == written, "every booked position has its reservation")
    lacking = tuple(Lacking(row[1], row[2], row[3], int(row[4])) for row in answers if row[0] == "lacking")
    if lacking:
        raise SoldOut(lacking=lacking)
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
def commit_reservations(*, order_id: int, merchant_ids: Sequence[int]) -> int:
    """The order is paid: its goods are no longer released by expiry. Answers how many reservations it has.

    Leaves the counters alone (the goods still lie there, promised), so that payments of one hot article do not
    queue for its row. Repeats change nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE stock_reservation SET state = 'committed'
                WHERE merchant_id = ANY(%s) AND order_id = %s AND state IN ('held', 'committed')""",
            [list(merchant_ids), order_id],
        )
        return int(cursor.rowcount)


@transaction.atomic
def issue_stock(*, order_id: int, merchant_id: int, variant_ids: Sequence[int], at: datetime, actor: str = "") -> int:
    """The merchant hands over these articles of a paid order: they leave the place. Answers the pieces that left.

    An article that stands in two consignments of the merchant leaves with the first of them. Repeats change nothing
    and answer 0.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[merchant_id], [merchant_id], [order_id], ["committed"]])
        cursor.execute(_ISSUE, [merchant_id, order_id, list(variant_ids), at, order_id, actor])
        return -sum(int(row[0]) for row in cursor.fetchall())


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
            cursor.execute(_LOCK, [merchant_ids, merchant_ids, order_ids, ["held"]])
            # Binding locks the same rows in the same order: one of the two finds the other's work done.
            cursor.execute(
                """SELECT id FROM stock_reservation WHERE merchant_id = ANY(%s) AND order_id = ANY(%s)
                    ORDER BY id FOR NO KEY UPDATE""",
                [merchant_ids, order_ids],
            )
        return _release(order_ids=order_ids, merchant_ids=merchant_ids, lapsed_only=True, at=at)


def _release(*, order_ids: list[int], merchant_ids: list[int], lapsed_only: bool, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [merchant_ids, merchant_ids, order_ids, ["held", "committed"]])
        cursor.execute(_RELEASE, [merchant_ids, order_ids, not lapsed_only, at])
        freed = cursor.fetchall()
    back: dict[tuple[int, int], int] = {}
    for merchant_id, variant_id, quantity in freed:
        back[merchant_id, variant_id] = back.get((merchant_id, variant_id), 0) + int(quantity)
    now = queries.available(variant_ids=[variant for _, variant in back], merchant_ids=[owner for owner, _ in back])
    again = [
        News(CHANGED, variant, owner)
        for (owner, variant), pieces in back.items()
        if worth_telling(before=now[variant] - pieces, after=now[variant])
    ]
    tell_all(again, at=at)
    return sum(back.values())


def _home(*, merchant_id: int, at: datetime) -> int:
    place = queries.home(merchant_id=merchant_id)
    if place is not None:
        return place.id
    return open_place(
        merchant_id=merchant_id, name="Main", country=parties.merchant(merchant_id=merchant_id).country, at=at
    )


def _checked(quantities: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    if len({variant for variant, _ in quantities}) != len(quantities):
        raise ValueError("a count names each article once")
    if any(pieces < 0 for _, pieces in quantities):
        raise ValueError("a count is not negative")
    return quantities


def _count(merchant_id: int, place_id: int, counts: dict[int, int], why: _Why) -> tuple[BelowReserved, ...]:
    at, reason, about, actor = why
    variants, pieces = list(counts), list(counts.values())
    ids = [new_id(owner=merchant_id) for _ in variants]
    with connection.cursor() as cursor:
        # Counts of one place go one after the other, so that each movement starts from what the last one left.
        cursor.execute(
            "SELECT id FROM stock_place WHERE merchant_id = %s AND id = %s FOR NO KEY UPDATE", [merchant_id, place_id]
        )
        if cursor.fetchone() is None:
            raise NoPlace
        cursor.execute(
            _COUNT,
            [
                *(ids, variants, pieces),
                *(merchant_id, place_id, variants),
                *(merchant_id, place_id),
                *(merchant_id, place_id, at, reason, about, actor),
            ],
        )
        answers = cursor.fetchall()
    crossed = [row[1] for row in answers if row[0] == "counted" and worth_telling(before=row[2], after=row[3])]
    tell_all([News(CHANGED, variant, merchant_id) for variant in crossed], at=at)
    return tuple(BelowReserved(row[1], row[2], row[3]) for row in answers if row[0] == "refused")
