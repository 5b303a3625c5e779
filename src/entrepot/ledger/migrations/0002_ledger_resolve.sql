-- Ends pending transfers: posts them (verb 'posted') or gives their amounts back ('voided'). All or none.
-- Answers one row per key: created, exists, unknown, otherwise, expired, linked.
CREATE OR REPLACE FUNCTION ledger_resolve(r_key text[], verb text, recorded timestamptz)
RETURNS TABLE (nth integer, result text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    results text[];
BEGIN
    -- A transfer's accounts never change, so they can be locked before its state is read.
    PERFORM a.id FROM ledger_account a
      WHERE a.id IN (SELECT unnest(ARRAY[t.debit_id, t.credit_id]) FROM ledger_transfer t WHERE t.key = ANY (r_key))
      ORDER BY a.id FOR NO KEY UPDATE;

    SELECT array_agg(CASE WHEN t.id IS NULL OR (t.state = 'posted' AND t.resolved_at IS NULL) THEN 'unknown'
                          WHEN t.state = verb THEN 'exists'
                          WHEN t.state <> 'pending' THEN 'otherwise'
                          WHEN verb = 'posted' AND t.expires_at <= recorded THEN 'expired'
                          ELSE 'created' END ORDER BY w.n)
      INTO results
      FROM unnest(r_key) WITH ORDINALITY AS w(key, n)
      LEFT JOIN ledger_transfer t ON t.key = w.key;

    IF results && ARRAY['unknown', 'otherwise', 'expired'] THEN
        results := array_replace(results, 'created', 'linked');
    ELSE
        WITH ended AS (
            UPDATE ledger_transfer t SET state = verb, resolved_at = recorded
             WHERE t.key = ANY (r_key) AND t.state = 'pending'
            RETURNING t.debit_id, t.credit_id, t.amount_minor
        ), sides AS (
            SELECT debit_id AS id, amount_minor AS debits, 0::bigint AS credits FROM ended
            UNION ALL
            SELECT credit_id, 0, amount_minor FROM ended
        ), deltas AS (
            SELECT id, sum(debits)::bigint AS debits, sum(credits)::bigint AS credits FROM sides GROUP BY id
        )
        UPDATE ledger_account a
           SET debits_pending = a.debits_pending - x.debits,
               credits_pending = a.credits_pending - x.credits,
               debits_posted = a.debits_posted + CASE WHEN verb = 'posted' THEN x.debits ELSE 0 END,
               credits_posted = a.credits_posted + CASE WHEN verb = 'posted' THEN x.credits ELSE 0 END
          FROM deltas x
         WHERE a.id = x.id;
    END IF;

    RETURN QUERY SELECT w.n::integer, w.result FROM unnest(results) WITH ORDINALITY AS w(result, n) ORDER BY w.n;
END
$$;

-- What is recorded stays: mistakes are corrected by new transfers.
CREATE OR REPLACE FUNCTION ledger_transfer_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'pending' AND NEW.state IN ('posted', 'voided') AND NEW.resolved_at IS NOT NULL
       AND to_jsonb(NEW) - 'state' - 'resolved_at' = to_jsonb(OLD) - 'state' - 'resolved_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'ledger_transfer % is recorded and stays as it is', OLD.key USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE OR REPLACE TRIGGER ledger_transfer_stays BEFORE UPDATE OR DELETE ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_transfer_stays();
