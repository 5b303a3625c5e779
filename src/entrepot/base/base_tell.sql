-- News and a job, told by the statement that makes them true: what base.outbox writes, for statements put together.
CREATE OR REPLACE FUNCTION base_tell(topics text[], subjects bigint[], owners bigint[], told_at timestamptz)
RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    INSERT INTO base_outbox (topic, subject, owner, facts, at, tries, trouble)
    SELECT n.topic, n.subject, n.owner, '{}', told_at, 0, ''
      FROM unnest(topics, subjects, owners) AS n(topic, subject, owner);
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION base_defer(job text, facts jsonb) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM procrastinate_defer_jobs_v1(
        ARRAY[ROW('default', job, 0, NULL, NULL, facts, NULL)::procrastinate_job_to_defer_v1]);
    RETURN NULL;
END
$$;
