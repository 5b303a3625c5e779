-- A transfer as one line of text, the same for ever: what the chain is made of and the export writes.
CREATE OR REPLACE FUNCTION ledger_line(t ledger_transfer, d ledger_account, c ledger_account) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT concat_ws(E'\t', t.id, t.key, t.group_key, t.code, t.state, d.kind || ':' || d.subject,
                     c.kind || ':' || c.subject, t.amount_minor, t.currency, coalesce(t.asked_minor::text, ''),
                     t.released_minor, coalesce(t.pending_id::text, ''), coalesce(t.order_id::text, ''),
                     coalesce(t.consignment_id::text, ''), coalesce(t.merchant_id::text, ''),
                     coalesce(t.payout_id::text, ''), (extract(epoch FROM t.effective_at) * 1000000)::bigint,
                     (extract(epoch FROM t.recorded_at) * 1000000)::bigint)
$$;

-- The root of a batch: the hash of its lines' hashes in the order of the array.
CREATE OR REPLACE FUNCTION ledger_root(members bigint[]) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(string_agg(sha256(convert_to(ledger_line(t, d, c), 'UTF8')), ''::bytea ORDER BY m.n), ''::bytea))
      FROM unnest(members) WITH ORDINALITY AS m(id, n)
      JOIN ledger_transfer t ON t.id = m.id
      JOIN ledger_account d ON d.id = t.debit_id
      JOIN ledger_account c ON c.id = t.credit_id
$$;

-- A batch's hash: over the hash before it, its number, its size and its root.
CREATE OR REPLACE FUNCTION ledger_hash(previous bytea, nth bigint, size integer, root bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(previous || convert_to(E'\t' || nth || E'\t' || size || E'\t', 'UTF8') || root)
$$;

-- Brings the tail to the counters of the unguarded accounts and to the hours' sums, and seals its transfers as the next
-- batch of the chain. A row of the tail is either still there or folded, and all that it does happens in this one
-- transaction, so it does not matter in which order the transactions that wrote it committed. Answers how many
-- transfers it sealed, or null when another fold is under way.
CREATE OR REPLACE FUNCTION ledger_fold(folded timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    members bigint[];  previous bytea;  root bytea;  nth bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(4711002) THEN
        RETURN NULL;
    END IF;
    WITH gone AS (
        DELETE FROM ledger_tail RETURNING *
    ), counted AS (
        UPDATE ledger_account a
           SET debits_pending = a.debits_pending + x.dpe, debits_posted = a.debits_posted + x.dpo,
               credits_pending = a.credits_pending + x.cpe, credits_posted = a.credits_posted + x.cpo
          FROM (SELECT account_id, sum(debits_pending)::bigint AS dpe, sum(debits_posted)::bigint AS dpo,
                       sum(credits_pending)::bigint AS cpe, sum(credits_posted)::bigint AS cpo
                  FROM gone WHERE account_id IS NOT NULL GROUP BY account_id) x
         WHERE a.id = x.account_id
    ), hours AS (
        INSERT INTO ledger_hour AS h (kind, currency, hour, debits_pending, debits_posted, credits_pending, credits_posted)
        SELECT kind, currency, hour, sum(debits_pending)::bigint, sum(debits_posted)::bigint,
               sum(credits_pending)::bigint, sum(credits_posted)::bigint
          FROM gone GROUP BY kind, currency, hour
        ON CONFLICT (kind, currency, hour) DO UPDATE
           SET debits_pending = h.debits_pending + excluded.debits_pending,
               debits_posted = h.debits_posted + excluded.debits_posted,
               credits_pending = h.credits_pending + excluded.credits_pending,
               credits_posted = h.credits_posted + excluded.credits_posted
    )
    SELECT array_agg(m.id ORDER BY m.id) INTO members FROM gone, unnest(gone.transfer_ids) AS m(id);
    IF members IS NULL THEN
        RETURN 0;
    END IF;
    SELECT b.id, b.hash INTO nth, previous FROM ledger_batch b ORDER BY b.id DESC LIMIT 1;
    nth := coalesce(nth, 0) + 1;
    previous := coalesce(previous, ''::bytea);
    root := ledger_root(members);
    INSERT INTO ledger_batch (id, transfer_ids, root, hash, sealed_at)
    VALUES (nth, members, root, ledger_hash(previous, nth, cardinality(members), root), folded);
    RETURN cardinality(members);
END
$$;

-- What stands on every account: its counters, and for unguarded ones what is still in the tail.
CREATE OR REPLACE VIEW ledger_standing AS
SELECT a.id, a.kind, a.subject, a.currency, a.guard,
       a.debits_pending + coalesce(x.dpe, 0) AS debits_pending, a.debits_posted + coalesce(x.dpo, 0) AS debits_posted,
       a.credits_pending + coalesce(x.cpe, 0) AS credits_pending, a.credits_posted + coalesce(x.cpo, 0) AS credits_posted
  FROM ledger_account a
  LEFT JOIN (SELECT account_id, sum(debits_pending)::bigint AS dpe, sum(debits_posted)::bigint AS dpo,
                    sum(credits_pending)::bigint AS cpe, sum(credits_posted)::bigint AS cpo
               FROM ledger_tail WHERE account_id IS NOT NULL GROUP BY account_id) x ON x.account_id = a.id;
