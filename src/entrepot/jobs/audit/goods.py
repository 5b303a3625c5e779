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

GOODS: Final = (
    Check(
        "stock.reserved",
        "What a position counts as reserved is the sum of the open reservations on it.",
        f"""SELECT {_ARTICLE.format(row="x")}, format('counted %%s, reservations %%s', x.counted, x.promised)
              FROM (SELECT coalesce(p.merchant_id, r.merchant_id) AS merchant_id,
                           coalesce(p.variant_id, r.variant_id) AS variant_id,
                           coalesce(p.place_id, r.place_id) AS place_id,
                           coalesce(p.reserved, 0) AS counted, coalesce(r.promised, 0) AS promised
                      FROM stock_position p
                      FULL JOIN (SELECT merchant_id, variant_id, place_id, sum(quantity) AS promised
                                   FROM stock_reservation WHERE state IN {_OPEN} GROUP BY 1, 2, 3) AS r
                        ON r.merchant_id = p.merchant_id AND r.variant_id = p.variant_id AND r.place_id = p.place_id
                     WHERE coalesce(p.reserved, 0) <> coalesce(r.promised, 0)) AS x""",
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
