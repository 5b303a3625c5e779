-- The queue of a flash sale. Who arrives takes a ticket; tickets are admitted in the order in which they were taken, as
-- many as there are pieces for; who is admitted may order until the ticket's time is over.
--
-- A sale's `allotted` is the sum of its tickets': so many pieces are set aside for those who may order now, or were
-- ordered. It never exceeds the sale's pieces, so that a ticket that is admitted is good. Locks: the sale, then tickets,
-- nobody waits for a ticket here. Orders lock their own ticket before anything else, see stock_reserve.sql.

-- Ends what is over and admits whoever is next. While somebody else does just that, nothing is left to do.
CREATE OR REPLACE FUNCTION stock_admit(of_merchant bigint, of_sale bigint, seen_at timestamptz) RETURNS integer
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    sale record;  back bigint;  open integer;  room bigint;  more bigint;  entered integer;
BEGIN
    SELECT s.pieces, s.limit_each, s.allotted, s.at_once, s.ticket_seconds, s.sold_out INTO sale
      FROM stock_sale s
     WHERE s.merchant_id = of_merchant AND s.id = of_sale AND s.starts_at <= seen_at AND s.ends_at > seen_at
       FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    -- What was set aside for a ticket and is not needed: its time is over, it was used for less, its order was given up.
    WITH loose AS MATERIALIZED (
        SELECT t.id, t.allotted - t.pieces AS back FROM stock_ticket t
         WHERE t.merchant_id = of_merchant AND t.sale_id = of_sale AND t.allotted <> t.pieces
           AND (t.state <> 'admitted' OR t.admitted_until <= seen_at)
           FOR NO KEY UPDATE SKIP LOCKED
    ), ended AS (
        UPDATE stock_ticket t SET allotted = t.pieces, state = CASE t.state WHEN 'admitted' THEN 'lapsed' ELSE t.state END
          FROM loose l WHERE t.merchant_id = of_merchant AND t.id = l.id
        RETURNING l.back
    )
    SELECT coalesce(sum(e.back), 0) INTO back FROM ended e;
    SELECT count(*) INTO open FROM stock_ticket t
     WHERE t.merchant_id = of_merchant AND t.sale_id = of_sale AND t.state = 'admitted';
    room := sale.pieces - (sale.allotted - back);
    WITH next AS MATERIALIZED (
        SELECT t.id FROM stock_ticket t
         WHERE t.merchant_id = of_merchant AND t.sale_id = of_sale AND t.state = 'waiting'
         ORDER BY t.id
         LIMIT greatest(0, least((room + sale.limit_each - 1) / sale.limit_each, sale.at_once - open))
           FOR NO KEY UPDATE
    ), admitted AS (
        UPDATE stock_ticket t
           SET state = 'admitted', admitted_until = seen_at + make_interval(secs => sale.ticket_seconds),
               allotted = least(sale.limit_each, room - (n.nth - 1) * sale.limit_each)
          FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM next) AS n
         WHERE t.merchant_id = of_merchant AND t.id = n.id
        RETURNING t.allotted
    )
    SELECT coalesce(sum(a.allotted), 0), count(*) INTO more, entered FROM admitted a;
    UPDATE stock_sale s SET allotted = s.allotted - back + more, sold_out = (room - more = 0 AND open + entered = 0)
     WHERE s.merchant_id = of_merchant AND s.id = of_sale
       AND (back <> more OR s.sold_out <> (room - more = 0 AND open + entered = 0));
    RETURN entered;
END
$$;

-- The shopper's ticket, taken now unless they have one that still counts. One whose time went by takes a new one, behind
-- everybody. Answers its state, or `sold_out` or `closed` when none is given any more.
CREATE OR REPLACE FUNCTION stock_enter(
    of_merchant bigint, of_sale bigint, for_shopper bigint, new_ref text, seen_at timestamptz
) RETURNS text
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    has text;  sale record;
BEGIN
    SELECT CASE WHEN t.state = 'admitted' AND t.admitted_until <= seen_at THEN 'lapsed' ELSE t.state END INTO has
      FROM stock_ticket t
     WHERE t.merchant_id = of_merchant AND t.sale_id = of_sale AND t.shopper_id = for_shopper;
    IF has IN ('waiting', 'admitted', 'used') THEN
        RETURN has;
    END IF;
    SELECT s.sold_out, s.opens_at <= seen_at AND s.ends_at > seen_at AS open INTO sale
      FROM stock_sale s WHERE s.merchant_id = of_merchant AND s.id = of_sale;
    IF NOT coalesce(sale.open, false) THEN
        RETURN 'closed';
    ELSIF sale.sold_out THEN
        RETURN 'sold_out';
    END IF;
    IF has = 'lapsed' THEN
        PERFORM stock_admit(of_merchant, of_sale, seen_at);
    END IF;
    INSERT INTO stock_ticket AS t (merchant_id, sale_id, shopper_id, ref, state, arrived_at, allotted, pieces)
    VALUES (of_merchant, of_sale, for_shopper, new_ref, 'waiting', seen_at, 0, 0)
    ON CONFLICT (merchant_id, sale_id, shopper_id)
    DO UPDATE SET id = EXCLUDED.id, state = 'waiting', arrived_at = seen_at, admitted_until = NULL, order_id = NULL
     WHERE t.state = 'lapsed' AND t.allotted = 0;
    PERFORM stock_admit(of_merchant, of_sale, seen_at);
    SELECT t.state INTO has FROM stock_ticket t
     WHERE t.merchant_id = of_merchant AND t.sale_id = of_sale AND t.shopper_id = for_shopper;
    RETURN has;
END
$$;
