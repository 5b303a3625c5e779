"""Installs the function that lets a posting be a part of a larger statement."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_posting_faster")]

    operations = [
        migrations.RunSQL((SQL / "ledger_refused.sql").read_text(), "DROP FUNCTION ledger_refused"),
    ]
