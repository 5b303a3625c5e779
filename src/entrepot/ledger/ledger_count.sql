-- Counts transfers that were just recorded: guarded accounts at once, all others by appending to the tail. Rows of the
-- tail say what the hour's sums get too, and which transfers the next batch of the chain has.
CREATE OR REPLACE FUNCTION ledger_count(made bigint[]) RETURNS void
LANGUAGE sql AS $$
    WITH sides AS (
        SELECT t.debit_id AS account_id, date_trunc('hour', t.recorded_at, 'UTC') AS hour,
               CASE t.state WHEN 'pending' THEN t.amount_minor ELSE -t.released_minor END AS dpe,
               CASE t.state WHEN 'posted' THEN t.amount_minor ELSE 0 END AS dpo, 0::bigint AS cpe, 0::bigint AS cpo
          FROM ledger_transfer t WHERE t.id = ANY (made)
        UNION ALL
        SELECT t.credit_id, date_trunc('hour', t.recorded_at, 'UTC'), 0, 0,
               CASE t.state WHEN 'pending' THEN t.amount_minor ELSE -t.released_minor END,
               CASE t.state WHEN 'posted' THEN t.amount_minor ELSE 0 END
          FROM ledger_transfer t WHERE t.id = ANY (made)
    ), deltas AS (
        SELECT account_id, hour, sum(dpe)::bigint AS dpe, sum(dpo)::bigint AS dpo, sum(cpe)::bigint AS cpe,
               sum(cpo)::bigint AS cpo
          FROM sides GROUP BY account_id, hour
    ), named AS (
        SELECT CASE WHEN a.guard = 'none' THEN a.id END AS account_id, a.kind, a.currency, x.hour,
               sum(x.dpe)::bigint AS dpe, sum(x.dpo)::bigint AS dpo, sum(x.cpe)::bigint AS cpe, sum(x.cpo)::bigint AS cpo
          FROM deltas x JOIN ledger_account a ON a.id = x.account_id
         GROUP BY 1, 2, 3, 4
    ), appended AS (
        INSERT INTO ledger_tail (account_id, kind, currency, hour, debits_pending, debits_posted, credits_pending,
                                 credits_posted, transfer_ids)
        SELECT account_id, kind, currency, hour, dpe, dpo, cpe, cpo, CASE WHEN row_number() OVER () = 1 THEN made END
          FROM named
    ), promised AS (
        INSERT INTO ledger_open (transfer_id, debit_id, credit_id, amount_minor, expires_at)
        SELECT id, debit_id, credit_id, amount_minor, expires_at
          FROM ledger_transfer WHERE id = ANY (made) AND state = 'pending'
    )
    UPDATE ledger_account a
       SET debits_pending = a.debits_pending + x.dpe, debits_posted = a.debits_posted + x.dpo,
           credits_pending = a.credits_pending + x.cpe, credits_posted = a.credits_posted + x.cpo
      FROM (SELECT account_id, sum(dpe)::bigint AS dpe, sum(dpo)::bigint AS dpo, sum(cpe)::bigint AS cpe,
                   sum(cpo)::bigint AS cpo FROM deltas GROUP BY account_id) x
     WHERE a.id = x.account_id AND a.guard <> 'none'
$$;
