"""Installs the functions of the hot statements again: planned once, not at every call for its arrays."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_written_in_one")]

    operations = [migrations.RunSQL((SQL / "orders_write.sql").read_text(), migrations.RunSQL.noop)]
