-- Promise articles to one order: all lines or none. Lines for one article are put together.
--
-- bind: the order is written in the same transaction, so that the promise does not lapse by itself.
-- aheads: for each line, whether its shopper has agreed to wait for goods that are still to come.
-- Answers rows (answer, merchant, variant, wanted, have, due):
--   lacking  fewer are left than wanted; have: what is left. Nothing was booked.
--   limited  more than one shopper may have; have: how many they may still have. Nothing was booked.
--   queued   under a flash sale, and the shopper has no ticket whose turn it is. Nothing was booked.
--   emptied  these were the last ones.
--   ahead    so many of them (have) are still to come, expected on `due`.
--   counted  wanted: pieces of stock taken from so many places and buckets, have: reservations written. They are equal.
-- An order that already holds goods keeps them, and gets `counted` with zeros.
--
-- Who agreed to wait for an article has also said so by `stock_agreement`, for the day that was named to them.
--
-- Locks, in this order: the shopper's tickets by id, positions by id, buckets by (merchant, variant, id), articles by (merchant, variant).
CREATE OR REPLACE FUNCTION stock_reserve(
    merchants bigint[], variants bigint[], quantities integer[], aheads boolean[],
    for_order bigint, for_shopper bigint, lapses timestamptz, seen_at timestamptz, bind boolean DEFAULT false
) RETURNS TABLE (answer text, merchant_id bigint, variant_id bigint, wanted integer, have bigint, due date)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    line record;
    short boolean := false;
    raced boolean := false;
BEGIN
    IF EXISTS (SELECT FROM stock_reservation r
                WHERE r.merchant_id = ANY(merchants) AND r.order_id = for_order AND r.state IN ('held', 'committed')) THEN
        RETURN QUERY SELECT 'counted', 0::bigint, 0::bigint, 0, 0::bigint, NULL::date;
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM stock_article a WHERE a.merchant_id = ANY(merchants) AND a.variant_id = ANY(variants)) THEN
        RETURN QUERY SELECT * FROM stock_reserve_special(
            merchants, variants, quantities, aheads, for_order, for_shopper, lapses, seen_at, bind);
        RETURN;
    END IF;

    -- Articles about which nothing special has been said: one statement. Locks the positions in id order, spreads the
    -- demand over a merchant's places in that order.
    FOR line IN
        WITH wanted AS MATERIALIZED (
            SELECT w.merchant_id, w.variant_id, sum(w.quantity)::integer AS quantity
              FROM unnest(merchants, variants, quantities) AS w(merchant_id, variant_id, quantity)
             GROUP BY 1, 2
        ), locked AS MATERIALIZED (
            SELECT p.id, p.merchant_id, p.variant_id, p.place_id, p.on_hand - p.reserved AS free, p.reserved
              FROM stock_position p WHERE p.merchant_id = ANY(merchants) AND p.variant_id = ANY(variants)
             ORDER BY p.id FOR NO KEY UPDATE
        ), shared AS (
            SELECT l.id, l.merchant_id, l.variant_id, l.place_id, w.quantity AS wanted, l.free,
                   sum(l.free) OVER (PARTITION BY l.merchant_id, l.variant_id ORDER BY l.id) - l.free AS before
              FROM locked l JOIN wanted w ON w.merchant_id = l.merchant_id AND w.variant_id = l.variant_id
        ), lacking AS MATERIALIZED (
            SELECT w.merchant_id, w.variant_id, w.quantity, coalesce(sum(l.free), 0) AS free
              FROM wanted w LEFT JOIN locked l ON l.merchant_id = w.merchant_id AND l.variant_id = w.variant_id
             GROUP BY 1, 2, 3 HAVING coalesce(sum(l.free), 0) < w.quantity
        ), booked AS (
            UPDATE stock_position p SET reserved = p.reserved + least(s.free, s.wanted - s.before)
              FROM shared s
             WHERE p.merchant_id = s.merchant_id AND p.id = s.id AND least(s.free, s.wanted - s.before) > 0
               AND NOT EXISTS (SELECT FROM lacking)
            RETURNING p.merchant_id, p.variant_id, p.place_id, least(s.free, s.wanted - s.before) AS quantity
        ), written AS (
            INSERT INTO stock_reservation AS r (merchant_id, order_id, shopper_id, variant_id, place_id, bucket_id,
                                                quantity, state, bound, limited, expires_at)
            SELECT b.merchant_id, for_order, for_shopper, b.variant_id, b.place_id, 0, b.quantity, 'held', bind, false,
                   lapses
              FROM booked b
            ON CONFLICT (merchant_id, order_id, variant_id, place_id, bucket_id)
            DO UPDATE SET quantity = EXCLUDED.quantity, state = 'held', bound = bind, expires_at = EXCLUDED.expires_at
             WHERE r.state = 'released'
            RETURNING 1
        ), noted AS (
            -- The row is not as it was when this statement began: somebody had it locked, and we stood in line.
            INSERT INTO stock_wait (merchant_id, variant_id, at)
            SELECT l.merchant_id, l.variant_id, seen_at
              FROM locked l JOIN stock_position p ON p.merchant_id = l.merchant_id AND p.id = l.id
             WHERE p.reserved <> l.reserved
            RETURNING 1
        )
        SELECT 'lacking' AS answer, l.merchant_id, l.variant_id, l.quantity AS wanted, l.free AS have FROM lacking l
        UNION ALL
        SELECT 'emptied', s.merchant_id, s.variant_id, s.wanted, 0 FROM shared s
         WHERE NOT EXISTS (SELECT FROM lacking) GROUP BY 2, 3, 4 HAVING sum(s.free) = s.wanted
        UNION ALL
        SELECT 'raced', 0, 0, count(*)::integer, 0 FROM noted
        UNION ALL
        SELECT 'counted', 0, 0, (SELECT count(*)::integer FROM booked), (SELECT count(*) FROM written)
    LOOP
        IF line.answer = 'raced' THEN
            raced := line.wanted > 0;
        ELSIF line.answer = 'lacking' OR short THEN
            short := true;
        ELSE
            RETURN QUERY SELECT line.answer::text, line.merchant_id::bigint, line.variant_id::bigint,
                                line.wanted::integer, line.have::bigint, NULL::date;
        END IF;
    END LOOP;
    IF short THEN
        -- Somebody may have spread the goods over buckets while we waited; their positions are locked by us now.
        RETURN QUERY SELECT * FROM stock_reserve_special(
            merchants, variants, quantities, aheads, for_order, for_shopper, lapses, seen_at, bind);
    ELSIF raced THEN
        PERFORM stock_spread_crowded(merchants, variants, seen_at);
    END IF;
END
$$;

-- The same where something has been said about an article: buckets, goods to come, a limit for each shopper.
CREATE OR REPLACE FUNCTION stock_reserve_special(
    merchants bigint[], variants bigint[], quantities integer[], aheads boolean[],
    for_order bigint, for_shopper bigint, lapses timestamptz, seen_at timestamptz, bind boolean DEFAULT false
) RETURNS TABLE (answer text, merchant_id bigint, variant_id bigint, wanted integer, have bigint, due date)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    -- One element for each article, in order of (merchant, variant).
    ms bigint[];  vs bigint[];  qs integer[];  agreed boolean[];
    need integer[];  locked boolean[];  limits boolean[];
    dues date[];  later integer[];
    -- One element for each position, bucket or promise that gives something.
    t_n integer[] := '{}';  t_place bigint[] := '{}';  t_position bigint[] := '{}';  t_bucket bigint[] := '{}';
    t_take integer[] := '{}';
    one record;  part record;  bucket bigint;  free bigint;  took integer;  used integer;  held bigint[];
    uneven bigint[] := '{}';  tickets bigint[] := '{}';  t_pieces integer[] := '{}';
    short boolean := false;  raced boolean := false;  written bigint;
BEGIN
    SELECT array_agg(w.m), array_agg(w.v), array_agg(w.q), array_agg(w.q), array_agg(w.ahead), array_agg(false),
           array_agg(false), array_agg(NULL::date), array_agg(0)
      INTO ms, vs, qs, need, agreed, locked, limits, dues, later
      FROM (SELECT u.m, u.v, sum(u.q)::integer AS q,
                   bool_and(coalesce(u.ahead, false))
                   OR EXISTS (SELECT FROM stock_agreement g
                                JOIN stock_article a ON a.merchant_id = g.merchant_id AND a.variant_id = g.variant_id
                               WHERE g.merchant_id = u.m AND g.variant_id = u.v AND g.shopper_id = for_shopper
                                 AND g.due_on = a.ahead_on) AS ahead
              FROM unnest(merchants, variants, quantities, aheads) AS u(m, v, q, ahead)
             GROUP BY 1, 2 ORDER BY 1, 2) AS w;

    -- Under a flash sale nobody orders without a ticket whose turn it is, nor more than it is good for.
    FOR one IN
        SELECT s.merchant_id, s.id, sum(w.q)::integer AS q, min(w.v) AS v
          FROM unnest(ms, vs, qs) AS w(m, v, q)
          JOIN stock_article a ON a.merchant_id = w.m AND a.variant_id = w.v
          JOIN stock_sale s ON s.merchant_id = a.merchant_id AND s.id = a.sale_id
         WHERE s.opens_at <= seen_at AND s.ends_at > seen_at
         GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        SELECT t.id, t.allotted INTO part FROM stock_ticket t
         WHERE t.merchant_id = one.merchant_id AND t.sale_id = one.id AND t.shopper_id = for_shopper
           AND t.state = 'admitted' AND t.admitted_until > seen_at
           FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            short := true;
            RETURN QUERY SELECT 'queued', one.merchant_id, one.v, one.q, 0::bigint, NULL::date;
        ELSIF part.allotted < one.q THEN
            short := true;
            RETURN QUERY SELECT 'limited', one.merchant_id, one.v, one.q, part.allotted::bigint, NULL::date;
        ELSE
            tickets := tickets || part.id;  t_pieces := t_pieces || one.q;
        END IF;
    END LOOP;

    -- What one shopper has had already. Two of their orders at once go one after the other.
    FOR one IN
        SELECT w.n::integer AS n, w.m, w.v, w.q, a.limit_each
          FROM unnest(ms, vs, qs) WITH ORDINALITY AS w(m, v, q, n)
          JOIN stock_article a ON a.merchant_id = w.m AND a.variant_id = w.v
         WHERE a.limit_each IS NOT NULL ORDER BY w.n
    LOOP
        limits[one.n] := true;
        PERFORM pg_advisory_xact_lock(hashint8(one.v), hashint8(for_shopper));
        SELECT coalesce(sum(r.quantity), 0) INTO free
          FROM stock_reservation r
         WHERE r.merchant_id = one.m AND r.variant_id = one.v AND r.shopper_id = for_shopper AND r.limited
           AND r.state <> 'released';
        IF free + one.q > one.limit_each THEN
            short := true;
            RETURN QUERY SELECT 'limited', one.m, one.v, one.q, greatest(one.limit_each - free, 0), NULL::date;
        END IF;
    END LOOP;
    IF short THEN
        RETURN QUERY SELECT 'counted', 0::bigint, 0::bigint, 0, 0::bigint, NULL::date;
        RETURN;
    END IF;

    -- Positions of articles that lie in no buckets, or no longer for long.
    FOR part IN
        SELECT p.id, p.place_id, p.on_hand - p.reserved AS free, w.n::integer AS n, p.merchant_id, p.variant_id,
               p.reserved <> seen.reserved AS raced
          FROM stock_position p
          JOIN stock_position seen ON seen.merchant_id = p.merchant_id AND seen.id = p.id
          JOIN unnest(ms, vs) WITH ORDINALITY AS w(m, v, n) ON w.m = p.merchant_id AND w.v = p.variant_id
         WHERE p.merchant_id = ANY(ms) AND p.variant_id = ANY(vs)
           AND NOT EXISTS (SELECT FROM stock_article a WHERE a.merchant_id = p.merchant_id
                                                         AND a.variant_id = p.variant_id
                                                         AND a.buckets > 0 AND NOT a.closing)
         ORDER BY p.id FOR NO KEY UPDATE OF p
    LOOP
        locked[part.n] := true;
        IF part.raced THEN
            raced := true;
            INSERT INTO stock_wait (merchant_id, variant_id, at) VALUES (part.merchant_id, part.variant_id, seen_at);
        END IF;
        took := least(part.free, need[part.n]);
        CONTINUE WHEN took <= 0;
        need[part.n] := need[part.n] - took;
        t_n := t_n || part.n;  t_place := t_place || part.place_id;  t_position := t_position || part.id;
        t_bucket := t_bucket || 0::bigint;  t_take := t_take || took;
    END LOOP;

    -- Articles in buckets: any bucket that has enough and that nobody holds.
    FOR one IN
        SELECT w.n::integer AS n, w.m, w.v, a.buckets
          FROM unnest(ms, vs) WITH ORDINALITY AS w(m, v, n)
          JOIN stock_article a ON a.merchant_id = w.m AND a.variant_id = w.v
         WHERE a.buckets > 0 ORDER BY w.n
    LOOP
        CONTINUE WHEN need[one.n] = 0;
        SELECT b.id, b.place_id INTO part
          FROM stock_bucket b
         WHERE b.merchant_id = one.m AND b.variant_id = one.v AND b.pieces - b.reserved >= need[one.n]
         ORDER BY (b.slot + pg_backend_pid()) % one.buckets LIMIT 1
           FOR NO KEY UPDATE SKIP LOCKED;
        IF FOUND THEN
            t_n := t_n || one.n;  t_place := t_place || part.place_id;  t_position := t_position || 0::bigint;
            t_bucket := t_bucket || part.id;  t_take := t_take || need[one.n];
            need[one.n] := 0;
            CONTINUE;
        END IF;
        -- None: they are held by others, or each has too little. While there is enough in all of them together we stand
        -- in line, bucket by bucket in id order, and take what each has.
        SELECT coalesce(sum(b.pieces - b.reserved), 0) INTO free
          FROM stock_bucket b WHERE b.merchant_id = one.m AND b.variant_id = one.v;
        IF free < need[one.n] AND NOT agreed[one.n] THEN
            need[one.n] := need[one.n] - free::integer;
            CONTINUE;
        END IF;
        held := '{}';  used := 0;
        FOR bucket IN
            SELECT b.id FROM stock_bucket b
             WHERE b.merchant_id = one.m AND b.variant_id = one.v AND b.pieces > b.reserved ORDER BY b.id
        LOOP
            EXIT WHEN need[one.n] = 0;
            SELECT b.pieces - b.reserved AS free, b.place_id INTO part
              FROM stock_bucket b WHERE b.merchant_id = one.m AND b.id = bucket FOR NO KEY UPDATE;
            CONTINUE WHEN NOT FOUND;
            held := held || bucket;
            took := least(part.free, need[one.n]);
            CONTINUE WHEN took <= 0;
            need[one.n] := need[one.n] - took;  used := used + 1;
            t_n := t_n || one.n;  t_place := t_place || part.place_id;  t_position := t_position || 0::bigint;
            t_bucket := t_bucket || bucket;  t_take := t_take || took;
        END LOOP;
        IF used > 1 THEN
            uneven := uneven || held;
        END IF;
    END LOOP;

    -- Whoever agreed to wait is promised goods that are still to come, up to the merchant's limit.
    FOR one IN
        SELECT w.n::integer AS n, a.ahead_on, a.ahead_limit - a.ahead_promised AS room
          FROM unnest(ms, vs) WITH ORDINALITY AS w(m, v, n)
          JOIN stock_article a ON a.merchant_id = w.m AND a.variant_id = w.v
         WHERE need[w.n] > 0 AND agreed[w.n] AND a.ahead <> '' AND a.ahead_on >= seen_at::date
         ORDER BY w.n FOR NO KEY UPDATE OF a
    LOOP
        IF one.room >= need[one.n] THEN
            later[one.n] := need[one.n];  dues[one.n] := one.ahead_on;  need[one.n] := 0;
        END IF;
    END LOOP;

    RETURN QUERY SELECT 'lacking', w.m, w.v, w.q, (w.q - w.need)::bigint, NULL::date
                   FROM unnest(ms, vs, qs, need) AS w(m, v, q, need) WHERE w.need > 0;
    IF FOUND THEN
        IF EXISTS (SELECT FROM unnest(ms, vs, need, locked) AS w(m, v, need, locked)
                    WHERE w.need > 0 AND NOT w.locked
                      AND EXISTS (SELECT FROM stock_position p WHERE p.merchant_id = w.m AND p.variant_id = w.v
                                                                 AND p.on_hand > p.reserved)
                      AND NOT EXISTS (SELECT FROM stock_bucket b WHERE b.merchant_id = w.m AND b.variant_id = w.v)) THEN
            RAISE EXCEPTION 'the buckets of an article were given up under way' USING ERRCODE = 'serialization_failure';
        END IF;
        RETURN QUERY SELECT 'counted', 0::bigint, 0::bigint, 0, 0::bigint, NULL::date;
        RETURN;
    END IF;

    UPDATE stock_position p SET reserved = p.reserved + t.take
      FROM unnest(t_position, t_take) AS t(id, take) WHERE p.merchant_id = ANY(ms) AND p.id = t.id;
    UPDATE stock_bucket b SET reserved = b.reserved + t.take, used_at = seen_at
      FROM unnest(t_bucket, t_take) AS t(id, take) WHERE b.merchant_id = ANY(ms) AND b.id = t.id;
    IF uneven <> '{}' THEN
        PERFORM stock_even(ms, uneven);
    END IF;
    UPDATE stock_ticket t SET state = 'used', pieces = u.pieces, order_id = for_order
      FROM unnest(tickets, t_pieces) AS u(id, pieces) WHERE t.merchant_id = ANY(ms) AND t.id = u.id;
    UPDATE stock_article a SET ahead_promised = a.ahead_promised + w.later
      FROM unnest(ms, vs, later) AS w(m, v, later)
     WHERE a.merchant_id = w.m AND a.variant_id = w.v AND w.later > 0;

    INSERT INTO stock_reservation AS r (merchant_id, order_id, shopper_id, variant_id, place_id, bucket_id, quantity,
                                        state, bound, limited, expires_at, due_on)
    SELECT ms[t.n], for_order, for_shopper, vs[t.n], t.place, t.bucket, t.take, 'held', bind, limits[t.n], lapses, NULL
      FROM unnest(t_n, t_place, t_bucket, t_take) AS t(n, place, bucket, take)
    UNION ALL
    SELECT w.m, for_order, for_shopper, w.v, 0, 0, w.later, 'held', bind, w.limited, lapses, w.due
      FROM unnest(ms, vs, later, limits, dues) AS w(m, v, later, limited, due) WHERE w.later > 0
    ON CONFLICT (merchant_id, order_id, variant_id, place_id, bucket_id)
    DO UPDATE SET quantity = EXCLUDED.quantity, state = 'held', bound = bind, limited = EXCLUDED.limited,
                  expires_at = EXCLUDED.expires_at, due_on = EXCLUDED.due_on
     WHERE r.state = 'released';
    GET DIAGNOSTICS written = ROW_COUNT;
    IF raced THEN
        PERFORM stock_spread_crowded(merchants, variants, seen_at);
    END IF;

    -- Buckets are not summed up here: their articles' selling out is told by `stock.tend`.
    RETURN QUERY
    SELECT 'emptied', w.m, w.v, w.q, 0::bigint, NULL::date
      FROM unnest(ms, vs, qs, locked, later) AS w(m, v, q, locked, later)
     WHERE w.locked AND w.later < w.q
       AND NOT EXISTS (SELECT FROM stock_position p WHERE p.merchant_id = w.m AND p.variant_id = w.v
                                                      AND (p.on_hand > p.reserved OR p.pooled > 0))
    UNION ALL
    SELECT 'ahead', w.m, w.v, w.q, w.later::bigint, w.due
      FROM unnest(ms, vs, qs, later, dues) AS w(m, v, q, later, due) WHERE w.later > 0
    UNION ALL
    SELECT 'counted', 0::bigint, 0::bigint, cardinality(t_n) + (SELECT count(*)::integer FROM unnest(later) AS w(n) WHERE w.n > 0),
           written, NULL::date;
END
$$;
