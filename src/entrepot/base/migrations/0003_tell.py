"""Installs the functions that tell news and queue a job from within another statement."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("base", "0002_request_count")]

    operations = [
        migrations.RunSQL(
            (SQL / "base_tell.sql").read_text(), "DROP FUNCTION base_tell, base_defer"
        )
    ]
