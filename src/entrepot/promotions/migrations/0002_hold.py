"""Installs the functions that hold promotions for an order and give them back."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent


class Migration(migrations.Migration):
    dependencies = [("promotions", "0001_promotions")]

    operations = [
        migrations.RunSQL(
            (SQL / "0002_hold.sql").read_text(), "DROP FUNCTION promotions_hold; DROP FUNCTION promotions_give_back"
        )
    ]
