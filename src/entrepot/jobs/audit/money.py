"""Payments, holds, refunds and payouts against the ledger."""

from typing import Final

from entrepot.jobs.audit.report import Check

_STANDING: Final = """
SELECT subject, currency, sum(credits_posted - debits_posted) AS minor FROM ledger_account
 WHERE kind = '{kind}' GROUP BY subject, currency HAVING sum(credits_posted - debits_posted) <> 0
"""

# What stands on the account of disputed money: its counters, and what no fold has taken in yet.
_DISPUTED: Final = """
SELECT currency, debits_posted - credits_posted AS minor FROM ledger_account WHERE kind = 'psp_disputed'
 UNION ALL
SELECT a.currency, t.debits_posted - t.credits_posted
  FROM ledger_tail t JOIN ledger_account a ON a.id = t.account_id WHERE a.kind = 'psp_disputed'
"""

MONEY: Final = (
    Check(
        "holds.booked",
        "What the ledger holds for a consignment is what its open hold says, to the minor unit.",
        f"""SELECT coalesce(c.ref, h.consignment_id::text, l.subject::text),
                   format('ledger %%s, hold %%s %%s', coalesce(l.minor, 0), coalesce(h.minor, 0),
                          coalesce(h.currency, l.currency))
              FROM ({_STANDING.format(kind="hold")}) AS l
              FULL JOIN (SELECT merchant_id, consignment_id, currency,
                                goods_minor + freight_minor + duty_minor + tax_minor + fees_minor
                                + promoted_minor + promoted_freight_minor
                                - given_goods_minor - given_freight_minor - given_duty_minor - given_tax_minor
                                - given_fees_minor - given_promoted_minor - given_promoted_freight_minor AS minor
                           FROM payments_hold WHERE state = 'open') AS h
                ON h.consignment_id = l.subject AND h.currency = l.currency
              LEFT JOIN orders_consignment c ON c.id = coalesce(h.consignment_id, l.subject)
             WHERE coalesce(l.minor, 0) <> coalesce(h.minor, 0)""",
    ),
    Check(
        "holds.order",
        "A hold is made of exactly what its consignment's order says.",
        """SELECT coalesce(c.ref, h.consignment_id::text), 'parts, commission or merchant''s share differ'
             FROM payments_hold h
             LEFT JOIN orders_consignment c ON c.merchant_id = h.merchant_id AND c.id = h.consignment_id
            WHERE (h.order_id, h.currency, h.goods_minor, h.freight_minor, h.duty_minor, h.tax_minor, h.fees_minor,
                   h.commission_minor, h.merchant_currency, h.merchant_net_minor, h.promoted_minor,
                   h.promoted_freight_minor, h.merchant_freight_minor, h.commission_tax_minor, h.seat)
               IS DISTINCT FROM
                  (c.order_id, c.currency, c.goods_minor, c.freight_minor, c.duty_minor, c.tax_minor, c.fees_minor,
                   c.commission_minor, c.merchant_currency, c.merchant_net_minor, c.promoted_minor,
                   c.promoted_freight_minor, c.freight_discount_minor - c.promoted_freight_minor,
                   c.commission_tax_minor, c.seat)""",
    ),
    Check(
        "holds.stage",
        "A hold is released exactly when its consignment is.",
        """SELECT c.ref, format('consignment %%s, hold %%s', c.stage, h.state)
             FROM payments_hold h JOIN orders_consignment c ON c.merchant_id = h.merchant_id AND c.id = h.consignment_id
            WHERE (h.state = 'released') <> (c.stage = 'released')""",
    ),
    Check(
        "refunds.booked",
        "What the ledger has on its way back to a shopper is what the open refunds of that payment say.",
        f"""SELECT coalesce(p.ref, r.payment_id::text, l.subject::text),
                   format('ledger %%s, refunds %%s %%s', coalesce(l.minor, 0), coalesce(r.minor, 0),
                          coalesce(r.currency, l.currency))
              FROM ({_STANDING.format(kind="refund_in_transit")}) AS l
              FULL JOIN (SELECT payment_id, currency, sum(amount_minor) AS minor
                           FROM payments_refund WHERE state = 'open' GROUP BY 1, 2) AS r
                ON r.payment_id = l.subject AND r.currency = l.currency
              LEFT JOIN payments_payment p ON p.id = coalesce(r.payment_id, l.subject)
             WHERE coalesce(l.minor, 0) <> coalesce(r.minor, 0)""",
    ),
    Check(
        "refunds.overdue",
        "No money that is owed back to a shopper waits to be sent.",
        """SELECT ref, format('owed since %%s', opened_at) FROM payments_refund
            WHERE state = 'open' AND opened_at < %(before)s""",
    ),
    Check(
        "refunds.parts",
        "A consignment's refunds are the sum of their parts, no part exceeds what was paid, and its hold says the same.",
        """SELECT r.ref, format('refund %%s, parts %%s', r.amount_minor, coalesce(p.minor, 0))
             FROM payments_refund r
             LEFT JOIN (SELECT merchant_id, refund_id, sum(amount_minor) AS minor FROM payments_refundpart
                         GROUP BY 1, 2) AS p ON p.merchant_id = r.merchant_id AND p.refund_id = r.id
            WHERE r.consignment_id IS NOT NULL AND r.amount_minor IS DISTINCT FROM p.minor
            UNION ALL
           SELECT c.ref, format('line %%s: %%s of %%s given back', p.number, p.minor, l.minor)
             FROM (SELECT merchant_id, consignment_id, number, part, sum(amount_minor) AS minor
                     FROM payments_refundpart GROUP BY 1, 2, 3, 4) AS p
             JOIN orders_consignment c ON c.merchant_id = p.merchant_id AND c.id = p.consignment_id
             LEFT JOIN (SELECT l.merchant_id, l.consignment_id, l.number, v.part, v.minor FROM orders_line l,
                        LATERAL (VALUES ('goods', goods_minor), ('freight', freight_minor), ('duty', duty_minor),
                                        ('tax', tax_minor), ('fees', fees_minor)) AS v(part, minor)) AS l
               ON l.merchant_id = p.merchant_id AND l.consignment_id = p.consignment_id AND l.number = p.number
              AND l.part = p.part
            WHERE p.minor > coalesce(l.minor, 0)
            UNION ALL
           SELECT c.ref, 'what the hold says was given back is not the sum of the parts'
             FROM payments_hold h
             JOIN orders_consignment c ON c.merchant_id = h.merchant_id AND c.id = h.consignment_id
             LEFT JOIN (SELECT merchant_id, consignment_id, sum(amount_minor) AS minor,
                               sum(commission_minor) AS commission
                          FROM payments_refundpart WHERE bearer = 'holder' GROUP BY 1, 2) AS p
               ON p.merchant_id = h.merchant_id AND p.consignment_id = h.consignment_id
            WHERE h.given_goods_minor + h.given_freight_minor + h.given_duty_minor + h.given_tax_minor
                  + h.given_fees_minor <> coalesce(p.minor, 0)
               OR h.given_commission_minor <> coalesce(p.commission, 0)""",
    ),
    Check(
        "payouts.booked",
        "A payout on its way is promised in the ledger, one that arrived is posted, one that failed is voided.",
        """SELECT coalesce(p.ref, t.key), format('payout %%s %%s %%s, transfer %%s %%s %%s', p.state, p.amount_minor,
                  p.currency, t.state, t.amount_minor, t.currency)
             FROM (SELECT * FROM payments_payout WHERE way = 'provider') AS p
             FULL JOIN (SELECT t.id, t.merchant_id, t.payout_id, t.key, t.amount_minor, t.currency,
                               coalesce(e.state, t.state) AS state
                          FROM ledger_transfer t LEFT JOIN ledger_transfer e ON e.pending_id = t.id
                         WHERE t.payout_id IS NOT NULL AND t.code = 'payout' AND t.pending_id IS NULL) AS t
               ON t.payout_id = p.id AND t.merchant_id = p.merchant_id
            WHERE p.id IS NULL OR t.id IS NULL OR p.amount_minor <> t.amount_minor OR p.currency <> t.currency
               OR t.state <> CASE p.state WHEN 'paid' THEN 'posted' WHEN 'returned' THEN 'posted' WHEN 'failed' THEN 'voided' ELSE 'pending' END""",
    ),
    Check(
        "chargebacks.booked",
        "What banks have taken back is what the open chargebacks say, and what was set aside for them still is.",
        f"""SELECT coalesce(l.currency, c.currency), format('ledger %%s, chargebacks %%s', coalesce(l.minor, 0),
                   coalesce(c.minor, 0))
              FROM (SELECT currency, sum(minor) AS minor FROM ({_DISPUTED}) AS d GROUP BY 1) AS l
              FULL JOIN (SELECT currency, sum(amount_minor) AS minor FROM payments_chargeback WHERE state = 'open'
                          GROUP BY 1) AS c ON c.currency = l.currency
             WHERE coalesce(l.minor, 0) <> coalesce(c.minor, 0)
            UNION ALL
           SELECT coalesce(p.ref, l.subject::text), format('ledger %%s, set aside %%s', coalesce(l.minor, 0),
                  CASE p.state WHEN 'open' THEN p.aside_minor ELSE 0 END)
             FROM ({_STANDING.format(kind="dispute_set_aside")}) AS l
             FULL JOIN (SELECT id, ref, state, aside_minor FROM payments_chargebackpart WHERE aside_minor <> 0) AS p
               ON p.id = l.subject
            WHERE coalesce(l.minor, 0) <> CASE p.state WHEN 'open' THEN p.aside_minor ELSE 0 END
            UNION ALL
           SELECT c.ref, format('chargeback %%s, parts %%s', c.amount_minor, coalesce(p.minor, 0))
             FROM payments_chargeback c
             LEFT JOIN (SELECT chargeback_id, sum(amount_minor) AS minor FROM payments_chargebackpart GROUP BY 1) AS p
               ON p.chargeback_id = c.id
            WHERE c.amount_minor IS DISTINCT FROM p.minor""",
    ),
    Check(
        "payouts.filed",
        "What the ledger has given to our bank for a payout is there exactly until the bank has answered.",
        f"""SELECT coalesce(p.ref, l.subject::text), format('payout %%s, ledger %%s %%s', coalesce(p.state, 'missing'),
                   coalesce(l.minor, 0), coalesce(p.currency, l.currency))
              FROM (SELECT * FROM payments_payout WHERE way = 'bank') AS p
              FULL JOIN ({_STANDING.format(kind="payout_in_transit")}) AS l
                ON l.subject = p.id AND l.currency = p.currency
             WHERE coalesce(l.minor, 0)
                <> CASE WHEN p.state IN ('open', 'sent') THEN p.amount_minor ELSE 0 END OR p.id IS NULL""",
    ),
    Check(
        "payouts.files",
        "A file for our bank has as many lines and the sum that its run's payouts have.",
        """SELECT f.message_id, format('file %%s lines %%s, payouts %%s lines %%s', f.lines, f.total_minor, p.lines, p.minor)
             FROM payments_payoutfile f
             LEFT JOIN (SELECT run_id, file_number, currency, count(*) AS lines, sum(amount_minor) AS minor
                          FROM payments_payout GROUP BY 1, 2, 3) AS p
               ON p.run_id = f.run_id AND p.file_number = f.number AND p.currency = f.currency
            WHERE (f.lines, f.total_minor) IS DISTINCT FROM (p.lines, p.minor)""",
    ),
    Check(
        "payments.unmatched",
        "No money and no message of the provider waits for an operator.",
        """SELECT ref, trouble FROM payments_payment WHERE trouble <> ''
            UNION ALL
           SELECT event_id, format('%%s: %%s', outcome, trouble) FROM payments_event
            WHERE outcome IN ('unmatched', 'refused')""",
    ),
)
