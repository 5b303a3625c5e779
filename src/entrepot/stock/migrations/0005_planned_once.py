"""Installs the functions of the hot statements again: planned once, not at every call for its arrays."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("stock", "0004_sales_and_agreements")]

    operations = [migrations.RunSQL((SQL / "stock_reserve.sql").read_text(), migrations.RunSQL.noop), migrations.RunSQL((SQL / "stock_promise.sql").read_text(), migrations.RunSQL.noop)]
