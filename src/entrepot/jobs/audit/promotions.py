"""Promotions: uses that orders hold, and payments laid out over the consignments they paid."""

from typing import Final

from entrepot.jobs.audit.report import Check

PROMOTIONS: Final = (
    Check(
        "promotions.orders",
        "Every order holds exactly the promotions that its price was made with; one that was given up holds none.",
        """WITH priced AS (
             SELECT o.id AS order_id, o.shopper_id, o.ref, (p->>'promotion_id')::bigint AS promotion_id,
                    sum((p->'goods'->>'minor')::bigint + (p->'freight'->>'minor')::bigint) AS off
               FROM orders_order o
               JOIN orders_consignment c ON c.merchant_id = ANY(o.merchant_ids) AND c.order_id = o.id
              CROSS JOIN LATERAL jsonb_array_elements(c.promotions) AS p
              WHERE o.state <> 'cancelled' GROUP BY 1, 2, 3, 4)
           SELECT coalesce(priced.ref, u.order_id::text),
                  format('promotion %%s: priced %%s, held %%s', coalesce(priced.promotion_id, u.promotion_id),
                         coalesce(priced.off, 0), coalesce(u.off_minor, 0))
             FROM priced
             FULL JOIN (SELECT * FROM promotions_use WHERE given_back_at IS NULL) AS u
               ON u.shopper_id = priced.shopper_id AND u.order_id = priced.order_id
              AND u.promotion_id = priced.promotion_id
            WHERE priced.off IS DISTINCT FROM u.off_minor""",
    ),
    Check(
        "promotions.uses",
        "A promotion with a most counts the orders that hold it, a person's tally that person's.",
        """SELECT p.ref, format('counted %%s of %%s, held %%s', p.uses, p.uses_max, count(u.id))
             FROM promotions_promotion p
             LEFT JOIN promotions_use u ON u.promotion_id = p.id AND u.given_back_at IS NULL
            WHERE p.uses_max IS NOT NULL GROUP BY p.id HAVING p.uses <> count(u.id) OR p.uses > p.uses_max
            UNION ALL
           SELECT t.promotion_id::text, format('a person''s tally %%s, held %%s', t.uses, count(u.id))
             FROM promotions_tally t
             LEFT JOIN promotions_use u
               ON u.shopper_id = t.shopper_id AND u.promotion_id = t.promotion_id AND u.given_back_at IS NULL
            GROUP BY t.id HAVING t.uses <> count(u.id)""",
    ),
    Check(
        "payments.allocated",
        "A payment that was taken is laid out over the consignments it paid, to the minor unit.",
        # What a merchant could not supply of an authorised payment was never taken.
        """SELECT p.ref, format('taken %%s, laid out %%s', t.minor, coalesce(h.minor, 0))
             FROM payments_payment p
             LEFT JOIN payments_authorisation a ON a.payment_id = p.id AND a.shopper_id = p.shopper_id
            CROSS JOIN LATERAL (SELECT p.amount_minor - coalesce(a.dropped_minor, 0) AS minor) AS t
             LEFT JOIN (SELECT payment_id, currency,
                               sum(goods_minor + freight_minor + duty_minor + tax_minor + fees_minor) AS minor
                          FROM payments_hold GROUP BY 1, 2) AS h ON h.payment_id = p.id AND h.currency = p.currency
            WHERE p.state = 'captured' AND t.minor IS DISTINCT FROM h.minor""",
    ),
)
