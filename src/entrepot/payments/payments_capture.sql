-- The shopper's payment, opened and captured, each a part of a statement that does it all.

-- The row comes as a JSON document; columns and types are read off the table.
CREATE OR REPLACE FUNCTION payments_open(payment json) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    INSERT INTO payments_payment SELECT * FROM json_populate_record(NULL::payments_payment, payment);
    RETURN NULL;
END
$$;

-- What is held for each consignment of a paid order.
CREATE OR REPLACE FUNCTION payments_keep(holds json) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    INSERT INTO payments_hold SELECT * FROM json_populate_recordset(NULL::payments_hold, holds);
    RETURN NULL;
END
$$;

-- Raises EN002 when the payment is not as it was read: somebody else has moved it since.
CREATE OR REPLACE FUNCTION payments_capture(
    shopper bigint, payment bigint, was text, intent text, captured timestamptz, holds json
) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    UPDATE payments_payment
       SET state = 'captured', intent_id = intent, captured_at = captured, reason = '', trouble = '', poll_at = NULL, polls = 0
     WHERE shopper_id = shopper AND id = payment AND state = was AND intent_id IN ('', intent);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the payment has moved' USING ERRCODE = 'EN002';
    END IF;
    RETURN payments_keep(holds);
END
$$;

-- A message of the provider's that was acted on as it came. One that waited in the inbox is done with.
CREATE OR REPLACE FUNCTION payments_heard(
    row_id bigint, message text, message_kind text, object text, raw bytea, came text, heard timestamptz
) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    INSERT INTO payments_event (id, event_id, kind, object_id, body, received_at, processed_at, outcome, trouble, tries)
    VALUES (row_id, message, message_kind, object, raw, heard, heard, came, '', 1)
    ON CONFLICT (event_id) DO UPDATE
       SET processed_at = EXCLUDED.processed_at, outcome = EXCLUDED.outcome, trouble = '', tries = payments_event.tries + 1
     WHERE payments_event.processed_at IS NULL;
    RETURN NULL;
END
$$;

-- One payment by its key or by our reference, with whose it is and of which order. One row, of NULLs when there is none.
CREATE OR REPLACE FUNCTION payments_found(
    payment bigint, reference text, OUT shopper bigint, OUT an_order bigint, OUT told text
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    p payments_payment;
BEGIN
    IF reference <> '' THEN
        SELECT * INTO p FROM payments_payment WHERE ref = reference;
    ELSE
        SELECT * INTO p FROM payments_payment WHERE id = payment;
    END IF;
    IF FOUND THEN
        shopper := p.shopper_id;
        an_order := p.order_id;
        told := json_build_array(p.id, p.ref, p.shopper_id, p.order_id, p.state, p.amount_minor, p.currency, p.intent_id);
    END IF;
END
$$;
