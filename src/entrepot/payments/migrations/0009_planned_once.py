"""Installs the functions of the hot statements again: planned once, not at every call for its arrays."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_longer_ids_and_accounts")]

    operations = [migrations.RunSQL((SQL / "payments_capture.sql").read_text(), migrations.RunSQL.noop)]
