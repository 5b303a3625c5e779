"""Reconciliation: what was matched still agrees, and every line is accounted for."""

from typing import Final

from entrepot.jobs.audit.report import Check

RECONCILED: Final = (
    Check(
        "reconciliation.matches",
        "In every match both sides come to the same money, at one place and in one currency.",
        """SELECT m.id, format('%%s ours, %%s theirs, %%s currencies', sum(i.amount_minor) FILTER (WHERE i.side = 'books'),
                  sum(i.amount_minor) FILTER (WHERE i.side = 'theirs'), count(DISTINCT i.currency))
             FROM reconciliation_match m LEFT JOIN reconciliation_item i ON i.match_id = m.id
            WHERE m.undone_at IS NULL GROUP BY m.id, m.place, m.books_id, m.theirs_id
           HAVING count(DISTINCT i.currency) <> 1 OR bool_or(i.place <> m.place)
               OR sum(CASE i.side WHEN 'books' THEN i.amount_minor ELSE -i.amount_minor END) <> 0
               OR (m.books_id IS NOT NULL AND array_agg(i.id ORDER BY i.id)
                   IS DISTINCT FROM ARRAY[least(m.books_id, m.theirs_id), greatest(m.books_id, m.theirs_id)])
            UNION ALL
           SELECT i.id, format('%%s is in a match that was undone', i.number)
             FROM reconciliation_item i LEFT JOIN reconciliation_match m ON m.id = i.match_id
            WHERE i.match_id IS NOT NULL AND (m.id IS NULL OR m.undone_at IS NOT NULL)""",
    ),
    Check(
        "reconciliation.queue",
        "Every line that nothing matches is in the queue of exceptions, and none that something does.",
        """SELECT i.number, format('%%s, %%s', coalesce(c.state, 'not in the queue'),
                  CASE WHEN i.match_id IS NULL THEN 'not matched' ELSE 'matched' END)
             FROM reconciliation_item i LEFT JOIN reconciliation_case c ON c.item_id = i.id
            WHERE (i.match_id IS NULL) <> (coalesce(c.state, 'matched') <> 'matched')
              AND EXISTS (SELECT FROM reconciliation_case)""",
    ),
    Check(
        "reconciliation.books",
        "The books' lines are the ledger's transfers at the provider and the bank, batch by batch.",
        """SELECT format('%%s %%s', place, currency), format('ledger %%s, lines %%s', sum(ledger), sum(lines))
             FROM (SELECT CASE a.kind WHEN 'bank' THEN 'bank' ELSE 'provider' END AS place, t.currency,
                          CASE WHEN a.id = t.debit_id THEN t.amount_minor ELSE -t.amount_minor END AS ledger, 0 AS lines
                     FROM ledger_batch b CROSS JOIN unnest(b.transfer_ids) AS sealed(id)
                     JOIN ledger_transfer t ON t.id = sealed.id AND t.state = 'posted'
                     JOIN ledger_account a ON a.id IN (t.debit_id, t.credit_id) AND a.kind IN ('bank', 'psp_receivable')
                    WHERE b.id <= (SELECT batch FROM reconciliation_position)
                    UNION ALL
                   SELECT i.place, i.currency, 0, i.amount_minor FROM reconciliation_item i
                    WHERE i.side = 'books'
                      AND (i.kind <> 'mended' OR EXISTS (
                           SELECT FROM ledger_transfer t JOIN ledger_batch b ON t.id = ANY(b.transfer_ids)
                            WHERE t.key = i.number AND b.id <= (SELECT batch FROM reconciliation_position)))) AS sides
            GROUP BY 1 HAVING sum(ledger) <> sum(lines)""",
    ),
    Check(
        "reconciliation.proven",
        "Every fee and settlement that our books took from a report still stands in one.",
        """SELECT t.key, 'no line of a report has this number'
             FROM ledger_transfer t
            WHERE t.code IN ('psp.fee', 'psp.settled') AND t.key NOT LIKE 'dispute/%%'
              AND EXISTS (SELECT FROM reconciliation_report WHERE place = 'provider')
              AND NOT EXISTS (SELECT FROM reconciliation_item i
                               WHERE i.side = 'theirs' AND i.source IN (split_part(t.key, '/', 2)) AND i.source <> '')""",
    ),
)
