"""Installs the functions that promise goods to an order written in the same statement, and commit them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("stock", "0002_articles_and_buckets")]

    operations = [
        # Reserving takes one argument more, so the ones with eight are others.
        *(
            migrations.RunSQL(
                f"DROP FUNCTION IF EXISTS {name}(bigint[], bigint[], integer[], boolean[], bigint, bigint, "
                "timestamptz, timestamptz)",
                migrations.RunSQL.noop,
            )
            for name in ("stock_reserve", "stock_reserve_special")
        ),
        migrations.RunSQL((SQL / "stock_reserve.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL(
            (SQL / "stock_promise.sql").read_text(),
            "DROP FUNCTION stock_short, stock_bind, stock_promise, stock_commit",
        ),
    ]
