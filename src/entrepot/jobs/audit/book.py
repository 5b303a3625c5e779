"""The ledger: debits equal credits, counters equal transfers, nobody owes what they do not have."""

from typing import Final

from entrepot.jobs.audit.report import Check

# Both sides of every transfer, in the currency of the account it touches. pending and posted: what it adds to each.
_LEGS: Final = """
SELECT t.id, t.key, t.group_key, t.recorded_at, t.debit_id AS account, a.kind, a.currency AS kept_in, t.currency,
       t.amount_minor AS debit, 0::bigint AS credit,
       CASE t.state WHEN 'pending' THEN t.amount_minor ELSE -t.released_minor END AS dpe,
       CASE t.state WHEN 'posted' THEN t.amount_minor ELSE 0 END AS dpo, 0::bigint AS cpe, 0::bigint AS cpo
  FROM ledger_transfer t LEFT JOIN ledger_account a ON a.id = t.debit_id
UNION ALL
SELECT t.id, t.key, t.group_key, t.recorded_at, t.credit_id, a.kind, a.currency, t.currency, 0, t.amount_minor, 0, 0,
       CASE t.state WHEN 'pending' THEN t.amount_minor ELSE -t.released_minor END,
       CASE t.state WHEN 'posted' THEN t.amount_minor ELSE 0 END
  FROM ledger_transfer t LEFT JOIN ledger_account a ON a.id = t.credit_id
"""

# What stands on each account: its counters, and what the tail has for it that no fold has taken in yet.
_STANDS: Final = """
SELECT id, kind, subject, currency, debits_pending AS dpe, debits_posted AS dpo, credits_pending AS cpe,
       credits_posted AS cpo
  FROM ledger_account
UNION ALL
SELECT a.id, a.kind, a.subject, a.currency, t.debits_pending, t.debits_posted, t.credits_pending, t.credits_posted
  FROM ledger_tail t JOIN ledger_account a ON a.id = t.account_id
"""

BOOK: Final = (
    Check(
        "ledger.sums",
        "In every currency the accounts' debits equal their credits, posted and pending.",
        f"""SELECT currency, format('posted %%s debit, %%s credit; pending %%s debit, %%s credit',
                   sum(dpo), sum(cpo), sum(dpe), sum(cpe))
              FROM ({_STANDS}) AS stands GROUP BY currency
            HAVING sum(dpo) <> sum(cpo) OR sum(dpe) <> sum(cpe)""",
    ),
    Check(
        "ledger.groups",
        "Every linked group of transfers sums to zero in every currency it touches.",
        f"""SELECT group_key, format('%%s: debits %%s, credits %%s', coalesce(kept_in, 'no account'), sum(debit), sum(credit))
              FROM ({_LEGS}) AS legs
             GROUP BY group_key, kept_in HAVING sum(debit) <> sum(credit) OR kept_in IS NULL
                OR bool_or(kept_in <> currency)""",
    ),
    Check(
        "ledger.counters",
        "Every account's four counters are the sums of its transfers.",
        f"""SELECT format('%%s %%s %%s', s.kind, s.subject, s.currency),
                   format('counters %%s/%%s/%%s/%%s, transfers %%s/%%s/%%s/%%s', s.dpe, s.dpo, s.cpe, s.cpo,
                          coalesce(t.dpe, 0), coalesce(t.dpo, 0), coalesce(t.cpe, 0), coalesce(t.cpo, 0))
              FROM (SELECT id, kind, subject, currency, sum(dpe) AS dpe, sum(dpo) AS dpo, sum(cpe) AS cpe, sum(cpo) AS cpo
                      FROM ({_STANDS}) AS stands GROUP BY id, kind, subject, currency) AS s
              LEFT JOIN (SELECT account, sum(dpe) AS dpe, sum(dpo) AS dpo, sum(cpe) AS cpe, sum(cpo) AS cpo
                           FROM ({_LEGS}) AS legs GROUP BY account) AS t ON t.account = s.id
             WHERE (s.dpe, s.dpo, s.cpe, s.cpo)
                IS DISTINCT FROM (coalesce(t.dpe, 0), coalesce(t.dpo, 0), coalesce(t.cpe, 0), coalesce(t.cpo, 0))""",
    ),
    Check(
        "ledger.hours",
        "The sums of the hours, from which past balances are read, are the sums of their transfers.",
        f"""SELECT format('%%s %%s %%s', kind, currency, hour), format('kept %%s, transfers %%s', sum(kept), sum(moved))
              FROM (SELECT kind, currency, hour, debits_posted - credits_posted + 3 * (debits_pending - credits_pending)
                             + 7 * (debits_posted + debits_pending) AS kept, 0 AS moved FROM ledger_hour
                    UNION ALL
                    SELECT kind, currency, hour, debits_posted - credits_posted + 3 * (debits_pending - credits_pending)
                             + 7 * (debits_posted + debits_pending), 0 FROM ledger_tail
                    UNION ALL
                    SELECT kind, currency, date_trunc('hour', recorded_at, 'UTC'), 0,
                           dpo - cpo + 3 * (dpe - cpe) + 7 * (dpo + dpe)
                      FROM ({_LEGS}) AS legs WHERE kind IS NOT NULL) AS both_sides
             GROUP BY kind, currency, hour HAVING sum(kept) <> sum(moved)""",
    ),
    Check(
        "ledger.open",
        "The promises that are kept as open are those that no transfer has ended.",
        """SELECT coalesce(p.key, o.transfer_id::text),
                  CASE WHEN o.transfer_id IS NULL THEN 'open and not kept' ELSE 'kept and not open' END
             FROM (SELECT t.id, t.key, t.debit_id, t.credit_id, t.amount_minor, t.expires_at FROM ledger_transfer t
                    WHERE t.state = 'pending'
                      AND NOT EXISTS (SELECT FROM ledger_transfer e WHERE e.pending_id = t.id)) AS p
             FULL JOIN ledger_open o ON (o.transfer_id, o.debit_id, o.credit_id, o.amount_minor)
                                      = (p.id, p.debit_id, p.credit_id, p.amount_minor)
                                    AND o.expires_at IS NOT DISTINCT FROM p.expires_at
            WHERE o.transfer_id IS NULL OR p.id IS NULL""",
    ),
    Check(
        "ledger.ends",
        "A promise is ended at most once, by a transfer between the same accounts that gives back all of it.",
        """SELECT p.key, format('ended by %%s: %%s of %%s', e.key, e.released_minor, p.amount_minor)
             FROM ledger_transfer e JOIN ledger_transfer p ON p.id = e.pending_id
            WHERE p.state <> 'pending' OR p.amount_minor <> e.released_minor OR e.amount_minor > p.amount_minor
               OR (p.debit_id, p.credit_id, p.currency) <> (e.debit_id, e.credit_id, e.currency)
            UNION ALL
           SELECT pending_id::text, format('ended %%s times', count(*)) FROM ledger_transfer
            WHERE pending_id IS NOT NULL GROUP BY pending_id HAVING count(*) > 1""",
    ),
    Check(
        "ledger.chain",
        "Every batch of the chain has the hash that its transfers and the batch before give.",
        """SELECT b.id, CASE WHEN b.root <> ledger_root(b.transfer_ids) THEN 'its transfers are not what was sealed'
                              ELSE 'it does not follow from the batch before' END
             FROM (SELECT *, lag(hash, 1, ''::bytea) OVER (ORDER BY id) AS previous, row_number() OVER (ORDER BY id) AS nth
                     FROM ledger_batch) AS b
            WHERE b.id <> b.nth OR b.root <> ledger_root(b.transfer_ids)
               OR b.hash <> ledger_hash(b.previous, b.id, cardinality(b.transfer_ids), b.root)""",
    ),
    Check(
        "ledger.sealed",
        "Every transfer is in one batch of the chain or waits for the next.",
        """SELECT coalesce(t.key, m.id::text), format('in %%s batches', count(m.id))
             FROM ledger_transfer t
             FULL JOIN (SELECT unnest(transfer_ids) AS id FROM ledger_batch
                        UNION ALL SELECT unnest(transfer_ids) FROM ledger_tail) AS m ON m.id = t.id
            GROUP BY t.id, t.key, m.id HAVING count(m.id) <> 1 OR t.id IS NULL""",
    ),
    Check(
        "ledger.guards",
        "No guarded account gives more than it was given: holds, merchants' money, refunds and payouts under way, debts.",
        """SELECT format('%%s %%s %%s', kind, subject, currency),
                  format('%%s', credits_posted - debits_posted - debits_pending)
             FROM ledger_account
            WHERE (kind IN ('hold', 'merchant_available', 'merchant_pending', 'merchant_reserve', 'refund_in_transit',
                            'payout_in_transit', 'dispute_set_aside', 'shopper_credit')
                   AND credits_posted < debits_posted + debits_pending)
               OR (kind = 'merchant_receivable' AND debits_posted < credits_posted + credits_pending)""",
    ),
)
