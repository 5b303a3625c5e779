-- For statements that post among other things: takes back the whole statement unless every transfer is recorded.
CREATE OR REPLACE FUNCTION ledger_refused(results text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF NOT results <@ ARRAY['created', 'exists'] THEN
        RAISE EXCEPTION 'the posting was refused' USING ERRCODE = 'EN003', DETAIL = array_to_json(results)::text;
    END IF;
    RETURN NULL;
END
$$;
