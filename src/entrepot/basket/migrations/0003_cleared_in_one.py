"""Installs the function that empties a basket of what was ordered."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("basket", "0002_codes_and_delivery")]

    operations = [migrations.RunSQL((SQL / "basket_clear.sql").read_text(), "DROP FUNCTION basket_clear")]
