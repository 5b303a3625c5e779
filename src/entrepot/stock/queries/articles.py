"""How articles are handed out: limits, goods to come, buckets; and what an order still waits for."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import connection

from entrepot.base.owners import across_owners
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import Viewer
from entrepot.stock.terms import Ahead, Awaited, Handout, Spread

_COLUMNS: Final = """
SELECT merchant_id, variant_id, limit_each, ahead, ahead_limit, ahead_limit - ahead_promised, ahead_on, spread, buckets
  FROM stock_article
"""


def handouts(*, variant_ids: Sequence[int], merchant_ids: Sequence[int], at: datetime) -> dict[int, Handout]:
    """By variant what a shopper should know; articles about which nothing was said are left out.

    Goods to come are named while more of them are sold and their day is not over.
    """
    if not variant_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _COLUMNS + " WHERE merchant_id = ANY(%s) AND variant_id = ANY(%s)",
            [list(set(merchant_ids)), list(variant_ids)],
        )
        found = [_handout(row) for row in cursor.fetchall()]
    return {one.variant_id: one if _open(one, at) else _without_ahead(one) for one in found}


def handouts_of(*, viewer: Viewer, merchant_id: int, variant_ids: Sequence[int]) -> dict[int, Handout]:
    """The same as the merchant set it, whether open or not. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS + " WHERE merchant_id = %s AND variant_id = ANY(%s)", [merchant_id, list(variant_ids)])
        return {row[1]: _handout(row) for row in cursor.fetchall()}


def waiting_agreed(*, shopper_id: int, variant_ids: Sequence[int], merchant_ids: Sequence[int]) -> frozenset[int]:
    """The articles for which the shopper has agreed to wait until the day that stands now."""
    if not variant_ids:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT g.variant_id FROM stock_agreement g
                 JOIN stock_article a ON a.merchant_id = g.merchant_id AND a.variant_id = g.variant_id
                                     AND a.ahead_on = g.due_on
                WHERE g.merchant_id = ANY(%s) AND g.variant_id = ANY(%s) AND g.shopper_id = %s""",
            [list(set(merchant_ids)), list(variant_ids), shopper_id],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def awaited(*, order_id: int, merchant_ids: Sequence[int]) -> tuple[Awaited, ...]:
    """What an order of these merchants still waits for, with the day that was named when it was placed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT variant_id, quantity, due_on FROM stock_reservation
                WHERE merchant_id = ANY(%s) AND order_id = %s AND place_id = 0 AND state IN ('held', 'committed')
                ORDER BY variant_id""",
            [list(merchant_ids), order_id],
        )
        return tuple(Awaited(*row) for row in cursor.fetchall())


def spread_articles() -> tuple[Handout, ...]:
    """All articles whose pieces lie in buckets at this moment, for operators."""
    with across_owners("articles in buckets, for operators"), connection.cursor() as cursor:
        cursor.execute(_COLUMNS + " WHERE buckets > 0 OR spread <> 'auto' ORDER BY merchant_id, variant_id")
        return tuple(_handout(row) for row in cursor.fetchall())


def _handout(row: tuple[int, int, int | None, str, int, int, date | None, str, int]) -> Handout:
    merchant_id, variant_id, limit_each, ahead, limit, left, on, spread, buckets = row
    kind = Ahead(ahead) if ahead else None
    return Handout(merchant_id, variant_id, limit_each, kind, limit, left, on, Spread(spread), buckets)


def _open(one: Handout, at: datetime) -> bool:
    return one.ahead is not None and one.ahead_left > 0 and one.ahead_on is not None and one.ahead_on >= at.date()


def _without_ahead(one: Handout) -> Handout:
    return Handout(one.merchant_id, one.variant_id, limit_each=one.limit_each, spread=one.spread, buckets=one.buckets)
