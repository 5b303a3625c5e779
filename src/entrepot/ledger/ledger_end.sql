-- Ends pending transfers: posts them, whole or in part, or gives their amounts back, each by a new row that points to
-- the one it ends. Elements with the same e_group are linked: all or none. Answers one row per element (terms.Result).
-- e_amount null: all of it. A pending transfer stands at most once in a call.
CREATE OR REPLACE FUNCTION ledger_end(
    e_key text[], e_group integer[], e_post boolean[], e_amount bigint[], e_currency text[],
    effective timestamptz, recorded timestamptz
) RETURNS TABLE (nth integer, result text)
-- With plans for its arrays at hand it would be planned at every call, which takes ten times as long as doing it.
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    results text[];
    made bigint[];
    closed boolean;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(4711001);
    SELECT coalesce(max(until) > effective, false) INTO closed FROM ledger_period;

    -- A transfer's accounts never change, so they can be locked before it is known whether it is still open. The row
    -- of ledger_open is the lock of a promise between two unguarded accounts.
    PERFORM a.id FROM ledger_account a
      WHERE a.id IN (SELECT unnest(ARRAY[t.debit_id, t.credit_id]) FROM ledger_transfer t WHERE t.key = ANY (e_key))
        AND a.guard <> 'none'
      ORDER BY a.id FOR NO KEY UPDATE;
    PERFORM FROM ledger_open o JOIN ledger_transfer t ON t.id = o.transfer_id
      WHERE t.key = ANY (e_key) ORDER BY o.transfer_id FOR UPDATE OF o;

    WITH seen AS (
        SELECT w.n, w.grp,
               CASE WHEN p.id IS NULL OR p.state <> 'pending' THEN 'pending_missing'
                    WHEN w.currency <> p.currency THEN 'currency_differs'
                    WHEN e.state = 'posted' AND NOT w.post THEN 'already_posted'
                    WHEN e.state = 'voided' AND w.post THEN 'already_voided'
                    WHEN e.amount_minor <> CASE WHEN w.post THEN coalesce(w.amount, p.amount_minor) ELSE 0 END
                    THEN 'exists_with_different_body'
                    WHEN e.id IS NOT NULL THEN 'exists'
                    WHEN w.post AND p.expires_at <= recorded THEN 'expired'
                    WHEN w.amount > p.amount_minor THEN 'exceeds_pending'
                    WHEN closed THEN 'period_closed'
                    ELSE 'created' END AS result
          FROM unnest(e_key, e_group, e_post, e_amount, e_currency)
               WITH ORDINALITY AS w(key, grp, post, amount, currency, n)
          LEFT JOIN ledger_transfer p ON p.key = w.key
          LEFT JOIN ledger_transfer e ON e.pending_id = p.id
    ), whole AS (
        SELECT n, result, bool_or(result NOT IN ('created', 'exists')) OVER (PARTITION BY grp) AS refused FROM seen
    )
    SELECT array_agg(CASE WHEN result = 'created' AND refused THEN 'linked_failed' ELSE result END ORDER BY n)
      INTO results FROM whole;

    IF 'created' = ANY (results) THEN
        WITH ended AS (
            INSERT INTO ledger_transfer (key, group_key, code, state, debit_id, credit_id, amount_minor, released_minor,
                                         pending_id, currency, order_id, consignment_id, merchant_id, payout_id,
                                         effective_at, recorded_at)
            SELECT p.key || CASE WHEN w.post THEN '/posted' ELSE '/voided' END, p.group_key, p.code,
                   CASE WHEN w.post THEN 'posted' ELSE 'voided' END, p.debit_id, p.credit_id,
                   CASE WHEN w.post THEN coalesce(w.amount, p.amount_minor) ELSE 0 END, p.amount_minor, p.id, p.currency,
                   p.order_id, p.consignment_id, p.merchant_id, p.payout_id, effective, recorded
              FROM unnest(e_key, e_post, e_amount, results) WITH ORDINALITY AS w(key, post, amount, result, n)
              JOIN ledger_transfer p ON p.key = w.key
             WHERE w.result = 'created'
             ORDER BY w.n
            RETURNING id, pending_id
        ), closed_now AS (
            DELETE FROM ledger_open o USING ended WHERE o.transfer_id = ended.pending_id
        )
        SELECT array_agg(id ORDER BY id) INTO made FROM ended;
        PERFORM ledger_count(made);
    END IF;

    RETURN QUERY SELECT w.n::integer, w.result FROM unnest(results) WITH ORDINALITY AS w(result, n) ORDER BY w.n;
END
$$;

-- Voids promises whose time ran out; the caller has locked their guarded accounts. Those ended meanwhile are left.
CREATE OR REPLACE FUNCTION ledger_void_stale(stale bigint[], recorded timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    made bigint[];
BEGIN
    WITH open_still AS (
        DELETE FROM ledger_open WHERE transfer_id = ANY (stale) AND expires_at <= recorded RETURNING transfer_id
    ), ended AS (
        INSERT INTO ledger_transfer (key, group_key, code, state, debit_id, credit_id, amount_minor, released_minor,
                                     pending_id, currency, order_id, consignment_id, merchant_id, payout_id,
                                     effective_at, recorded_at)
        SELECT p.key || '/voided', p.group_key, p.code, 'voided', p.debit_id, p.credit_id, 0, p.amount_minor, p.id,
               p.currency, p.order_id, p.consignment_id, p.merchant_id, p.payout_id, recorded, recorded
          FROM ledger_transfer p JOIN open_still ON open_still.transfer_id = p.id
         ORDER BY p.id
        RETURNING id
    )
    SELECT array_agg(id ORDER BY id) INTO made FROM ended;
    IF made IS NOT NULL THEN
        PERFORM ledger_count(made);
    END IF;
    RETURN coalesce(cardinality(made), 0);
END
$$;

-- The sweep: at most `most` promises that ran out.
CREATE OR REPLACE FUNCTION ledger_expire(recorded timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    stale bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock_shared(4711001);
    SELECT array_agg(transfer_id) INTO stale
      FROM (SELECT transfer_id FROM ledger_open WHERE expires_at <= recorded ORDER BY expires_at LIMIT most) o;
    IF stale IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM a.id FROM ledger_account a
      WHERE a.guard <> 'none'
        AND a.id IN (SELECT unnest(ARRAY[t.debit_id, t.credit_id]) FROM ledger_transfer t WHERE t.id = ANY (stale))
      ORDER BY a.id FOR NO KEY UPDATE;
    RETURN ledger_void_stale(stale, recorded);
END
$$;

-- What is recorded stays: mistakes are corrected by new transfers.
CREATE OR REPLACE FUNCTION ledger_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is recorded and stays as it is: %', TG_TABLE_NAME, to_jsonb(OLD)
          USING ERRCODE = 'integrity_constraint_violation';
END
$$;
