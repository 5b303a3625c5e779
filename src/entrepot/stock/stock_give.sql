-- What becomes of reservations and counts. Locks: positions by id, buckets by id, articles; see stock_reserve.sql.

-- After goods have come or come back: those who wait for them get theirs in the order in which they paid, what is left
-- goes into the buckets if there are any. The caller has locked the positions.
CREATE OR REPLACE FUNCTION stock_settle(merchants bigint[], variants bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    one record;  waiting record;  part record;  took integer;  wants integer;  given integer;
BEGIN
    FOR one IN
        SELECT a.merchant_id, a.variant_id, a.buckets,
               a.ahead_promised > 0
               AND EXISTS (SELECT FROM stock_reservation r
                            WHERE r.merchant_id = a.merchant_id AND r.variant_id = a.variant_id AND r.place_id = 0
                              AND r.state = 'committed') AS awaited
          FROM stock_article a WHERE a.merchant_id = ANY(merchants) AND a.variant_id = ANY(variants)
         ORDER BY 1, 2
    LOOP
        CONTINUE WHEN one.buckets = 0 AND NOT one.awaited;
        IF one.awaited THEN
            PERFORM stock_drain(one.merchant_id, one.variant_id);
            given := 0;
            FOR waiting IN
                SELECT r.id, r.order_id, r.quantity FROM stock_reservation r
                 WHERE r.merchant_id = one.merchant_id AND r.variant_id = one.variant_id AND r.place_id = 0
                   AND r.state = 'committed'
                 ORDER BY r.committed_at, r.id FOR NO KEY UPDATE
            LOOP
                wants := waiting.quantity;
                FOR part IN
                    SELECT p.id, p.place_id, p.on_hand - p.reserved AS free FROM stock_position p
                     WHERE p.merchant_id = one.merchant_id AND p.variant_id = one.variant_id AND p.on_hand > p.reserved
                     ORDER BY p.id
                LOOP
                    EXIT WHEN wants = 0;
                    took := least(wants, part.free);
                    wants := wants - took;
                    UPDATE stock_position p SET reserved = p.reserved + took
                     WHERE p.merchant_id = one.merchant_id AND p.id = part.id;
                    INSERT INTO stock_reservation AS r (merchant_id, order_id, shopper_id, variant_id, place_id, bucket_id,
                                                        quantity, state, bound, limited, expires_at, committed_at, due_on)
                    SELECT w.merchant_id, w.order_id, w.shopper_id, w.variant_id, part.place_id, 0, took, w.state, w.bound,
                           w.limited, w.expires_at, w.committed_at, w.due_on
                      FROM stock_reservation w WHERE w.merchant_id = one.merchant_id AND w.id = waiting.id
                    ON CONFLICT (merchant_id, order_id, variant_id, place_id, bucket_id)
                    DO UPDATE SET quantity = EXCLUDED.quantity
                                             + CASE WHEN r.state = 'committed' THEN r.quantity ELSE 0 END,
                                  state = EXCLUDED.state, bound = EXCLUDED.bound, due_on = EXCLUDED.due_on;
                END LOOP;
                given := given + waiting.quantity - wants;
                IF wants = 0 THEN
                    DELETE FROM stock_reservation r WHERE r.merchant_id = one.merchant_id AND r.id = waiting.id;
                ELSE
                    UPDATE stock_reservation r SET quantity = wants
                     WHERE r.merchant_id = one.merchant_id AND r.id = waiting.id AND r.quantity <> wants;
                    EXIT;
                END IF;
            END LOOP;
            UPDATE stock_article a SET ahead_promised = a.ahead_promised - given
             WHERE a.merchant_id = one.merchant_id AND a.variant_id = one.variant_id AND given > 0;
        END IF;
        PERFORM stock_pour(one.merchant_id, one.variant_id, one.buckets);
    END LOOP;
END
$$;

-- Open reservations of these orders are released, each to where it came from: its bucket, its position, or the goods to
-- come. With `lapsed_at` only those that no order has bound and whose time is over. Answers what each article got back
-- and what is free of it now.
CREATE OR REPLACE FUNCTION stock_release(merchants bigint[], orders bigint[], lapsed_at timestamptz)
RETURNS TABLE (merchant_id bigint, variant_id bigint, back bigint, free bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    got record;
BEGIN
    PERFORM p.id FROM stock_position p
      WHERE p.merchant_id = ANY(merchants) AND (p.merchant_id, p.variant_id) IN
            (SELECT r.merchant_id, r.variant_id FROM stock_reservation r
              WHERE r.merchant_id = ANY(merchants) AND r.order_id = ANY(orders) AND r.state IN ('held', 'committed'))
      ORDER BY p.id FOR NO KEY UPDATE;
    PERFORM b.id FROM stock_bucket b
      WHERE b.merchant_id = ANY(merchants) AND b.id IN
            (SELECT r.bucket_id FROM stock_reservation r
              WHERE r.merchant_id = ANY(merchants) AND r.order_id = ANY(orders) AND r.bucket_id <> 0)
      ORDER BY b.merchant_id, b.variant_id, b.id FOR NO KEY UPDATE;
    WITH freed AS (
        UPDATE stock_reservation r SET state = 'released'
         WHERE r.merchant_id = ANY(merchants) AND r.order_id = ANY(orders) AND r.state IN ('held', 'committed')
           AND (lapsed_at IS NULL OR (r.state = 'held' AND NOT r.bound AND r.expires_at <= lapsed_at))
        RETURNING r.merchant_id, r.order_id, r.variant_id, r.place_id, r.bucket_id, r.quantity
    ), bucketed AS (
        UPDATE stock_bucket b SET reserved = b.reserved - f.quantity
          FROM (SELECT merchant_id, bucket_id, sum(quantity) AS quantity FROM freed WHERE bucket_id <> 0 GROUP BY 1, 2) AS f
         WHERE b.merchant_id = f.merchant_id AND b.id = f.bucket_id
        RETURNING b.id
    ), placed AS (
        UPDATE stock_position p SET reserved = p.reserved - f.quantity
          FROM (SELECT merchant_id, variant_id, place_id, sum(quantity) AS quantity FROM freed
                 WHERE place_id <> 0 AND bucket_id NOT IN (SELECT id FROM bucketed) GROUP BY 1, 2, 3) AS f
         WHERE p.merchant_id = f.merchant_id AND p.variant_id = f.variant_id AND p.place_id = f.place_id
    ), unpromised AS (
        UPDATE stock_article a SET ahead_promised = a.ahead_promised - f.quantity
          FROM (SELECT merchant_id, variant_id, sum(quantity) AS quantity FROM freed WHERE place_id = 0 GROUP BY 1, 2) AS f
         WHERE a.merchant_id = f.merchant_id AND a.variant_id = f.variant_id
    ), unticketed AS (
        UPDATE stock_ticket t SET state = 'lapsed', pieces = 0
         WHERE t.merchant_id = ANY(merchants) AND t.order_id IN (SELECT order_id FROM freed) AND t.state = 'used'
    )
    SELECT array_agg(f.merchant_id) AS merchants, array_agg(f.variant_id) AS variants, array_agg(f.quantity) AS pieces
      INTO got FROM freed f WHERE f.place_id <> 0;
    PERFORM stock_settle(got.merchants, got.variants);
    RETURN QUERY
    SELECT f.merchant_id, f.variant_id, sum(f.quantity)::bigint,
           (SELECT coalesce(sum(p.on_hand - p.reserved), 0) FROM stock_position p
             WHERE p.merchant_id = f.merchant_id AND p.variant_id = f.variant_id)
           + (SELECT coalesce(sum(b.pieces - b.reserved), 0) FROM stock_bucket b
               WHERE b.merchant_id = f.merchant_id AND b.variant_id = f.variant_id)
      FROM unnest(got.merchants, got.variants, got.pieces) AS f(merchant_id, variant_id, quantity)
     GROUP BY 1, 2;
END
$$;

-- The merchant hands over these articles of a paid order: they leave their places. Answers the pieces that left, or
-- below zero how many are still to come; then nothing left.
CREATE OR REPLACE FUNCTION stock_issue(
    of_merchant bigint, of_order bigint, variants bigint[], seen_at timestamptz, by_actor text
) RETURNS bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    gone bigint;
BEGIN
    SELECT sum(r.quantity) INTO gone FROM stock_reservation r
     WHERE r.merchant_id = of_merchant AND r.order_id = of_order AND r.variant_id = ANY(variants) AND r.place_id = 0
       AND r.state = 'committed';
    IF gone > 0 THEN
        RETURN -gone;
    END IF;
    PERFORM p.id FROM stock_position p
      WHERE p.merchant_id = of_merchant AND (p.variant_id, p.place_id) IN
            (SELECT r.variant_id, r.place_id FROM stock_reservation r
              WHERE r.merchant_id = of_merchant AND r.order_id = of_order AND r.state = 'committed')
      ORDER BY p.id FOR NO KEY UPDATE;
    PERFORM b.id FROM stock_bucket b
      WHERE b.merchant_id = of_merchant AND b.id IN
            (SELECT r.bucket_id FROM stock_reservation r
              WHERE r.merchant_id = of_merchant AND r.order_id = of_order AND r.bucket_id <> 0)
      ORDER BY b.variant_id, b.id FOR NO KEY UPDATE;
    WITH gone AS (
        UPDATE stock_reservation r SET state = 'issued'
         WHERE r.merchant_id = of_merchant AND r.order_id = of_order AND r.variant_id = ANY(variants)
           AND r.state = 'committed'
        RETURNING r.variant_id, r.place_id, r.bucket_id, r.quantity
    ), bucketed AS (
        UPDATE stock_bucket b SET pieces = b.pieces - g.quantity, reserved = b.reserved - g.quantity
          FROM gone g WHERE b.merchant_id = of_merchant AND b.id = g.bucket_id
        RETURNING b.place_id, b.variant_id, g.quantity
    ), left_place AS (
        UPDATE stock_position p SET on_hand = p.on_hand - g.quantity, reserved = p.reserved - g.quantity,
               pooled = p.pooled - coalesce((SELECT sum(b.quantity) FROM bucketed b WHERE b.variant_id = p.variant_id
                                                                                  AND b.place_id = p.place_id), 0)
          FROM (SELECT variant_id, place_id, sum(quantity) AS quantity FROM gone GROUP BY 1, 2) AS g
         WHERE p.merchant_id = of_merchant AND p.variant_id = g.variant_id AND p.place_id = g.place_id
        RETURNING p.variant_id, p.place_id, g.quantity
    ), moved AS (
        INSERT INTO stock_movement (merchant_id, variant_id, place_id, at, reason, delta, about, actor)
        SELECT of_merchant, l.variant_id, l.place_id, seen_at, 'sale', -l.quantity, of_order, by_actor FROM left_place l
        RETURNING delta
    )
    SELECT -sum(delta) INTO gone FROM moved;
    RETURN coalesce(gone, 0);
END
$$;

-- Counted quantities of one place are taken over; movements say what changed. Answers rows (answer, variant, before,
-- after): `counted` with what was free before and is now, `refused` with the count and what is promised, which is more.
CREATE OR REPLACE FUNCTION stock_count(
    of_merchant bigint, at_place bigint, ids bigint[], variants bigint[], quantities integer[],
    seen_at timestamptz, why text, about_what bigint, by_actor text
) RETURNS TABLE (answer text, variant_id bigint, before bigint, after bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    hot bigint[];  one bigint;  line record;
BEGIN
    SELECT array_agg(a.variant_id ORDER BY a.variant_id) INTO hot FROM stock_article a
     WHERE a.merchant_id = of_merchant AND a.variant_id = ANY(variants) AND (a.buckets > 0 OR a.ahead_promised > 0);
    -- All positions first, then buckets: the order in which everybody locks.
    PERFORM p.id FROM stock_position p
      WHERE p.merchant_id = of_merchant AND (p.variant_id = ANY(hot) OR p.place_id = at_place AND p.variant_id = ANY(variants))
      ORDER BY p.id FOR NO KEY UPDATE;
    FOREACH one IN ARRAY coalesce(hot, '{}') LOOP
        PERFORM stock_drain(of_merchant, one);
    END LOOP;
    FOR line IN
        WITH given AS (
            SELECT id, variant_id, quantity FROM unnest(ids, variants, quantities) AS g(id, variant_id, quantity)
        ), known AS MATERIALIZED (
            SELECT p.variant_id, p.on_hand, p.reserved FROM stock_position p
             WHERE p.merchant_id = of_merchant AND p.place_id = at_place AND p.variant_id = ANY(variants)
        ), fitting AS (
            SELECT g.id, g.variant_id, g.quantity, coalesce(k.on_hand, 0) AS before, coalesce(k.reserved, 0) AS reserved
              FROM given g LEFT JOIN known k ON k.variant_id = g.variant_id
             WHERE k.variant_id IS NULL OR (g.quantity >= k.reserved AND g.quantity <> k.on_hand)
        ), counted AS (
            INSERT INTO stock_position (id, merchant_id, variant_id, place_id, on_hand, reserved, pooled)
            SELECT f.id, of_merchant, f.variant_id, at_place, f.quantity, 0, 0 FROM fitting f ORDER BY f.id
            ON CONFLICT (merchant_id, variant_id, place_id) DO UPDATE SET on_hand = EXCLUDED.on_hand
        ), moved AS (
            INSERT INTO stock_movement (merchant_id, variant_id, place_id, at, reason, delta, about, actor)
            SELECT of_merchant, f.variant_id, at_place, seen_at, why, f.quantity - f.before, about_what, by_actor
              FROM fitting f WHERE f.quantity <> f.before
        )
        SELECT 'counted' AS answer, f.variant_id, f.before - f.reserved AS before, f.quantity - f.reserved AS after
          FROM fitting f
        UNION ALL
        SELECT 'refused', g.variant_id, g.quantity, k.reserved
          FROM given g JOIN known k ON k.variant_id = g.variant_id WHERE g.quantity < k.reserved
    LOOP
        RETURN QUERY SELECT line.answer::text, line.variant_id::bigint, line.before::bigint, line.after::bigint;
    END LOOP;
    IF hot IS NOT NULL THEN
        PERFORM stock_settle(ARRAY[of_merchant], hot);
    END IF;
END
$$;
