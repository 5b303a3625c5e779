"""Counters put right from the facts: movements, reservations, tickets."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from entrepot.base.owners import across_owners
from entrepot.stock import queries
from entrepot.stock.queries.facts import FACTS
from entrepot.stock.terms import Difference

# In exclusive mode nobody reserves, counts or releases meanwhile; everybody may read.
_TABLES: Final = (
    "stock_position, stock_bucket, stock_article, stock_reservation, stock_movement, stock_sale, stock_ticket"
)
# An article that is off anywhere comes out of its buckets whole; the crowd, if it is still there, makes new ones.
_OUT_OF_BUCKETS: Final = "DELETE FROM stock_bucket WHERE merchant_id = ANY(%s) AND variant_id = ANY(%s)"
_POSITIONS: Final = f"""
UPDATE stock_position p SET on_hand = f.lies, reserved = f.promised, pooled = 0
  FROM ({FACTS}) AS f
 WHERE p.merchant_id = f.merchant_id AND p.variant_id = f.variant_id AND p.place_id = f.place_id
   AND p.merchant_id = ANY(%s) AND p.variant_id = ANY(%s) AND f.lies >= f.promised
"""  # noqa: S608 - constants
_ARTICLES: Final = """
UPDATE stock_article a SET buckets = 0, closing = false,
       ahead_promised = f.promised, ahead_limit = greatest(a.ahead_limit, f.promised)
  FROM (SELECT x.merchant_id, x.variant_id,
               (SELECT coalesce(sum(r.quantity), 0) FROM stock_reservation r
                 WHERE r.merchant_id = x.merchant_id AND r.variant_id = x.variant_id AND r.place_id = 0
                   AND r.state IN ('held', 'committed')) AS promised
          FROM stock_article x WHERE x.merchant_id = ANY(%s) AND x.variant_id = ANY(%s)) AS f
 WHERE a.merchant_id = f.merchant_id AND a.variant_id = f.variant_id
"""
_SALES: Final = """
UPDATE stock_sale s SET allotted = f.allotted
  FROM (SELECT x.merchant_id, x.id,
               (SELECT coalesce(sum(t.allotted), 0) FROM stock_ticket t
                 WHERE t.merchant_id = x.merchant_id AND t.sale_id = x.id) AS allotted
          FROM stock_sale x WHERE x.merchant_id = ANY(%s) AND x.id = ANY(%s)) AS f
 WHERE s.merchant_id = f.merchant_id AND s.id = f.id AND f.allotted <= s.pieces
"""
_TRAIL: Final = """
INSERT INTO stock_repair (merchant_id, variant_id, place_id, counter, was, now, at, actor)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


@transaction.atomic
def repair_stock(*, actor: str, at: datetime) -> tuple[Difference, ...]:
    """Set the counters that are not what the facts say to what they say, and keep a trail. Answers what was found.

    Nobody sells while it runs. Where more is promised than lies there nothing is changed: that is for a person, who
    counts the goods or gives orders up. Repeats find nothing new.
    """
    with across_owners("repair of all counters"), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {_TABLES} IN EXCLUSIVE MODE")
        found = queries.differences()
        off = [one for one in found if one.now is not None]
        articles = [one for one in off if one.counter != "allotted"]
        sales = [one for one in off if one.counter == "allotted"]
        if articles:
            which = [[one.merchant_id for one in articles], [one.variant_id for one in articles]]
            cursor.execute(_OUT_OF_BUCKETS, which)
            cursor.execute(_POSITIONS, which)
            cursor.execute(_ARTICLES, which)
        if sales:
            cursor.execute(_SALES, [[one.merchant_id for one in sales], [one.variant_id for one in sales]])
        if off:
            cursor.executemany(
                _TRAIL,
                [(o.merchant_id, o.variant_id, o.place_id, o.counter, o.was, o.now, at, actor) for o in off],
            )
    return found
