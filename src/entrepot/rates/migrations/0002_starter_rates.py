"""The ECB rates that ship with the market, so that a fresh one can show prices in every currency."""

import csv
from decimal import Decimal
from pathlib import Path

from django.db import migrations

_FILE = Path(__file__).parent.parent / "starter" / "ecb_reference_rates.csv"
_SOURCE = "ECB euro foreign exchange reference rates"


def put_in(apps, schema_editor):
    row = apps.get_model("rates", "RateRow")
    with _FILE.open(encoding="utf-8") as lines:
        row.objects.bulk_create(
            (
                row(base="EUR", quote=quote, on=day["Date"], value=Decimal(figure), source=_SOURCE)
                for day in csv.DictReader(lines)
                for quote, figure in day.items()
                if quote != "Date"
            ),
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("rates", "0001_initial")]
    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
