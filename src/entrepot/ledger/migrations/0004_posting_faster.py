"""Installs the posting function again: fewer statements, one answer."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_append_only")]

    operations = [
        migrations.RunSQL("DROP FUNCTION ledger_post"),
        *(
            migrations.RunSQL((SQL / name).read_text())
            for name in ("ledger_post.sql", "ledger_count.sql", "ledger_end.sql", "ledger_fold.sql")
        ),
    ]
