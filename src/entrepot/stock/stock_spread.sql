-- Buckets. The free pieces of an article that many want at once lie in several rows, so that its shoppers need not
-- stand in line for one. To its position a bucket's pieces are promised: they count in `reserved`, and in `pooled`, so
-- that what lies there (`on_hand`) stays one number and nobody takes a piece twice. Ids of buckets are never used
-- again: a reservation whose bucket is gone belongs to the position.
--
-- All functions lock the positions by id, then the buckets by id.

-- Free pieces of the article's positions go into its buckets, the same number into each. A position without buckets
-- gets as many as are told, but none for an article that has none anywhere when `many` is 0.
CREATE OR REPLACE FUNCTION stock_pour(of_merchant bigint, of_variant bigint, many integer) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    wide integer;
BEGIN
    PERFORM p.id FROM stock_position p WHERE p.merchant_id = of_merchant AND p.variant_id = of_variant
      ORDER BY p.id FOR NO KEY UPDATE;
    PERFORM b.id FROM stock_bucket b WHERE b.merchant_id = of_merchant AND b.variant_id = of_variant
      ORDER BY b.id FOR NO KEY UPDATE;
    SELECT greatest(many, max(b.slot)) INTO wide
      FROM stock_bucket b WHERE b.merchant_id = of_merchant AND b.variant_id = of_variant;
    IF coalesce(wide, 0) = 0 THEN
        RETURN;
    END IF;
    INSERT INTO stock_bucket (merchant_id, variant_id, place_id, slot, pieces, reserved)
    SELECT p.merchant_id, p.variant_id, p.place_id, slot, 0, 0
      FROM stock_position p CROSS JOIN generate_series(1, wide) AS slot
     WHERE p.merchant_id = of_merchant AND p.variant_id = of_variant AND p.on_hand > p.reserved
       AND NOT EXISTS (SELECT FROM stock_bucket b WHERE b.merchant_id = p.merchant_id AND b.variant_id = p.variant_id
                                                    AND b.place_id = p.place_id)
     ORDER BY p.id, slot;
    UPDATE stock_bucket b SET pieces = b.reserved + e.share
      FROM (SELECT x.id, (p.on_hand - p.reserved + sum(x.pieces - x.reserved) OVER place) / count(*) OVER place
                         + CASE WHEN row_number() OVER (PARTITION BY x.place_id ORDER BY x.id)
                                     <= (p.on_hand - p.reserved + sum(x.pieces - x.reserved) OVER place)
                                        % count(*) OVER place THEN 1 ELSE 0 END AS share
              FROM stock_bucket x
              JOIN stock_position p ON p.merchant_id = x.merchant_id AND p.variant_id = x.variant_id
                                   AND p.place_id = x.place_id
             WHERE x.merchant_id = of_merchant AND x.variant_id = of_variant
            WINDOW place AS (PARTITION BY x.place_id)) AS e
     WHERE b.merchant_id = of_merchant AND b.id = e.id;
    UPDATE stock_position p SET pooled = p.pooled + p.on_hand - p.reserved, reserved = p.on_hand
     WHERE p.merchant_id = of_merchant AND p.variant_id = of_variant AND p.on_hand > p.reserved;
    INSERT INTO stock_article AS a (merchant_id, variant_id, buckets)
    SELECT of_merchant, of_variant, max(b.slot) FROM stock_bucket b
     WHERE b.merchant_id = of_merchant AND b.variant_id = of_variant HAVING count(*) > 0
    ON CONFLICT (merchant_id, variant_id) DO UPDATE SET buckets = EXCLUDED.buckets
     WHERE a.buckets <> EXCLUDED.buckets;
END
$$;

-- Free pieces come out of the buckets and lie at their positions again; the buckets stay, with what is promised.
CREATE OR REPLACE FUNCTION stock_drain(of_merchant bigint, of_variant bigint) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM p.id FROM stock_position p WHERE p.merchant_id = of_merchant AND p.variant_id = of_variant
      ORDER BY p.id FOR NO KEY UPDATE;
    PERFORM b.id FROM stock_bucket b WHERE b.merchant_id = of_merchant AND b.variant_id = of_variant
      ORDER BY b.id FOR NO KEY UPDATE;
    UPDATE stock_position p SET reserved = p.reserved - d.free, pooled = p.pooled - d.free
      FROM (SELECT b.place_id, sum(b.pieces - b.reserved) AS free FROM stock_bucket b
             WHERE b.merchant_id = of_merchant AND b.variant_id = of_variant GROUP BY 1) AS d
     WHERE p.merchant_id = of_merchant AND p.variant_id = of_variant AND p.place_id = d.place_id AND d.free > 0;
    UPDATE stock_bucket b SET pieces = b.reserved
     WHERE b.merchant_id = of_merchant AND b.variant_id = of_variant AND b.pieces > b.reserved;
END
$$;

-- The article has no buckets any more. Only a while after `closing` was set: whoever read before that it has some must
-- have ended by now.
CREATE OR REPLACE FUNCTION stock_gather(of_merchant bigint, of_variant bigint) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM stock_drain(of_merchant, of_variant);
    UPDATE stock_position p SET pooled = 0
     WHERE p.merchant_id = of_merchant AND p.variant_id = of_variant AND p.pooled > 0;
    DELETE FROM stock_bucket b WHERE b.merchant_id = of_merchant AND b.variant_id = of_variant;
    UPDATE stock_article a SET buckets = 0, closing = false, sold_out = false
     WHERE a.merchant_id = of_merchant AND a.variant_id = of_variant;
    -- An article about which nothing else was said is sold the plain way again.
    DELETE FROM stock_article a
     WHERE a.merchant_id = of_merchant AND a.variant_id = of_variant AND a.spread = 'auto' AND a.limit_each IS NULL
       AND a.ahead = '' AND a.ahead_promised = 0 AND a.sale_id IS NULL;
END
$$;

-- The free pieces of these buckets are dealt out evenly among those of one place. The caller has locked them.
CREATE OR REPLACE FUNCTION stock_even(of_merchants bigint[], ids bigint[]) RETURNS void
LANGUAGE sql AS $$
    UPDATE stock_bucket b SET pieces = b.reserved + e.share
      FROM (SELECT x.merchant_id, x.id,
                   sum(x.pieces - x.reserved) OVER place / count(*) OVER place
                   + CASE WHEN row_number() OVER (PARTITION BY x.merchant_id, x.variant_id, x.place_id ORDER BY x.id)
                               <= sum(x.pieces - x.reserved) OVER place % count(*) OVER place THEN 1 ELSE 0 END AS share
              FROM stock_bucket x WHERE x.merchant_id = ANY(of_merchants) AND x.id = ANY(ids)
            WINDOW place AS (PARTITION BY x.merchant_id, x.variant_id, x.place_id)) AS e
     WHERE b.merchant_id = e.merchant_id AND b.id = e.id AND b.pieces <> b.reserved + e.share;
$$;

-- Who stood in line for an article just now spreads it when 16 have in ten seconds: over one bucket for every four
-- free pieces, 32 at most, and not at all below 32 pieces. The caller has locked the positions.
CREATE OR REPLACE FUNCTION stock_spread_crowded(merchants bigint[], variants bigint[], seen_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT p.merchant_id, p.variant_id, sum(p.on_hand - p.reserved) AS free
          FROM stock_position p
         WHERE p.merchant_id = ANY(merchants) AND p.variant_id = ANY(variants)
           AND NOT EXISTS (SELECT FROM stock_article a WHERE a.merchant_id = p.merchant_id
                                                         AND a.variant_id = p.variant_id
                                                         AND (a.spread = 'never' OR a.closing))
           AND (SELECT count(*) FROM stock_wait w WHERE w.merchant_id = p.merchant_id AND w.variant_id = p.variant_id
                                                    AND w.at > seen_at - interval '10 seconds') >= 16
         GROUP BY 1, 2 HAVING sum(p.on_hand - p.reserved) >= 32
         ORDER BY 1, 2
    LOOP
        PERFORM stock_pour(one.merchant_id, one.variant_id, least(32, one.free / 4)::integer);
    END LOOP;
END
$$;
