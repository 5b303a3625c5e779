"""Rate cards of our own making, so that a new market can quote at once. Real prices are rows with a later day."""

from datetime import date

from django.db import migrations

SOURCE = "Entrepot's own demo rates, not any carrier's price list"
# route, from, to, currency, base, per step (minor units), step grams, heaviest, days from, days to
_EUROPE = ("DE", "FR", "ES", "IT", "NL")
_CARDS = [
    ("depot", "US", "CN", "USD", 350, 95, 100, 30_000, 6, 11),
    ("direct", "US", "CN", "USD", 1150, 165, 100, 30_000, 5, 9),
    ("depot", "CN", "US", "CNY", 1800, 750, 100, 30_000, 7, 12),
    ("direct", "CN", "US", "CNY", 2200, 900, 100, 30_000, 7, 14),
    ("direct", "US", "US", "USD", 480, 85, 500, 30_000, 2, 5),
    ("direct", "CN", "CN", "CNY", 600, 100, 500, 30_000, 1, 4),
    ("direct", "CN", "GB", "CNY", 2400, 860, 100, 30_000, 8, 15),
    ("direct", "CN", "CA", "CNY", 2600, 940, 100, 30_000, 9, 16),
    *(("direct", "CN", country, "CNY", 2500, 880, 100, 30_000, 8, 16) for country in _EUROPE),
    ("direct", "US", "GB", "USD", 1090, 150, 100, 30_000, 5, 10),
    ("direct", "US", "CA", "USD", 790, 60, 100, 30_000, 4, 8),
    *(("direct", "US", country, "USD", 1190, 155, 100, 30_000, 6, 11) for country in _EUROPE),
    ("direct", "GB", "CN", "GBP", 920, 130, 100, 30_000, 6, 11),
    ("direct", "CA", "CN", "CAD", 1550, 225, 100, 30_000, 6, 12),
    *(("direct", country, "CN", "EUR", 1050, 145, 100, 30_000, 6, 12) for country in _EUROPE),
    ("direct", "GB", "GB", "GBP", 320, 45, 500, 30_000, 1, 4),
    ("direct", "CA", "CA", "CAD", 890, 140, 500, 30_000, 2, 7),
    *(("direct", country, country, "EUR", 420, 60, 500, 30_000, 1, 4) for country in _EUROPE),
    ("direct", "GB", "US", "GBP", 890, 120, 100, 30_000, 5, 10),
    ("direct", "CA", "US", "CAD", 990, 85, 100, 30_000, 4, 8),
    *(("direct", country, "US", "EUR", 990, 135, 100, 30_000, 5, 10) for country in _EUROPE),
]


def put_in(apps, schema_editor):
    row = apps.get_model("carriage", "RateCardRow")
    row.objects.bulk_create(
        row(
            route=route, from_country=origin, to_country=destination, currency=currency, base_minor=base,
            step_minor=step, step_grams=step_grams, grams_max=grams_max, days_min=days_min, days_max=days_max,
            valid_from=date(2024, 1, 1), valid_until=None, source=SOURCE,
        )
        for route, origin, destination, currency, base, step, step_grams, grams_max, days_min, days_max in _CARDS
    )


class Migration(migrations.Migration):
    dependencies = [("carriage", "0001_initial")]
    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
