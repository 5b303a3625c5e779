-- Writing an order and paying it, each a part of a statement that does it all.

-- The rows come as JSON documents; columns and types are read off the tables. 'known' when the shopper has an order with
-- this id, key or quote: nothing is written then, after waiting for one that is being written.
CREATE OR REPLACE FUNCTION orders_write(an_order json, consignments json, lines json) RETURNS text
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    INSERT INTO orders_order SELECT * FROM json_populate_record(NULL::orders_order, an_order) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 'known';
    END IF;
    INSERT INTO orders_consignment SELECT * FROM json_populate_recordset(NULL::orders_consignment, consignments);
    INSERT INTO orders_line SELECT * FROM json_populate_recordset(NULL::orders_line, lines);
    RETURN NULL;
END
$$;

-- 'moved' when the order does not wait for money any more: nothing is written then. Locks the order, then its
-- consignments ascending by id, as base.locks has it.
CREATE OR REPLACE FUNCTION orders_pay(shopper bigint, an_order bigint, merchants bigint[], paid timestamptz) RETURNS text
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    UPDATE orders_order SET state = 'paid', paid_at = paid WHERE shopper_id = shopper AND id = an_order AND state = 'placed';
    IF NOT FOUND THEN
        RETURN 'moved';
    END IF;
    WITH waiting AS MATERIALIZED (
        SELECT id FROM orders_consignment
         WHERE merchant_id = ANY (merchants) AND order_id = an_order AND stage = 'placed' ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE orders_consignment c SET stage = 'paid', paid_at = paid, moved_at = paid FROM waiting
     WHERE c.merchant_id = ANY (merchants) AND c.id = waiting.id;
    RETURN NULL;
END
$$;

-- What settling needs to know of an order and of the money of its consignments, as JSON.
CREATE OR REPLACE FUNCTION orders_money(shopper bigint, an_order bigint) RETURNS text LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    owed text;
BEGIN
    SELECT json_build_object('state', o.state, 'merchants', to_json(o.merchant_ids), 'parts', (
               SELECT json_agg(json_build_object(
                          'id', c.id, 'merchant_id', c.merchant_id, 'order_id', c.order_id, 'destination', c.destination,
                          'currency', c.currency, 'goods_minor', c.goods_minor, 'freight_minor', c.freight_minor,
                          'duty_minor', c.duty_minor, 'tax_minor', c.tax_minor, 'fees_minor', c.fees_minor,
                          'total_minor', c.total_minor, 'commission_minor', c.commission_minor,
                          'merchant_currency', c.merchant_currency, 'merchant_net_minor', c.merchant_net_minor,
                          'freight_discount_minor', c.freight_discount_minor, 'promoted_minor', c.promoted_minor,
                          'promoted_freight_minor', c.promoted_freight_minor,
                          'commission_tax_minor', c.commission_tax_minor, 'seat', c.seat,
                          'fx', (SELECT l.fx::text FROM orders_line l
                                  WHERE l.merchant_id = c.merchant_id AND l.consignment_id = c.id
                                  ORDER BY l.number LIMIT 1)) ORDER BY c.number)
                 FROM orders_consignment c
                WHERE c.merchant_id = ANY (o.merchant_ids) AND c.order_id = o.id))::text
      INTO owed
      FROM orders_order o WHERE o.shopper_id = shopper AND o.id = an_order;
    RETURN owed;
END
$$;
