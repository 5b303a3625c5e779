"""How an article is handed out: limits, goods to come, buckets; and the sweep that tends all of it."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, transaction

from entrepot.base.outbox import News, tell_all
from entrepot.base.owners import across_owners
from entrepot.stock import models
from entrepot.stock.terms import CHANGED, Ahead, AheadImpossible, NotAhead, Spread

BUCKETS: Final = 32
# Buckets that nobody took a piece from for so long are given up: first announced, a minute later taken away.
_QUIET: Final = timedelta(minutes=10)
_WAITS_KEPT: Final = timedelta(minutes=1)

_SAY: Final = """
INSERT INTO stock_article (merchant_id, variant_id) VALUES (%s, %s) ON CONFLICT (merchant_id, variant_id) DO NOTHING
"""
_AHEAD: Final = """
UPDATE stock_article SET ahead = %s, ahead_limit = %s, ahead_on = %s
 WHERE merchant_id = %s AND variant_id = %s AND ahead_promised <= %s
"""
_AGREE: Final = """
INSERT INTO stock_agreement (merchant_id, variant_id, shopper_id, due_on, at)
SELECT a.merchant_id, a.variant_id, %s, a.ahead_on, %s FROM stock_article a
 WHERE a.merchant_id = %s AND a.variant_id = %s AND a.ahead <> '' AND a.ahead_on = %s AND a.ahead_on >= %s
ON CONFLICT (merchant_id, variant_id, shopper_id) DO UPDATE SET due_on = EXCLUDED.due_on, at = EXCLUDED.at
"""
# What is free of each article in buckets, beside what was last told.
_TOLD: Final = """
UPDATE stock_article a SET sold_out = NOT a.sold_out
 WHERE a.merchant_id = ANY(%s) AND a.buckets > 0
   AND a.sold_out <> NOT EXISTS (SELECT FROM stock_bucket b WHERE b.merchant_id = a.merchant_id
                                    AND b.variant_id = a.variant_id AND b.pieces > b.reserved)
RETURNING a.merchant_id, a.variant_id
"""
_BUSY_AGAIN: Final = """
UPDATE stock_article a SET closing = false
 WHERE a.closing AND a.spread <> 'never'
   AND EXISTS (SELECT FROM stock_bucket b WHERE b.merchant_id = a.merchant_id AND b.variant_id = a.variant_id
                                            AND b.used_at > %s)
"""
_QUIETLY: Final = """
SELECT a.merchant_id, a.variant_id, a.closing FROM stock_article a
 WHERE a.buckets > 0 AND a.spread <> 'always' AND a.sale_id IS NULL
   AND (a.spread = 'never' OR NOT EXISTS (SELECT FROM stock_bucket b WHERE b.merchant_id = a.merchant_id AND b.variant_id = a.variant_id
                                                AND b.used_at > %s)
        AND NOT EXISTS (SELECT FROM stock_wait w WHERE w.merchant_id = a.merchant_id AND w.variant_id = a.variant_id))
"""
# Articles in buckets, or that somebody waits for, of which pieces lie free at a place.
_LOOSE: Final = """
SELECT p.merchant_id, p.variant_id FROM stock_position p
  JOIN stock_article a ON a.merchant_id = p.merchant_id AND a.variant_id = p.variant_id
 WHERE (a.buckets > 0 AND NOT a.closing OR a.ahead_promised > 0) AND p.on_hand > p.reserved
   AND (a.buckets > 0 OR EXISTS (SELECT FROM stock_reservation r
                                  WHERE r.merchant_id = a.merchant_id AND r.variant_id = a.variant_id AND r.place_id = 0
                                    AND r.state = 'committed'))
 GROUP BY 1, 2
"""


@transaction.atomic
def limit_shoppers(*, merchant_id: int, variant_id: int, limit_each: int | None) -> None:
    """One shopper may have so many pieces of the article from now on, or as many as they like (None).

    Counted are the orders made while a limit stood, unless they were given up. Raises ValueError below one.
    """
    if limit_each is not None and limit_each < 1:
        raise ValueError("a limit lets everybody have one piece at least")
    _say(merchant_id, variant_id)
    models.Article.objects.filter(merchant_id=merchant_id, variant_id=variant_id).update(limit_each=limit_each)


@transaction.atomic
def sell_ahead(*, merchant_id: int, variant_id: int, kind: Ahead, limit: int, on: date, at: datetime) -> None:
    """Sell up to `limit` pieces of the article before they arrive, expected on a day.

    Another day ends what shoppers agreed to and have not ordered yet. Raises AheadImpossible for a day that is over or a
    limit below what is promised.
    """
    _say(merchant_id, variant_id)
    if on < at.date() or limit < 1:
        raise AheadImpossible(promised=_promised(merchant_id, variant_id))
    _set_ahead(merchant_id, variant_id, kind, limit, on)


@transaction.atomic
def stop_selling_ahead(*, merchant_id: int, variant_id: int) -> None:
    """From now on the article is sold only from what lies there. What is promised stays so. Repeats change nothing."""
    promised = _promised(merchant_id, variant_id)
    models.Article.objects.filter(merchant_id=merchant_id, variant_id=variant_id).update(ahead="", ahead_limit=promised)


@transaction.atomic
def agree_to_wait(*, merchant_id: int, variant_id: int, shopper_id: int, due_on: date, at: datetime) -> None:
    """The shopper agrees to wait for the article until the day that was named to them. Raises NotAhead."""
    with connection.cursor() as cursor:
        cursor.execute(_AGREE, [shopper_id, at, merchant_id, variant_id, due_on, at.date()])
        if cursor.rowcount != 1:
            raise NotAhead


@transaction.atomic
def spread_stock(*, merchant_id: int, variant_id: int, how: Spread, buckets: int = BUCKETS) -> None:
    """Have the article's free pieces in buckets always, never, or when many want it at once.

    Buckets that are not wanted any more are taken away by the sweep. Repeats change nothing.
    """
    _say(merchant_id, variant_id)
    rows = models.Article.objects.filter(merchant_id=merchant_id, variant_id=variant_id)
    rows.update(spread=how)
    if how is Spread.ALWAYS:
        rows.update(closing=False)
        _pour(merchant_id, variant_id, buckets)


def tend_stock(*, at: datetime) -> int:
    """What is looked after every few seconds; answers how many articles and sales were touched.

    Goods go to those who wait for them, loose ones into buckets; quiet articles lose their buckets; an article in buckets
    that sold out, or is there again, is told about; queues of flash sales go on, and articles leave sales that are over.
    Each article in a transaction of its own; repeats change nothing.
    """
    with across_owners("the sweep of hot articles and queues"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM stock_wait WHERE at < %s", [at - _WAITS_KEPT])
        cursor.execute(_LOOSE)
        loose = cursor.fetchall()
        cursor.execute(_BUSY_AGAIN, [at - _QUIET])
        cursor.execute(_QUIETLY, [at - _QUIET])
        quiet = cursor.fetchall()
        cursor.execute(
            "SELECT merchant_id, id FROM stock_sale WHERE starts_at <= %s AND ends_at > %s ORDER BY merchant_id, id",
            [at, at],
        )
        sales = cursor.fetchall()
        cursor.execute(
            """UPDATE stock_article a SET sale_id = NULL FROM stock_sale s
                WHERE s.merchant_id = a.merchant_id AND s.id = a.sale_id AND s.ends_at <= %s""",
            [at],
        )
        cursor.execute("SELECT DISTINCT merchant_id FROM stock_article WHERE buckets > 0")
        spread = [row[0] for row in cursor.fetchall()]
    for merchant_id, variant_id in loose:
        _settle(merchant_id, variant_id)
    for merchant_id, variant_id, closing in quiet:
        _give_up(merchant_id, variant_id, closing=closing)
    for merchant_id, sale_id in sales:
        admit_next(merchant_id=merchant_id, sale_id=sale_id, at=at)
    _tell_changes(spread, at)
    return len(loose) + len(quiet) + len(sales)


@transaction.atomic
def admit_next(*, merchant_id: int, sale_id: int, at: datetime) -> int:
    """End the tickets of a sale whose time is over and admit those that are next; answers how many were admitted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stock_admit(%s, %s, %s)", [merchant_id, sale_id, at])
        return int(cursor.fetchone()[0])


@transaction.atomic
def _tell_changes(merchant_ids: list[int], at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [merchant_ids])
        tell_all([News(CHANGED, variant, owner) for owner, variant in cursor.fetchall()], at=at)


@transaction.atomic
def _settle(merchant_id: int, variant_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM stock_position WHERE merchant_id = %s AND variant_id = %s
                ORDER BY id FOR NO KEY UPDATE""",
            [merchant_id, variant_id],
        )
        cursor.execute("SELECT stock_settle(ARRAY[%s]::bigint[], ARRAY[%s]::bigint[])", [merchant_id, variant_id])


@transaction.atomic
def _give_up(merchant_id: int, variant_id: int, *, closing: bool) -> None:
    """Whoever read before the announcement that there are buckets has long ended when they are taken away."""
    with connection.cursor() as cursor:
        if closing:
            cursor.execute("SELECT stock_gather(%s, %s)", [merchant_id, variant_id])
            return
        cursor.execute(
            "UPDATE stock_article SET closing = true WHERE merchant_id = %s AND variant_id = %s",
            [merchant_id, variant_id],
        )


def _pour(merchant_id: int, variant_id: int, buckets: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT stock_pour(%s, %s, %s)", [merchant_id, variant_id, buckets])


def _say(merchant_id: int, variant_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SAY, [merchant_id, variant_id])


def _promised(merchant_id: int, variant_id: int) -> int:
    row = models.Article.objects.filter(merchant_id=merchant_id, variant_id=variant_id).select_for_update(no_key=True)
    return row.values_list("ahead_promised", flat=True).first() or 0


def _set_ahead(merchant_id: int, variant_id: int, kind: Ahead, limit: int, on: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD, [kind, limit, on, merchant_id, variant_id, limit])
        if cursor.rowcount != 1:
            raise AheadImpossible(promised=_promised(merchant_id, variant_id))
