-- Posting. Accounts come once each in a_*, transfers point to them by position (1, 2, ...). Transfers with the same
-- t_group stand together and are linked: all or none. Groups are taken in order and see what the ones before did.
-- Answers one row per transfer: created, exists, changed, overdrawn, linked. What is refused leaves no trace but
-- the account that was opened for it.
CREATE OR REPLACE FUNCTION ledger_post(
    a_kind text[], a_subject bigint[], a_currency text[], a_slot smallint[], a_guard text[],
    t_key text[], t_group integer[], t_group_key text[], t_code text[], t_debit integer[], t_credit integer[],
    t_amount bigint[], t_pending boolean[], t_expires timestamptz[],
    t_order bigint[], t_consignment bigint[], t_merchant bigint[], t_payout bigint[],
    effective timestamptz, recorded timestamptz
) RETURNS TABLE (nth integer, result text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ids bigint[];  guards text[];
    dpe bigint[];  dpo bigint[];  cpe bigint[];  cpo bigint[];
    known text[];  results text[];
    many integer := cardinality(t_key);
    i integer := 1;  last integer;  culprit integer;  d integer;  c integer;
BEGIN
    -- In the order of the unique key, so that two calls that open the same accounts wait for each other in line.
    INSERT INTO ledger_account (kind, subject, currency, slot, guard, debits_pending, debits_posted, credits_pending,
                                credits_posted, opened_at)
    SELECT w.kind, w.subject, w.currency, w.slot, w.guard, 0, 0, 0, 0, recorded
      FROM unnest(a_kind, a_subject, a_currency, a_slot, a_guard) AS w(kind, subject, currency, slot, guard)
     WHERE NOT EXISTS (SELECT FROM ledger_account a WHERE a.kind = w.kind AND a.subject = w.subject
                                                      AND a.currency = w.currency AND a.slot = w.slot)
     ORDER BY w.kind, w.subject, w.currency, w.slot
    ON CONFLICT DO NOTHING;

    -- All rows are locked in ascending id before anything is read from them: the last rank of base.locks.
    WITH held AS MATERIALIZED (
        SELECT a.id, a.guard, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted, w.n
          FROM unnest(a_kind, a_subject, a_currency, a_slot) WITH ORDINALITY AS w(kind, subject, currency, slot, n)
          JOIN ledger_account a ON a.kind = w.kind AND a.subject = w.subject
                               AND a.currency = w.currency AND a.slot = w.slot
         ORDER BY a.id
           FOR NO KEY UPDATE OF a
    )
    SELECT array_agg(id ORDER BY n), array_agg(guard::text ORDER BY n),
           array_agg(debits_pending ORDER BY n), array_agg(debits_posted ORDER BY n),
           array_agg(credits_pending ORDER BY n), array_agg(credits_posted ORDER BY n)
      INTO ids, guards, dpe, dpo, cpe, cpo
      FROM held;
    IF cardinality(ids) IS DISTINCT FROM cardinality(a_kind) THEN
        RAISE EXCEPTION 'ledger_post: % accounts asked, % found', cardinality(a_kind), cardinality(ids);
    END IF;

    SELECT array_agg(CASE WHEN t.id IS NULL THEN ''
                          WHEN t.debit_id = ids[w.debit] AND t.credit_id = ids[w.credit]
                           AND t.amount_minor = w.amount AND t.code = w.code AND t.group_key = w.group_key
                           AND (t.state = 'pending' OR t.resolved_at IS NOT NULL) = w.pending
                          THEN 'exists' ELSE 'changed' END ORDER BY w.n)
      INTO known
      FROM unnest(t_key, t_group_key, t_code, t_debit, t_credit, t_amount, t_pending)
           WITH ORDINALITY AS w(key, group_key, code, debit, credit, amount, pending, n)
      LEFT JOIN ledger_transfer t ON t.key = w.key;

    results := known;
    WHILE i <= many LOOP
        last := i;
        WHILE last < many AND t_group[last + 1] = t_group[i] LOOP
            last := last + 1;
        END LOOP;
        culprit := 0;
        -- Known from before: the whole group must be, with the same content.
        IF 'exists' = ALL (known[i:last]) THEN
            i := last + 1;
            CONTINUE;
        ELSIF NOT ('' = ALL (known[i:last])) THEN
            FOR j IN i..last LOOP
                results[j] := CASE WHEN known[j] = '' THEN 'linked' ELSE 'changed' END;
            END LOOP;
            i := last + 1;
            CONTINUE;
        END IF;
        FOR j IN i..last LOOP
            d := t_debit[j];
            c := t_credit[j];
            IF t_pending[j] THEN
                dpe[d] := dpe[d] + t_amount[j];
                cpe[c] := cpe[c] + t_amount[j];
            ELSE
                dpo[d] := dpo[d] + t_amount[j];
                cpo[c] := cpo[c] + t_amount[j];
            END IF;
            results[j] := 'created';
            IF (guards[d] = 'credit' AND dpo[d] + dpe[d] > cpo[d])
               OR (guards[c] = 'debit' AND cpo[c] + cpe[c] > dpo[c]) THEN
                culprit := j;
                EXIT;
            END IF;
        END LOOP;
        IF culprit > 0 THEN
            FOR undone IN i..culprit LOOP
                d := t_debit[undone];
                c := t_credit[undone];
                IF t_pending[undone] THEN
                    dpe[d] := dpe[d] - t_amount[undone];
                    cpe[c] := cpe[c] - t_amount[undone];
                ELSE
                    dpo[d] := dpo[d] - t_amount[undone];
                    cpo[c] := cpo[c] - t_amount[undone];
                END IF;
            END LOOP;
            FOR j IN i..last LOOP
                results[j] := CASE WHEN j = culprit THEN 'overdrawn' ELSE 'linked' END;
            END LOOP;
        END IF;
        i := last + 1;
    END LOOP;

    IF 'created' = ANY (results) THEN
        UPDATE ledger_account a
           SET debits_pending = w.dpe, debits_posted = w.dpo, credits_pending = w.cpe, credits_posted = w.cpo
          FROM unnest(ids, dpe, dpo, cpe, cpo) AS w(id, dpe, dpo, cpe, cpo)
         WHERE a.id = w.id
           AND (a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted)
               IS DISTINCT FROM (w.dpe, w.dpo, w.cpe, w.cpo);

        INSERT INTO ledger_transfer (key, group_key, code, state, debit_id, credit_id, amount_minor, currency, order_id,
                                     consignment_id, merchant_id, payout_id, effective_at, recorded_at, expires_at)
        SELECT w.key, w.group_key, w.code, CASE WHEN w.pending THEN 'pending' ELSE 'posted' END,
               ids[w.debit], ids[w.credit], w.amount, a_currency[w.debit], w.about_order, w.about_consignment,
               w.about_merchant, w.about_payout, effective, recorded, w.expires
          FROM unnest(t_key, t_group_key, t_code, t_debit, t_credit, t_amount, t_pending, t_expires, t_order,
                      t_consignment, t_merchant, t_payout, results)
               WITH ORDINALITY AS w(key, group_key, code, debit, credit, amount, pending, expires, about_order,
                                    about_consignment, about_merchant, about_payout, result, n)
         WHERE w.result = 'created'
         ORDER BY w.n;
    END IF;

    RETURN QUERY SELECT w.n::integer, w.result FROM unnest(results) WITH ORDINALITY AS w(result, n) ORDER BY w.n;
END
$$;
