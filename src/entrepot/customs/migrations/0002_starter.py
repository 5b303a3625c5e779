"""The tariffs that ship with the market."""

from pathlib import Path

from django.db import migrations

from entrepot.customs.rules import tariff_facts

_STARTER = Path(__file__).parent.parent / "starter"


def put_in(apps, schema_editor):
    for law in sorted(_STARTER.glob("*_law.toml")):
        goods = law.with_name(law.name.replace("_law.toml", "_goods.csv"))
        facts = tariff_facts(law=law.read_text("utf-8"), goods=goods.read_text("utf-8"), file=law.name, edition="starter")
        tariff = apps.get_model("customs", "TariffRow").objects.create(**facts.head)
        for name, rows in facts.tables():
            model = apps.get_model("customs", name)
            model.objects.bulk_create((model(tariff=tariff, **row) for row in rows), batch_size=2000)


class Migration(migrations.Migration):
    dependencies = [("customs", "0001_initial")]
    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
