"""Installs the functions of the hot statements again: planned once, not at every call for its arrays."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("base", "0003_tell")]

    operations = [migrations.RunSQL((SQL / "base_tell.sql").read_text(), migrations.RunSQL.noop)]
