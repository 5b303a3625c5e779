"""Installs the functions that open and capture a payment and keep the message that proved it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_merchants_paid_out")]

    operations = [
        migrations.RunSQL(
            (SQL / "payments_capture.sql").read_text(), "DROP FUNCTION payments_open, payments_keep, payments_capture, payments_heard, payments_found"
        ),
    ]
