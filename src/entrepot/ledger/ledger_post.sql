-- Posting. Accounts come once each in a_*, transfers point to them by position (1, 2, ...). Transfers with the same
-- t_group stand together and are linked: all or none. Groups are taken in order and see what the ones before did.
-- Answers one row per transfer (terms.Result). What is refused leaves no trace but the account opened for it.
--
-- Guarded accounts are locked, ascending by id, and counted here. Unguarded accounts are never locked or changed:
-- ledger_count appends to ledger_tail what they got, and ledger_fold brings it to their counters later.
CREATE OR REPLACE FUNCTION ledger_post(
    a_kind text[], a_subject bigint[], a_currency text[], a_guard text[], a_opens boolean[],
    t_key text[], t_group integer[], t_group_key text[], t_code text[], t_debit integer[], t_credit integer[],
    t_amount bigint[], t_clamp text[], t_pending boolean[], t_expires timestamptz[],
    t_order bigint[], t_consignment bigint[], t_merchant bigint[], t_payout bigint[],
    effective timestamptz, recorded timestamptz
) RETURNS text[]
-- With plans for its arrays at hand it would be planned at every call, which takes ten times as long as doing it.
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    ids bigint[];  room bigint[];  stale bigint[];  made bigint[];
    known text[];  results text[];  moved bigint[] := t_amount;
    none bigint[] := array_fill(0::bigint, ARRAY[cardinality(a_kind)]);
    dpe bigint[] := none;  dpo bigint[] := none;  cpe bigint[] := none;  cpo bigint[] := none;
    many integer := cardinality(t_key);
    i integer := 1;  last integer;  culprit integer;  d integer;  c integer;  created integer := 0;
    take bigint;  rest bigint := 0;  refusal text;  closed boolean;  overdue boolean;
BEGIN
    -- Shared with all other postings; closing a period waits for those under way, and they for it.
    IF pg_advisory_xact_lock_shared(4711001) IS NULL THEN
        NULL;
    END IF;
    SELECT coalesce((SELECT max(until) FROM ledger_period) > effective, false),
           EXISTS (SELECT FROM ledger_open WHERE expires_at <= recorded)
      INTO closed, overdue;

    SELECT array_agg(a.id ORDER BY w.n) INTO ids
      FROM unnest(a_kind, a_subject, a_currency) WITH ORDINALITY AS w(kind, subject, currency, n)
      LEFT JOIN ledger_account a ON a.kind = w.kind AND a.subject = w.subject AND a.currency = w.currency;
    IF NOT closed AND array_position(ids, NULL) IS NOT NULL THEN
        -- In the order of the unique key, so that two calls that open the same accounts wait for each other in line.
        INSERT INTO ledger_account (kind, subject, currency, guard, debits_pending, debits_posted, credits_pending,
                                    credits_posted, opened_at)
        SELECT w.kind, w.subject, w.currency, w.guard, 0, 0, 0, 0, recorded
          FROM unnest(a_kind, a_subject, a_currency, a_guard, a_opens, ids) AS w(kind, subject, currency, guard, opens, id)
         WHERE w.opens AND w.id IS NULL
         ORDER BY w.kind, w.subject, w.currency
        ON CONFLICT DO NOTHING;
        SELECT array_agg(a.id ORDER BY w.n) INTO ids
          FROM unnest(a_kind, a_subject, a_currency) WITH ORDINALITY AS w(kind, subject, currency, n)
          LEFT JOIN ledger_account a ON a.kind = w.kind AND a.subject = w.subject AND a.currency = w.currency;
    END IF;

    IF overdue THEN
        SELECT array_agg(o.transfer_id) INTO stale
          FROM ledger_open o
         WHERE o.expires_at <= recorded AND (o.debit_id = ANY (ids) OR o.credit_id = ANY (ids));
        IF stale IS NOT NULL THEN
            PERFORM FROM ledger_account a
              WHERE a.guard <> 'none'
                AND (a.id = ANY (ids) OR a.id IN (SELECT unnest(ARRAY[o.debit_id, o.credit_id])
                                                    FROM ledger_open o WHERE o.transfer_id = ANY (stale)))
              ORDER BY a.id FOR NO KEY UPDATE;
            PERFORM ledger_void_stale(stale, recorded);
        END IF;
    END IF;

    -- All rows are locked in ascending id before anything is read from them: the last rank of base.locks.
    -- room: what each guarded account may still give.
    WITH held AS MATERIALIZED (
        SELECT a.id, CASE a.guard WHEN 'credit' THEN a.credits_posted - a.debits_posted - a.debits_pending
                                  ELSE a.debits_posted - a.credits_posted - a.credits_pending END AS room
          FROM ledger_account a
         WHERE a.id = ANY (ids) AND a.guard <> 'none'
         ORDER BY a.id
           FOR NO KEY UPDATE
    )
    SELECT array_agg(held.room ORDER BY w.n) INTO room
      FROM unnest(ids) WITH ORDINALITY AS w(id, n) LEFT JOIN held ON held.id = w.id;

    known := array_fill(CASE WHEN closed THEN 'period_closed' ELSE '' END, ARRAY[many]);
    IF EXISTS (SELECT FROM ledger_transfer t WHERE t.key = ANY (t_key)) THEN
        SELECT array_agg(CASE WHEN t.id IS NULL THEN w.unknown
                              WHEN t.pending_id IS NULL AND t.debit_id = ids[w.debit] AND t.credit_id = ids[w.credit]
                               AND coalesce(t.asked_minor, t.amount_minor) = w.amount AND t.code = w.code
                               AND (t.asked_minor IS NULL) = (w.clamp = 'exact') AND (t.state = 'pending') = w.pending
                               AND t.group_key = w.group_key AND t.order_id IS NOT DISTINCT FROM w.about_order
                               AND t.consignment_id IS NOT DISTINCT FROM w.about_consignment
                               AND t.merchant_id IS NOT DISTINCT FROM w.about_merchant
                               AND t.payout_id IS NOT DISTINCT FROM w.about_payout
                              THEN 'exists' ELSE 'exists_with_different_body' END ORDER BY w.n)
          INTO known
          FROM unnest(known, t_key, t_group_key, t_code, t_debit, t_credit, t_amount, t_clamp, t_pending, t_order,
                      t_consignment, t_merchant, t_payout)
               WITH ORDINALITY AS w(unknown, key, group_key, code, debit, credit, amount, clamp, pending, about_order,
                                    about_consignment, about_merchant, about_payout, n)
          LEFT JOIN ledger_transfer t ON t.key = w.key;
    END IF;

    results := known;
    WHILE i <= many LOOP
        last := i;
        WHILE last < many AND t_group[last + 1] = t_group[i] LOOP
            last := last + 1;
        END LOOP;
        -- Known from before: the whole group must be, with the same content. A closed period refuses all that is new.
        IF known[i] <> '' OR known[last] <> '' OR (last > i + 1 AND NOT ('' = ALL (known[i:last]))) THEN
            IF NOT ('exists' = ALL (known[i:last]) OR 'period_closed' = ALL (known[i:last])) THEN
                FOR j IN i..last LOOP
                    results[j] := CASE WHEN known[j] IN ('', 'period_closed') THEN 'linked_failed'
                                       ELSE 'exists_with_different_body' END;
                END LOOP;
            END IF;
            i := last + 1;
            CONTINUE;
        END IF;
        culprit := 0;
        rest := 0;
        FOR j IN i..last LOOP
            d := t_debit[j];
            c := t_credit[j];
            take := t_amount[j];
            results[j] := 'created';
            IF ids[d] IS NULL OR ids[c] IS NULL THEN
                culprit := j;
                refusal := 'account_missing';
                EXIT;
            END IF;
            IF t_clamp[j] <> 'exact' THEN
                IF t_clamp[j] <> 'available' THEN
                    take := rest;
                END IF;
                rest := take;
                IF t_clamp[j] <> 'rest' THEN
                    IF a_guard[d] = 'credit' THEN
                        take := least(take, room[d]);
                    END IF;
                    IF a_guard[c] = 'debit' THEN
                        take := least(take, room[c]);
                    END IF;
                END IF;
                rest := rest - take;
                moved[j] := take;
            END IF;
            IF a_guard[d] = 'credit' THEN
                room[d] := room[d] - take;
            ELSIF a_guard[d] = 'debit' AND NOT t_pending[j] THEN
                room[d] := room[d] + take;
            END IF;
            IF a_guard[c] = 'debit' THEN
                room[c] := room[c] - take;
            ELSIF a_guard[c] = 'credit' AND NOT t_pending[j] THEN
                room[c] := room[c] + take;
            END IF;
            IF a_guard[d] = 'credit' AND room[d] < 0 THEN
                culprit := j;
                refusal := 'exceeds_credits';
                EXIT;
            ELSIF a_guard[c] = 'debit' AND room[c] < 0 THEN
                culprit := j;
                refusal := 'exceeds_debits';
                EXIT;
            END IF;
        END LOOP;
        IF culprit > 0 THEN
            FOR undone IN i..culprit LOOP
                d := t_debit[undone];
                c := t_credit[undone];
                CONTINUE WHEN undone = culprit AND refusal = 'account_missing';
                IF a_guard[d] = 'credit' THEN
                    room[d] := room[d] + moved[undone];
                ELSIF a_guard[d] = 'debit' AND NOT t_pending[undone] THEN
                    room[d] := room[d] - moved[undone];
                END IF;
                IF a_guard[c] = 'debit' THEN
                    room[c] := room[c] + moved[undone];
                ELSIF a_guard[c] = 'credit' AND NOT t_pending[undone] THEN
                    room[c] := room[c] - moved[undone];
                END IF;
            END LOOP;
            FOR j IN i..last LOOP
                results[j] := CASE WHEN j = culprit THEN refusal ELSE 'linked_failed' END;
            END LOOP;
        END IF;
        IF culprit = 0 THEN
            created := created + last - i + 1;
            FOR j IN i..last LOOP
                d := t_debit[j];
                c := t_credit[j];
                IF t_pending[j] THEN
                    dpe[d] := dpe[d] + moved[j];
                    cpe[c] := cpe[c] + moved[j];
                ELSE
                    dpo[d] := dpo[d] + moved[j];
                    cpo[c] := cpo[c] + moved[j];
                END IF;
            END LOOP;
        END IF;
        i := last + 1;
    END LOOP;

    IF created = 0 THEN
        RETURN results;
    END IF;
    WITH rows AS (
        INSERT INTO ledger_transfer (key, group_key, code, state, debit_id, credit_id, amount_minor, asked_minor,
                                     released_minor, currency, order_id, consignment_id, merchant_id, payout_id,
                                     effective_at, recorded_at, expires_at)
        SELECT w.key, w.group_key, w.code, CASE WHEN w.pending THEN 'pending' ELSE 'posted' END,
               ids[w.debit], ids[w.credit], w.moved, CASE WHEN w.clamp <> 'exact' THEN w.amount END, 0,
               a_currency[w.debit], w.about_order, w.about_consignment, w.about_merchant, w.about_payout, effective,
               recorded, w.expires
          FROM unnest(t_key, t_group_key, t_code, t_debit, t_credit, t_amount, moved, t_clamp, t_pending, t_expires,
                      t_order, t_consignment, t_merchant, t_payout, results)
               WITH ORDINALITY AS w(key, group_key, code, debit, credit, amount, moved, clamp, pending, expires,
                                    about_order, about_consignment, about_merchant, about_payout, result, n)
         WHERE w.result = 'created'
         ORDER BY w.n
        ON CONFLICT (key) DO NOTHING
        RETURNING id
    )
    SELECT array_agg(id) INTO made FROM rows;

    IF cardinality(made) IS DISTINCT FROM created THEN
        results := ledger_met(results, t_key, t_group, t_debit, t_credit, t_amount, t_code, ids, made);
        IF made IS NOT NULL THEN
            PERFORM ledger_count(made);
        END IF;
        RETURN results;
    END IF;
    IF array_position(t_pending, true) IS NOT NULL THEN
        INSERT INTO ledger_open (transfer_id, debit_id, credit_id, amount_minor, expires_at)
        SELECT id, debit_id, credit_id, amount_minor, expires_at
          FROM ledger_transfer WHERE id = ANY (made) AND state = 'pending';
    END IF;
    -- As ledger_count does it, from the sums at hand.
    WITH deltas AS (
        SELECT w.id, w.kind, w.currency, w.guard, w.dpe, w.dpo, w.cpe, w.cpo
          FROM unnest(ids, a_kind, a_currency, a_guard, dpe, dpo, cpe, cpo) AS w(id, kind, currency, guard, dpe, dpo, cpe, cpo)
         WHERE w.dpe + w.dpo + w.cpe + w.cpo > 0
    ), counted AS (
        UPDATE ledger_account a
           SET debits_pending = a.debits_pending + x.dpe, debits_posted = a.debits_posted + x.dpo,
               credits_pending = a.credits_pending + x.cpe, credits_posted = a.credits_posted + x.cpo
          FROM deltas x
         WHERE a.id = x.id AND x.guard <> 'none'
    )
    INSERT INTO ledger_tail (account_id, kind, currency, hour, debits_pending, debits_posted, credits_pending,
                             credits_posted, transfer_ids)
    SELECT account_id, kind, currency, date_trunc('hour', recorded, 'UTC'), dpe, dpo, cpe, cpo,
           CASE WHEN row_number() OVER () = 1 THEN made END
      FROM (SELECT CASE WHEN guard = 'none' THEN id END AS account_id, kind, currency, sum(dpe)::bigint AS dpe,
                   sum(dpo)::bigint AS dpo, sum(cpe)::bigint AS cpe, sum(cpo)::bigint AS cpo
              FROM deltas GROUP BY 1, 2, 3) AS sums;
    IF NOT FOUND THEN
        -- Only transfers of nothing: the chain has them all the same.
        PERFORM ledger_count(made);
    END IF;
    RETURN results;
END
$$;

-- Somebody recorded some of these keys between our look and our insert. With the same accounts that can only be a
-- group of unguarded accounts, whose repeat is the same group whole: it exists. Anything else is two callers that use
-- one key for two things; the whole call ends, and its repeat gets an answer for each.
CREATE OR REPLACE FUNCTION ledger_met(
    results text[], t_key text[], t_group integer[], t_debit integer[], t_credit integer[], t_amount bigint[],
    t_code text[], ids bigint[], made bigint[]
) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
    answer text[];
    split boolean;
BEGIN
    WITH seen AS (
        SELECT w.n, w.grp, w.result, w.result = 'created' AND NOT coalesce(t.id = ANY (made), false) AS met,
               t.debit_id = ids[w.debit] AND t.credit_id = ids[w.credit] AND t.amount_minor = w.amount
               AND t.code = w.code AND t.pending_id IS NULL AS same
          FROM unnest(results, t_key, t_group, t_debit, t_credit, t_amount, t_code)
               WITH ORDINALITY AS w(result, key, grp, debit, credit, amount, code, n)
          LEFT JOIN ledger_transfer t ON t.key = w.key
    ), whole AS (
        SELECT n, CASE WHEN met THEN 'exists' ELSE result END AS result,
               met AND NOT coalesce(same, false)
               OR bool_or(met) OVER (PARTITION BY grp) <> bool_and(met) OVER (PARTITION BY grp) AS odd
          FROM seen
    )
    SELECT array_agg(result ORDER BY n), bool_or(odd) INTO answer, split FROM whole;
    IF split THEN
        RAISE EXCEPTION 'ledger_post: a key is used for two things at once' USING ERRCODE = 'unique_violation';
    END IF;
    RETURN answer;
END
$$;
