"""The proof: counters against transfers, the chain against what it sealed, and the export of both."""

from collections.abc import Iterator, Sequence

from django.db import connection

from entrepot.kernel.money import Money
from entrepot.ledger.terms import ChainFault, Code, Drift, Kind, Passage


def drift(*, limit: int = 100) -> tuple[Drift, ...]:
    """Accounts whose counters are not the sum of their transfers: for the audit; there must be none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH sides AS (
                   SELECT debit_id AS id, currency, state, amount_minor AS debit, 0::bigint AS credit,
                          released_minor AS debit_back, 0::bigint AS credit_back FROM ledger_transfer
                   UNION ALL
                   SELECT credit_id, currency, state, 0, amount_minor, 0, released_minor FROM ledger_transfer
               ), summed AS (
                   SELECT id, min(currency) AS low, max(currency) AS high,
                          (coalesce(sum(debit) FILTER (WHERE state = 'pending'), 0) - sum(debit_back))::bigint AS dpe,
                          coalesce(sum(debit) FILTER (WHERE state = 'posted'), 0)::bigint AS dpo,
                          (coalesce(sum(credit) FILTER (WHERE state = 'pending'), 0) - sum(credit_back))::bigint AS cpe,
                          coalesce(sum(credit) FILTER (WHERE state = 'posted'), 0)::bigint AS cpo
                     FROM sides GROUP BY id
               )
               SELECT coalesce(a.id, s.id), coalesce(a.kind, '?'), coalesce(a.subject, 0), coalesce(a.currency, s.low),
                      coalesce(a.debits_pending, 0), coalesce(a.debits_posted, 0), coalesce(a.credits_pending, 0),
                      coalesce(a.credits_posted, 0),
                      coalesce(s.dpe, 0), coalesce(s.dpo, 0), coalesce(s.cpe, 0), coalesce(s.cpo, 0)
                 FROM ledger_standing a FULL JOIN summed s ON s.id = a.id
                WHERE (coalesce(a.debits_pending, 0), coalesce(a.debits_posted, 0), coalesce(a.credits_pending, 0),
                       coalesce(a.credits_posted, 0))
                      IS DISTINCT FROM (coalesce(s.dpe, 0), coalesce(s.dpo, 0), coalesce(s.cpe, 0), coalesce(s.cpo, 0))
                   OR s.low <> s.high OR s.low <> a.currency
                LIMIT %s""",
            [limit],
        )
        return tuple(Drift(row[0], row[1], row[2], row[3], row[4:8], row[8:12]) for row in cursor.fetchall())


def chain_faults(*, limit: int = 100) -> tuple[ChainFault, ...]:
    """Batches whose hash is not what their transfers, their number and the batch before give; there must be none.

    Also transfers that no batch and no row of the tail has, or that stand in more than one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT b.id, 'its transfers are not what was sealed' FROM ledger_batch b
                WHERE b.root <> ledger_root(b.transfer_ids)
               UNION ALL
               SELECT id, 'its hash does not follow from the batch before'
                 FROM (SELECT b.*, lag(hash) OVER (ORDER BY id) AS previous, row_number() OVER (ORDER BY id) AS nth
                         FROM ledger_batch b) AS b
                WHERE id <> nth
                   OR hash <> ledger_hash(coalesce(previous, ''::bytea), id, cardinality(transfer_ids), root)
               UNION ALL
               SELECT -t.id, 'the transfer is in ' || count(m.id) || ' batches'
                 FROM ledger_transfer t
                 FULL JOIN (SELECT unnest(transfer_ids) AS id FROM ledger_batch
                            UNION ALL SELECT unnest(transfer_ids) FROM ledger_tail) m ON m.id = t.id
                GROUP BY t.id HAVING count(m.id) <> 1 OR t.id IS NULL
                LIMIT %s""",
            [limit],
        )
        return tuple(ChainFault(batch, why) for batch, why in cursor.fetchall())


def export_lines(*, after: int = 0) -> Iterator[str]:
    """Every sealed transfer as a line: its batch's number and hash, and its own line, with tabs between; batch by batch.

    after: the number of the last batch the reader has. `rules.export_faults` checks it without the ledger.
    """
    batch = after
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT b.id, encode(b.hash, 'hex'), array_agg(ledger_line(t, d, c) ORDER BY m.n)
                     FROM (SELECT id, hash, transfer_ids FROM ledger_batch WHERE id > %s ORDER BY id LIMIT 1) AS b
                    CROSS JOIN LATERAL unnest(b.transfer_ids) WITH ORDINALITY AS m(id, n)
                     JOIN ledger_transfer t ON t.id = m.id
                     JOIN ledger_account d ON d.id = t.debit_id
                     JOIN ledger_account c ON c.id = t.credit_id
                    GROUP BY b.id, b.hash""",
                [batch],
            )
            row = cursor.fetchone()
        if row is None:
            return
        batch = row[0]
        for line in row[2]:
            yield f"{batch}\t{row[1]}\t{line}"


def sealed_passages(*, kinds: Sequence[Kind], after: int) -> tuple[int, tuple[Passage, ...]] | None:
    """What the next sealed batch behind `after` did to asset accounts of these kinds: its number and the passages.

    None when there is no further batch. Whoever follows the batches sees every posted transfer exactly once, however
    late it was committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_batch WHERE id > %s ORDER BY id LIMIT 1", [after])
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(
            """SELECT t.id, coalesce(p.key, t.key), t.code, a.kind,
                      CASE WHEN a.id = t.debit_id THEN t.amount_minor ELSE -t.amount_minor END, t.currency, t.effective_at
                 FROM (SELECT unnest(transfer_ids) AS id FROM ledger_batch WHERE id = %s) AS b
                 JOIN ledger_transfer t ON t.id = b.id
                 JOIN ledger_account a ON a.id IN (t.debit_id, t.credit_id)
                 LEFT JOIN ledger_transfer p ON p.id = t.pending_id
                WHERE t.state = 'posted' AND t.amount_minor > 0 AND a.kind = ANY(%s)
                ORDER BY t.id, a.id""",
            [row[0], [kind.value for kind in kinds]],
        )
        found = tuple(
            Passage(one, key, Code(code), Kind(kind), Money(minor, currency), at)
            for one, key, code, kind, minor, currency, at in cursor.fetchall()
        )
    return int(row[0]), found
