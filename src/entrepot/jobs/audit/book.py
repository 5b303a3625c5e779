"""The ledger: debits equal credits, counters equal transfers, nobody owes what they do not have."""

from typing import Final

from entrepot.jobs.audit.report import Check

# Both sides of every transfer, in the currency of the account it touches.
_LEGS: Final = """
SELECT t.id, t.key, t.group_key, t.state, t.debit_id AS account, a.currency AS kept_in, t.currency,
       t.amount_minor AS debit, 0::bigint AS credit
  FROM ledger_transfer t LEFT JOIN ledger_account a ON a.id = t.debit_id
UNION ALL
SELECT t.id, t.key, t.group_key, t.state, t.credit_id, a.currency, t.currency, 0, t.amount_minor
  FROM ledger_transfer t LEFT JOIN ledger_account a ON a.id = t.credit_id
"""

BOOK: Final = (
    Check(
        "ledger.sums",
        "In every currency the accounts' debits equal their credits, posted and pending.",
        """SELECT currency, format('posted %%s debit, %%s credit; pending %%s debit, %%s credit',
                  sum(debits_posted), sum(credits_posted), sum(debits_pending), sum(credits_pending))
             FROM ledger_account GROUP BY currency
           HAVING sum(debits_posted) <> sum(credits_posted) OR sum(debits_pending) <> sum(credits_pending)""",
    ),
    Check(
        "ledger.groups",
        "Every linked group of transfers sums to zero in every currency it touches.",
        f"""SELECT group_key, format('%%s: debits %%s, credits %%s', coalesce(kept_in, 'no account'), sum(debit), sum(credit))
              FROM ({_LEGS}) AS legs WHERE state <> 'voided'
             GROUP BY group_key, kept_in HAVING sum(debit) <> sum(credit) OR kept_in IS NULL
                OR bool_or(kept_in <> currency)""",
    ),
    Check(
        "ledger.counters",
        "Every account's four counters are the sums of its transfers.",
        f"""WITH summed AS (
              SELECT account,
                     coalesce(sum(debit) FILTER (WHERE state = 'pending'), 0) AS dpe,
                     coalesce(sum(debit) FILTER (WHERE state = 'posted'), 0) AS dpo,
                     coalesce(sum(credit) FILTER (WHERE state = 'pending'), 0) AS cpe,
                     coalesce(sum(credit) FILTER (WHERE state = 'posted'), 0) AS cpo
                FROM ({_LEGS}) AS legs GROUP BY account
            )
            SELECT format('%%s %%s %%s', a.kind, a.subject, a.currency),
                   format('counters %%s/%%s/%%s/%%s, transfers %%s/%%s/%%s/%%s', a.debits_pending, a.debits_posted,
                          a.credits_pending, a.credits_posted, coalesce(s.dpe, 0), coalesce(s.dpo, 0),
                          coalesce(s.cpe, 0), coalesce(s.cpo, 0))
              FROM ledger_account a LEFT JOIN summed s ON s.account = a.id
             WHERE (a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted)
                IS DISTINCT FROM (coalesce(s.dpe, 0), coalesce(s.dpo, 0), coalesce(s.cpe, 0), coalesce(s.cpo, 0))""",
    ),
    Check(
        "ledger.guards",
        "Holds, merchants' money and refunds under way are never below zero, what is promised included.",
        """SELECT format('%%s %%s %%s', kind, subject, currency),
                  format('%%s', credits_posted - debits_posted - debits_pending)
             FROM ledger_account
            WHERE kind IN ('hold', 'merchant_available', 'refund_in_transit')
              AND credits_posted < debits_posted + debits_pending""",
    ),
)
