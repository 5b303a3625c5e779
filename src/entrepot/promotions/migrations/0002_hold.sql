-- An order holds its promotions, in the order of their keys so that no two orders wait for each other in a ring.
-- Gives the promotions that cannot be had (any more); the caller undoes everything when there is one.
-- Room is looked for and taken in one statement: whoever waits for the row reads it as the one before left it.
CREATE OR REPLACE FUNCTION promotions_hold(
  p_shopper bigint, p_order bigint, p_at timestamptz,
  p_ids bigint[], p_owners bigint[], p_promotions bigint[], p_off bigint[], p_promoted bigint[], p_currency text
) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
  wanted record;
  known record;
BEGIN
  FOR wanted IN
    SELECT * FROM unnest(p_ids, p_owners, p_promotions, p_off, p_promoted) AS w(id, owner_id, promotion_id, off, promoted)
     ORDER BY w.promotion_id
  LOOP
    INSERT INTO promotions_use (id, shopper_id, promotion_id, owner_id, order_id, off_minor, promoted_minor, currency, held_at)
    VALUES (wanted.id, p_shopper, wanted.promotion_id, wanted.owner_id, p_order, wanted.off, wanted.promoted, p_currency, p_at)
    ON CONFLICT (shopper_id, order_id, promotion_id) DO NOTHING;
    -- The same order again holds it already.
    CONTINUE WHEN NOT FOUND;
    SELECT p.uses_max, p.uses_each INTO known FROM promotions_promotion p
     WHERE p.merchant_id = wanted.owner_id AND p.id = wanted.promotion_id AND (p.ended_at IS NULL OR p.ended_at > p_at);
    IF NOT FOUND THEN
      RETURN NEXT wanted.promotion_id;
      CONTINUE;
    END IF;
    IF known.uses_max IS NOT NULL THEN
      UPDATE promotions_promotion p SET uses = p.uses + 1
       WHERE p.merchant_id = wanted.owner_id AND p.id = wanted.promotion_id AND p.uses < p.uses_max;
      IF NOT FOUND THEN
        RETURN NEXT wanted.promotion_id;
        CONTINUE;
      END IF;
    END IF;
    IF known.uses_each IS NOT NULL THEN
      INSERT INTO promotions_tally AS t (shopper_id, promotion_id, uses) VALUES (p_shopper, wanted.promotion_id, 1)
      ON CONFLICT (shopper_id, promotion_id) DO UPDATE SET uses = t.uses + 1 WHERE t.uses < known.uses_each;
      IF NOT FOUND THEN
        RETURN NEXT wanted.promotion_id;
      END IF;
    END IF;
  END LOOP;
END $$;

-- The order was given up: what it held can be had again. Repeating it gives nothing back twice.
CREATE OR REPLACE FUNCTION promotions_give_back(p_shopper bigint, p_order bigint, p_at timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  held record;
  given integer := 0;
BEGIN
  FOR held IN
    SELECT u.id, u.promotion_id, u.owner_id FROM promotions_use u
     WHERE u.shopper_id = p_shopper AND u.order_id = p_order AND u.given_back_at IS NULL
     ORDER BY u.promotion_id FOR NO KEY UPDATE
  LOOP
    UPDATE promotions_use u SET given_back_at = p_at
     WHERE u.shopper_id = p_shopper AND u.id = held.id AND u.given_back_at IS NULL;
    CONTINUE WHEN NOT FOUND;
    UPDATE promotions_promotion p SET uses = p.uses - 1
     WHERE p.merchant_id = held.owner_id AND p.id = held.promotion_id AND p.uses_max IS NOT NULL;
    UPDATE promotions_tally t SET uses = t.uses - 1
     WHERE t.shopper_id = p_shopper AND t.promotion_id = held.promotion_id;
    given := given + 1;
  END LOOP;
  RETURN given;
END $$;
