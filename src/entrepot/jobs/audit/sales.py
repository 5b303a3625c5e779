"""Orders: sums that hold from line to quote to payment, and goods and money behind every state."""

from typing import Final

from entrepot.jobs.audit.report import Check

_PARTS: Final = ("goods_minor", "freight_minor", "duty_minor", "tax_minor", "fees_minor", "total_minor")
_RELIEFS: Final = ("discount_minor", "freight_discount_minor", "promoted_minor", "promoted_freight_minor")
_SUMS: Final = ", ".join(f"coalesce(sum({part}), 0)::bigint" for part in (*_PARTS, *_RELIEFS))


def _parts(row: str, *more: str) -> str:
    return ", ".join(f"{row}.{part}" for part in (*_PARTS, *more))


SALES: Final = (
    Check(
        "orders.sums",
        "An order's amounts are the sums of its consignments', part by part.",
        f"""SELECT o.ref, format('order %%s, consignments %%s', o.total_minor, s.sums)
              FROM orders_order o
             CROSS JOIN LATERAL (SELECT ROW({_SUMS}) AS sums FROM orders_consignment c
                                  WHERE c.order_id = o.id AND c.merchant_id = ANY(o.merchant_ids)
                                    AND c.currency = o.currency) AS s
             WHERE ROW({_parts("o", *_RELIEFS)}) IS DISTINCT FROM s.sums""",
    ),
    Check(
        "orders.lines",
        "A consignment's amounts, commission and merchant's share are the sums of its lines'.",
        f"""SELECT c.ref, format('consignment %%s, lines %%s', c.total_minor, s.sums)
              FROM orders_consignment c
             CROSS JOIN LATERAL (SELECT ROW({_SUMS}, coalesce(sum(commission_minor), 0)::bigint,
                                            coalesce(sum(commission_tax_minor), 0)::bigint,
                                            coalesce(sum(merchant_net_minor), 0)::bigint) AS sums
                                   FROM orders_line l
                                  WHERE l.merchant_id = c.merchant_id AND l.consignment_id = c.id
                                    AND l.currency = c.currency AND l.merchant_currency = c.merchant_currency) AS s
             WHERE ROW({_parts("c", *_RELIEFS)}, c.commission_minor, c.commission_tax_minor, c.merchant_net_minor)
                IS DISTINCT FROM s.sums""",
    ),
    Check(
        "orders.quotes",
        "An order costs what its quote said, part by part.",
        f"""SELECT o.ref, format('order %%s, quote %%s', o.total_minor, coalesce(q.total_minor::text, 'missing'))
              FROM orders_order o
              LEFT JOIN landed_quote q ON q.shopper_id = o.shopper_id AND q.ref = o.quote_ref
             WHERE ({_parts("o")}, o.currency) IS DISTINCT FROM ({_parts("q")}, q.currency)""",
    ),
    Check(
        "orders.payments",
        "Every order has one payment, over exactly its total.",
        """SELECT coalesce(o.ref, p.order_ref), format('order %%s %%s, payment %%s %%s', o.total_minor, o.currency,
                  p.amount_minor, p.currency)
             FROM orders_order o
             FULL JOIN payments_payment p ON p.shopper_id = o.shopper_id AND p.order_id = o.id
            WHERE (o.total_minor, o.currency) IS DISTINCT FROM (p.amount_minor, p.currency)""",
    ),
    Check(
        "orders.money",
        "An order is paid exactly when its payment was taken; a cancelled one leaves nothing to pay.",
        """SELECT o.ref, format('order %%s, payment %%s', o.state, p.state)
             FROM orders_order o JOIN payments_payment p ON p.shopper_id = o.shopper_id AND p.order_id = o.id
            WHERE (o.state IN ('paid', 'done')) <> (p.state = 'captured')
               OR (o.state = 'cancelled') <> (p.state IN ('cancelled', 'returning', 'returned'))""",
    ),
    Check(
        "orders.stages",
        "Consignments are unpaid, under way or cancelled as their order is, but for dropped ones; a finished order's have ended.",
        """SELECT c.ref, format('order %%s, consignment %%s', coalesce(o.state, 'missing'), c.stage)
             FROM orders_consignment c LEFT JOIN orders_order o ON o.shopper_id = c.shopper_id AND o.id = c.order_id
            WHERE o.id IS NULL OR NOT (c.merchant_id = ANY(o.merchant_ids))
               OR ((o.state = 'placed') <> (c.stage = 'placed')
                   AND NOT (c.stage = 'cancelled'
                            AND EXISTS (SELECT FROM payments_verdict v
                                         WHERE v.merchant_id = c.merchant_id AND v.consignment_id = c.id
                                           AND v.verdict = 'dropped')))
               OR (o.state = 'cancelled' AND c.stage <> 'cancelled')
               OR (o.state = 'done' AND c.stage NOT IN ('released', 'cancelled', 'refunded'))
            UNION ALL
           SELECT o.ref, 'paid, but nothing is left to happen' FROM orders_order o
            WHERE o.state = 'paid'
              AND NOT EXISTS (SELECT FROM orders_consignment c
                               WHERE c.merchant_id = ANY(o.merchant_ids) AND c.order_id = o.id
                                 AND c.stage NOT IN ('released', 'cancelled', 'refunded'))""",
    ),
    Check(
        "orders.holds",
        "Every consignment of a paid order has its hold, and no other consignment has one.",
        """SELECT c.ref, CASE WHEN h.id IS NULL THEN 'paid, but nothing is held' ELSE 'held, but not paid' END
             FROM orders_consignment c
             LEFT JOIN payments_hold h ON h.merchant_id = c.merchant_id AND h.consignment_id = c.id
            WHERE (c.paid_at IS NOT NULL) <> (h.id IS NOT NULL)""",
    ),
    Check(
        "orders.stock",
        "Every order that waits or is paid has exactly its goods: held, committed, or gone once handed over.",
        """WITH wanted AS (
             SELECT c.merchant_id, c.order_id, l.variant_id, sum(l.quantity) AS quantity, min(c.order_ref) AS ref,
                    bool_or(c.stage = 'placed') AS unpaid, bool_and(c.stage = 'paid') AS here,
                    bool_and(c.stage NOT IN ('placed', 'paid')) AS gone
               FROM orders_consignment c
               JOIN orders_line l ON l.merchant_id = c.merchant_id AND l.consignment_id = c.id
              WHERE c.stage <> 'cancelled' AND NOT (c.stage = 'refunded' AND c.sent_at IS NULL) GROUP BY 1, 2, 3
           ), promised AS (
             SELECT merchant_id, order_id, variant_id,
                    coalesce(sum(quantity) FILTER (WHERE state = 'held'), 0) AS held,
                    coalesce(sum(quantity) FILTER (WHERE state = 'committed'), 0) AS committed,
                    coalesce(sum(quantity) FILTER (WHERE state = 'issued'), 0) AS issued
               FROM stock_reservation GROUP BY 1, 2, 3
           )
           SELECT w.ref, format('%%s ordered of %%s; held %%s, committed %%s, gone %%s', w.quantity, w.variant_id,
                  coalesce(p.held, 0), coalesce(p.committed, 0), coalesce(p.issued, 0))
             FROM wanted w LEFT JOIN promised p
               ON p.merchant_id = w.merchant_id AND p.order_id = w.order_id AND p.variant_id = w.variant_id
            WHERE p.order_id IS NULL OR p.held + p.committed + p.issued <> w.quantity
               OR (w.unpaid AND p.held <> w.quantity)
               OR (w.here AND p.committed <> w.quantity)
               OR (w.gone AND p.issued <> w.quantity)""",
    ),
    Check(
        "orders.overdue",
        "No order waits for money past its time, and no merchant for money that is due.",
        """SELECT ref, format('could be paid until %%s', expires_at) FROM orders_order
            WHERE state = 'placed' AND expires_at < %(before)s
            UNION ALL
           SELECT ref, format('due since %%s', release_at) FROM orders_consignment
            WHERE stage = 'delivered' AND release_at < %(before)s AND paused_since IS NULL""",
    ),
)
