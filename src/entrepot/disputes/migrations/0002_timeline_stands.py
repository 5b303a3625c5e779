"""A dispute's timeline is added to, never changed: the database keeps it too."""

from django.db import migrations

STANDS = """
CREATE FUNCTION disputes_step_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a step of a dispute is never changed or taken away';
END $$;
CREATE TRIGGER disputes_step_stands BEFORE UPDATE OR DELETE ON disputes_step
    FOR EACH ROW EXECUTE FUNCTION disputes_step_stands();
"""
BACK = "DROP TRIGGER disputes_step_stands ON disputes_step; DROP FUNCTION disputes_step_stands();"


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_claims")]  # noqa: RUF012
    operations = [migrations.RunSQL(STANDS, BACK)]  # noqa: RUF012
