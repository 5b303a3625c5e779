"""The preset channels. Later changes are rows, made by the operator, not migrations."""

from datetime import date

from django.db import migrations

_LANES_ABROAD = ("US", "GB", "CA", "DE", "FR", "ES", "IT", "NL")
_PRESETS = (
    {
        "slug": "bazaar", "name": {"en": "Bazaar", "zh-hans": "集市"}, "languages": ["zh-hans", "en"],
        "currencies": ["CNY", "USD"], "commission": "0.02", "release_days": 10, "return_days": 7,
        "requires_verified": False,
        "destinations": {
            "CN": {"mode": "personal", "route": "direct", "guaranteed": False},
            "US": {"mode": "domestic", "route": "direct", "guaranteed": False},
        },
    },
    {
        "slug": "mall", "name": {"en": "Mall", "zh-hans": "商城"}, "languages": ["zh-hans", "en"],
        "currencies": ["CNY"], "commission": "0.05", "release_days": 10, "return_days": 7,
        "requires_verified": True,
        "destinations": {"CN": {"mode": "cbec_direct", "route": "depot", "guaranteed": True}},
    },
    {
        "slug": "export", "name": {"en": "Export", "zh-hans": "出口"}, "languages": ["en", "zh-hans"],
        "currencies": ["USD", "EUR", "GBP", "CAD"], "commission": "0.08", "release_days": 15, "return_days": 15,
        "requires_verified": False,
        "destinations": {
            country: {"mode": "express", "route": "direct", "guaranteed": True} for country in _LANES_ABROAD
        },
    },
)


def put_in(apps, schema_editor):
    row = apps.get_model("channels", "ChannelRow")
    for preset in _PRESETS:
        row.objects.get_or_create(slug=preset["slug"], valid_from=date(2024, 1, 1), defaults=preset)


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial")]
    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
