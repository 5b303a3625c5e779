"""Installs the functions of the hot statements again: planned once, not at every call for its arrays."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("basket", "0003_cleared_in_one")]

    operations = [migrations.RunSQL((SQL / "basket_clear.sql").read_text(), migrations.RunSQL.noop)]
