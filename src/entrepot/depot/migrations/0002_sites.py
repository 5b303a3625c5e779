"""The two depots of a new market. Addresses are a town only: an operator enters the street with the lease."""

from django.db import migrations

_SITES = (
    {
        "code": "ONT", "name": {"en": "Ontario, California", "zh-hans": "加州安大略集运仓"}, "serves": ["US"],
        "place": {"name": "Entrepot depot ONT", "phone": "", "country": "US", "region": "CA", "city": "Ontario", "lines": []},
    },
    {
        "code": "SZX", "name": {"en": "Shenzhen", "zh-hans": "深圳集运仓"}, "serves": ["CN"],
        "place": {"name": "Entrepot depot SZX", "phone": "", "country": "CN", "region": "GD", "city": "深圳市", "lines": []},
    },
)


def put_in(apps, schema_editor):
    row = apps.get_model("depot", "SiteRow")
    for site in _SITES:
        row.objects.get_or_create(code=site["code"], defaults=site)


class Migration(migrations.Migration):
    dependencies = [("depot", "0001_initial")]
    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
