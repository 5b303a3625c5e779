-- Promising goods to an order that is written in the same statement, and committing what was promised.

-- NULL when there is enough of everything, or the order holds its goods already, or something has been said about an
-- article that only reserving can weigh; else what lacks, as rows (merchant, variant, wanted, left) in JSON. Locks nothing.
CREATE OR REPLACE FUNCTION stock_short(
    an_order bigint, merchants bigint[], variants bigint[], quantities integer[]
) RETURNS text LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    lacking text;
BEGIN
    SELECT json_agg(json_build_array(s.merchant_id, s.variant_id, s.quantity, s.free) ORDER BY s.merchant_id, s.variant_id)::text
      INTO lacking
      FROM (SELECT w.merchant_id, w.variant_id, w.quantity,
                   coalesce((SELECT sum(p.on_hand - p.reserved) FROM stock_position p
                              WHERE p.merchant_id = w.merchant_id AND p.variant_id = w.variant_id), 0)
                   + CASE WHEN a.buckets > 0
                          THEN coalesce((SELECT sum(b.pieces - b.reserved) FROM stock_bucket b
                                          WHERE b.merchant_id = w.merchant_id AND b.variant_id = w.variant_id), 0)
                          ELSE 0 END AS free
              FROM unnest(merchants, variants, quantities) AS w(merchant_id, variant_id, quantity)
              LEFT JOIN stock_article a ON a.merchant_id = w.merchant_id AND a.variant_id = w.variant_id
             WHERE coalesce(a.ahead, '') = '' AND a.limit_each IS NULL AND NOT coalesce(a.closing, false)) s
     WHERE s.free < s.quantity;
    IF lacking IS NULL OR EXISTS (
        SELECT FROM stock_reservation r
         WHERE r.merchant_id = ANY (merchants) AND r.order_id = an_order AND r.state IN ('held', 'committed')) THEN
        RETURN NULL;
    END IF;
    RETURN lacking;
END
$$;

-- The order is being written: what it holds lapses no more by itself. Raises EN004 when a merchant's part was freed before.
CREATE OR REPLACE FUNCTION stock_bind(an_order bigint, merchants bigint[], until timestamptz) RETURNS text
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    owners integer;
BEGIN
    WITH held AS MATERIALIZED (
        SELECT r.id, r.merchant_id FROM stock_reservation r
         WHERE r.merchant_id = ANY (merchants) AND r.order_id = an_order AND r.state = 'held'
         ORDER BY r.id FOR NO KEY UPDATE
    ), bound AS (
        UPDATE stock_reservation r SET bound = true, expires_at = until FROM held
         WHERE r.merchant_id = ANY (merchants) AND r.id = held.id
        RETURNING r.merchant_id
    )
    SELECT count(DISTINCT merchant_id) INTO owners FROM bound;
    IF owners <> (SELECT count(DISTINCT m) FROM unnest(merchants) m) THEN
        RAISE EXCEPTION 'promised goods were freed' USING ERRCODE = 'EN004';
    END IF;
    RETURN NULL;
END
$$;

-- Books all or nothing, bound: only the order's cancelling frees the goods. What it holds already is not booked again.
-- Raises EN001 with the refusing answers of stock_reserve. Its locks are those of stock_reserve.
CREATE OR REPLACE FUNCTION stock_promise(
    an_order bigint, shopper bigint, merchants bigint[], variants bigint[], quantities integer[], aheads boolean[],
    until timestamptz, seen timestamptz
) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    one record;  refused text;  emptied bigint[] := '{}';  owners bigint[] := '{}';
BEGIN
    IF EXISTS (SELECT FROM stock_reservation r
                WHERE r.merchant_id = ANY (merchants) AND r.order_id = an_order AND r.state IN ('held', 'committed')) THEN
        RETURN stock_bind(an_order, merchants, until);
    END IF;
    FOR one IN
        SELECT * FROM stock_reserve(merchants, variants, quantities, aheads, an_order, shopper, until, seen, true)
    LOOP
        CASE one.answer
            WHEN 'counted' THEN
                IF one.wanted <> one.have THEN
                    RAISE EXCEPTION 'stock_promise: whatever was taken has its reservation';
                END IF;
            WHEN 'emptied' THEN
                emptied := emptied || one.variant_id;
                owners := owners || one.merchant_id;
            WHEN 'ahead' THEN
                NULL;
            ELSE
                refused := concat_ws(', ', refused, json_build_array(
                    one.answer, one.merchant_id, one.variant_id, one.wanted, one.have)::text);
        END CASE;
    END LOOP;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION 'the goods cannot be promised' USING ERRCODE = 'EN001', DETAIL = '[' || refused || ']';
    END IF;
    IF emptied <> '{}' THEN
        PERFORM base_tell(array_fill('stock.changed'::text, ARRAY[cardinality(emptied)]), emptied, owners, seen);
    END IF;
    RETURN NULL;
END
$$;

-- The order is paid: its goods are no longer released by expiry. The counters stay: the goods still lie there, promised.
CREATE OR REPLACE FUNCTION stock_commit(an_order bigint, merchants bigint[], paid timestamptz) RETURNS text
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    UPDATE stock_reservation SET state = 'committed', committed_at = coalesce(committed_at, paid)
     WHERE merchant_id = ANY (merchants) AND order_id = an_order AND state IN ('held', 'committed');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a paid order has its goods' USING ERRCODE = 'EN005';
    END IF;
    RETURN NULL;
END
$$;
