-- Takes out what has been ordered. A line changed meanwhile stays: the shopper wants that besides.
CREATE OR REPLACE FUNCTION basket_clear(
    shopper bigint, merchants bigint[], variants bigint[], channels text[], quantities integer[]
) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    DELETE FROM basket_line l
     USING unnest(merchants, variants, channels, quantities) AS o(merchant_id, variant_id, channel, quantity)
     WHERE l.shopper_id = shopper AND l.merchant_id = o.merchant_id AND l.variant_id = o.variant_id
       AND l.channel = o.channel AND l.quantity = o.quantity;
    RETURN NULL;
END
$$;
