"""Stock: counters against reservations and movements, nothing below zero, nothing kept for nobody."""

from typing import Final

from entrepot.jobs.audit.report import Check

# An article at a place as people know it: its merchant, its stock-keeping unit, its place.
_ARTICLE: Final = """
format('%%s %%s %%s',
       coalesce((SELECT m.ref FROM parties_merchant m WHERE m.id = {row}.merchant_id), {row}.merchant_id::text),
       coalesce((SELECT v.ref FROM catalogue_variant v WHERE v.merchant_id = {row}.merchant_id
                                                         AND v.id = {row}.variant_id), {row}.variant_id::text),
       coalesce((SELECT s.ref FROM stock_place s WHERE s.merchant_id = {row}.merchant_id AND s.id = {row}.place_id),
                {row}.place_id::text))
"""
_OPEN: Final = "('held', 'committed')"
_IN_BUCKETS: Final = """
SELECT merchant_id, variant_id, place_id, sum(pieces) AS pieces, sum(reserved) AS reserved
  FROM stock_bucket GROUP BY 1, 2, 3
"""

GOODS: Final = (
    Check(
        "stock.reserved",
        "What a position counts as reserved is the sum of the open reservations on it.",
        f"""SELECT {_ARTICLE.format(row="x")}, format('counted %%s, reservations %%s', x.counted, x.promised)
              FROM (SELECT coalesce(p.merchant_id, r.merchant_id) AS merchant_id,
                           coalesce(p.variant_id, r.variant_id) AS variant_id,
                           coalesce(p.place_id, r.place_id) AS place_id,
                           coalesce(p.reserved, 0) AS counted, coalesce(r.promised, 0) AS promised
                      FROM (SELECT p.merchant_id, p.variant_id, p.place_id,
                                   p.reserved - p.pooled + coalesce(b.reserved, 0) AS reserved
                              FROM stock_position p LEFT JOIN ({_IN_BUCKETS}) AS b
                                ON b.merchant_id = p.merchant_id AND b.variant_id = p.variant_id
                               AND b.place_id = p.place_id) AS p
                      FULL JOIN (SELECT merchant_id, variant_id, place_id, sum(quantity) AS promised
                                   FROM stock_reservation WHERE state IN {_OPEN} AND place_id <> 0 GROUP BY 1, 2, 3) AS r
                        ON r.merchant_id = p.merchant_id AND r.variant_id = p.variant_id AND r.place_id = p.place_id
                     WHERE coalesce(p.reserved, 0) <> coalesce(r.promised, 0)) AS x""",
    ),
    Check(
        "stock.buckets",
        "What a position has promised to its buckets is what they have, and each bucket's promises are its reservations'.",
        f"""SELECT {_ARTICLE.format(row="x")}, format('to buckets %%s, in buckets %%s', x.pooled, x.pieces)
              FROM (SELECT coalesce(p.merchant_id, b.merchant_id) AS merchant_id,
                           coalesce(p.variant_id, b.variant_id) AS variant_id,
                           coalesce(p.place_id, b.place_id) AS place_id,
                           coalesce(p.pooled, 0) AS pooled, coalesce(b.pieces, 0) AS pieces
                      FROM stock_position p FULL JOIN ({_IN_BUCKETS}) AS b
                        ON b.merchant_id = p.merchant_id AND b.variant_id = p.variant_id AND b.place_id = p.place_id
                     WHERE coalesce(p.pooled, 0) <> coalesce(b.pieces, 0)) AS x
             UNION ALL
            SELECT {_ARTICLE.format(row="b")}, format('bucket %%s promises %%s, reservations %%s', b.slot, b.reserved, r.promised)
              FROM stock_bucket b
             CROSS JOIN LATERAL (SELECT coalesce(sum(r.quantity), 0) AS promised FROM stock_reservation r
                                  WHERE r.merchant_id = b.merchant_id AND r.variant_id = b.variant_id
                                    AND r.bucket_id = b.id AND r.state IN {_OPEN}) AS r
             WHERE b.reserved <> r.promised""",
    ),
    Check(
        "stock.ahead",
        "What is promised of goods to come is what the open orders wait for, and never more than the merchant allows.",
        f"""SELECT coalesce((SELECT v.ref FROM catalogue_variant v WHERE v.merchant_id = x.merchant_id
                                                                    AND v.id = x.variant_id), x.variant_id::text),
                   format('counted %%s of %%s, reservations %%s', x.counted, x.allowed, x.promised)
              FROM (SELECT coalesce(a.merchant_id, r.merchant_id) AS merchant_id,
                           coalesce(a.variant_id, r.variant_id) AS variant_id, coalesce(a.ahead_promised, 0) AS counted,
                           coalesce(a.ahead_limit, 0) AS allowed, coalesce(r.promised, 0) AS promised
                      FROM stock_article a
                      FULL JOIN (SELECT merchant_id, variant_id, sum(quantity) AS promised FROM stock_reservation
                                  WHERE state IN {_OPEN} AND place_id = 0 GROUP BY 1, 2) AS r
                        ON r.merchant_id = a.merchant_id AND r.variant_id = a.variant_id) AS x
             WHERE x.counted <> x.promised OR x.counted > x.allowed""",
    ),
    Check(
        "stock.sales",
        "A flash sale has set aside what its tickets are good for, never more than its pieces, and no ticket ordered more.",
        """SELECT s.ref, format('pieces %%s, set aside %%s, tickets %%s', s.pieces, s.allotted, t.allotted)
              FROM stock_sale s
             CROSS JOIN LATERAL (SELECT coalesce(sum(t.allotted), 0) AS allotted FROM stock_ticket t
                                  WHERE t.merchant_id = s.merchant_id AND t.sale_id = s.id) AS t
             WHERE s.allotted <> t.allotted OR s.allotted > s.pieces
             UNION ALL
            SELECT t.ref, format('ordered %%s of %%s, reservations %%s', t.pieces, s.limit_each, r.promised)
              FROM stock_ticket t JOIN stock_sale s ON s.merchant_id = t.merchant_id AND s.id = t.sale_id
             CROSS JOIN LATERAL (SELECT coalesce(sum(r.quantity), 0) AS promised FROM stock_reservation r
                                  WHERE r.merchant_id = t.merchant_id AND r.order_id = t.order_id
                                    AND r.variant_id = ANY(s.variant_ids) AND r.state <> 'released') AS r
             WHERE t.state = 'used' AND (t.pieces > s.limit_each OR t.pieces <> r.promised)""",
    ),
    Check(
        "stock.not_negative",
        "No stock is below zero, and no more is promised than lies there.",
        f"""SELECT {_ARTICLE.format(row="p")}, format('on hand %%s, reserved %%s', p.on_hand, p.reserved)
              FROM stock_position p WHERE p.on_hand < 0 OR p.reserved < 0 OR p.reserved > p.on_hand""",
    ),
    Check(
        "stock.movements",
        "What lies at a place is the sum of all that came and went.",
        f"""SELECT {_ARTICLE.format(row="x")}, format('on hand %%s, movements %%s', x.on_hand, x.moved)
              FROM (SELECT coalesce(p.merchant_id, m.merchant_id) AS merchant_id,
                           coalesce(p.variant_id, m.variant_id) AS variant_id,
                           coalesce(p.place_id, m.place_id) AS place_id,
                           coalesce(p.on_hand, 0) AS on_hand, coalesce(m.moved, 0) AS moved
                      FROM stock_position p
                      FULL JOIN (SELECT merchant_id, variant_id, place_id, sum(delta) AS moved
                                   FROM stock_movement GROUP BY 1, 2, 3) AS m
                        ON m.merchant_id = p.merchant_id AND m.variant_id = p.variant_id AND m.place_id = p.place_id
                     WHERE coalesce(p.on_hand, 0) <> coalesce(m.moved, 0)) AS x""",
    ),
    Check(
        "stock.orders",
        "Every reservation that no longer lapses belongs to an order that is waiting for money or paid.",
        f"""SELECT coalesce(o.ref, r.order_id::text),
                   format('%%s pieces %%s, order %%s', r.quantity, r.state, coalesce(o.state, 'missing'))
              FROM stock_reservation r LEFT JOIN orders_order o ON o.id = r.order_id
             WHERE r.state IN {_OPEN} AND (r.bound OR r.state = 'committed')
               AND (o.id IS NULL OR o.state NOT IN ('placed', 'paid', 'done')
                    OR (o.state = 'placed') <> (r.state = 'held'))""",
    ),
    Check(
        "stock.lapsed",
        "No goods are kept for an order that was never written.",
        f"""SELECT {_ARTICLE.format(row="r")}, format('%%s pieces since %%s', r.quantity, r.expires_at)
              FROM stock_reservation r WHERE r.state = 'held' AND NOT r.bound AND r.expires_at < %(before)s""",
    ),
)
