"""Installs the functions that write an order, pay it, and tell what its money is made of."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_commission_frozen")]

    operations = [
        migrations.RunSQL(
            (SQL / "orders_write.sql").read_text(), "DROP FUNCTION orders_write, orders_pay, orders_money"
        ),
    ]
