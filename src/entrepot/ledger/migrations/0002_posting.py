"""Installs the posting functions and the trigger that keeps transfers as they are."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_accounts_and_transfers")]

    operations = [
        # Counters change with every sale: room on the page keeps those updates off the index.
        migrations.RunSQL(
            "ALTER TABLE ledger_account SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02)",
            "ALTER TABLE ledger_account RESET (fillfactor, autovacuum_vacuum_scale_factor)",
        ),
        migrations.RunSQL(
            (SQL / "0002_ledger_post.sql").read_text(),
            "DROP FUNCTION ledger_post",
        ),
        migrations.RunSQL(
            (SQL / "0002_ledger_resolve.sql").read_text(),
            "DROP TRIGGER ledger_transfer_stays ON ledger_transfer;"
            "DROP FUNCTION ledger_transfer_stays; DROP FUNCTION ledger_resolve",
        ),
    ]
