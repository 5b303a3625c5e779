"""What the counters should be: recomputed from movements, reservations and tickets."""

from typing import Final

from django.db import connection

from entrepot.base.owners import across_owners
from entrepot.stock.terms import Difference

# Of every position what its facts say: the sum of what came and went, and of what is promised from there.
FACTS: Final = """
SELECT p.merchant_id, p.variant_id, p.place_id, p.on_hand, p.reserved, p.pooled,
       coalesce(m.moved, 0) AS lies, coalesce(r.promised, 0) AS promised,
       coalesce(b.pieces, 0) AS bucketed, coalesce(b.reserved, 0) AS bucketed_promised,
       coalesce(b.off, false) AS buckets_off
  FROM stock_position p
  LEFT JOIN (SELECT merchant_id, variant_id, place_id, sum(delta) AS moved FROM stock_movement GROUP BY 1, 2, 3) AS m
    ON m.merchant_id = p.merchant_id AND m.variant_id = p.variant_id AND m.place_id = p.place_id
  LEFT JOIN (SELECT merchant_id, variant_id, place_id, sum(quantity) AS promised FROM stock_reservation
              WHERE state IN ('held', 'committed') AND place_id <> 0 GROUP BY 1, 2, 3) AS r
    ON r.merchant_id = p.merchant_id AND r.variant_id = p.variant_id AND r.place_id = p.place_id
  LEFT JOIN (SELECT x.merchant_id, x.variant_id, x.place_id, sum(x.pieces) AS pieces, sum(x.reserved) AS reserved,
                    bool_or(x.reserved <> (SELECT coalesce(sum(y.quantity), 0) FROM stock_reservation y
                                            WHERE y.merchant_id = x.merchant_id AND y.bucket_id = x.id
                                              AND y.variant_id = x.variant_id
                                              AND y.state IN ('held', 'committed'))) AS off
               FROM stock_bucket x GROUP BY 1, 2, 3) AS b
    ON b.merchant_id = p.merchant_id AND b.variant_id = p.variant_id AND b.place_id = p.place_id
"""
_DIFFERENCES: Final = f"""
WITH facts AS MATERIALIZED ({FACTS})
SELECT merchant_id, variant_id, place_id, 'on_hand', on_hand,
       CASE WHEN lies >= promised AND lies >= 0 THEN lies END FROM facts WHERE on_hand <> lies
UNION ALL
SELECT merchant_id, variant_id, place_id, 'reserved', reserved - pooled + bucketed_promised,
       CASE WHEN lies >= promised AND lies >= 0 THEN promised END
  FROM facts WHERE reserved - pooled + bucketed_promised <> promised
UNION ALL
SELECT merchant_id, variant_id, place_id, 'buckets', pooled, CASE WHEN lies >= promised AND lies >= 0 THEN 0 END
  FROM facts WHERE pooled <> bucketed OR buckets_off
UNION ALL
SELECT a.merchant_id, a.variant_id, 0, 'ahead', a.ahead_promised, coalesce(r.promised, 0)
  FROM stock_article a
  LEFT JOIN (SELECT merchant_id, variant_id, sum(quantity) AS promised FROM stock_reservation
              WHERE state IN ('held', 'committed') AND place_id = 0 GROUP BY 1, 2) AS r
    ON r.merchant_id = a.merchant_id AND r.variant_id = a.variant_id
 WHERE a.ahead_promised <> coalesce(r.promised, 0)
UNION ALL
SELECT s.merchant_id, s.id, 0, 'allotted', s.allotted,
       CASE WHEN coalesce(t.allotted, 0) <= s.pieces THEN coalesce(t.allotted, 0) END
  FROM stock_sale s
  LEFT JOIN (SELECT merchant_id, sale_id, sum(allotted) AS allotted FROM stock_ticket GROUP BY 1, 2) AS t
    ON t.merchant_id = s.merchant_id AND t.sale_id = s.id
 WHERE s.allotted <> coalesce(t.allotted, 0)
ORDER BY 1, 2, 3, 4
"""  # noqa: S608 - constants


def differences() -> tuple[Difference, ...]:
    """All counters that are not what the facts say, of all merchants; of a sale the `variant_id` is the sale's id."""
    with across_owners("counters against facts"), connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        return tuple(
            Difference(merchant, variant, place, counter, int(was), None if now is None else int(now))
            for merchant, variant, place, counter, was, now in cursor.fetchall()
        )
