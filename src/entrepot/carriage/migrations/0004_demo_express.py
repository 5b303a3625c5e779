"""Express beside the usual demo rates, where one carrier takes a parcel all the way. Boxes from the depot fly as they fly."""

from datetime import date

from django.db import migrations

SOURCE = "Entrepot's own demo rates, not any carrier's price list"
# from, to, currency, base, per step (minor units), step grams, days from, days to
_EUROPE = ("DE", "FR", "ES", "IT", "NL")
_CARDS = [
    ("US", "CN", "USD", 2900, 240, 100, 3, 5),
    ("CN", "US", "CNY", 9800, 1700, 100, 3, 5),
    ("US", "US", "USD", 1490, 190, 500, 1, 2),
    ("CN", "CN", "CNY", 1400, 260, 500, 1, 2),
    ("CN", "GB", "CNY", 10200, 1750, 100, 3, 6),
    ("CN", "CA", "CNY", 10400, 1800, 100, 4, 6),
    *(("CN", country, "CNY", 10200, 1780, 100, 4, 6) for country in _EUROPE),
    ("US", "GB", "USD", 2850, 220, 100, 2, 4),
    ("US", "CA", "USD", 2150, 140, 100, 2, 3),
    ("GB", "GB", "GBP", 690, 90, 500, 1, 1),
    ("CA", "CA", "CAD", 1990, 260, 500, 1, 3),
]


def put_in(apps, schema_editor):
    row = apps.get_model("carriage", "RateCardRow")
    row.objects.bulk_create(
        row(
            route="direct", level="express", from_country=origin, to_country=destination, currency=currency,
            base_minor=base, step_minor=step, step_grams=step_grams, grams_max=30_000, days_min=days_min,
            days_max=days_max, valid_from=date(2024, 1, 1), valid_until=None, source=SOURCE,
        )
        for origin, destination, currency, base, step, step_grams, days_min, days_max in _CARDS
    )


class Migration(migrations.Migration):
    dependencies = [("carriage", "0003_levels")]
    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
