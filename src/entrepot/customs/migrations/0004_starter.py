"""The tariffs that ship with the market, each as the part `starter` of its authority."""

import hashlib
from pathlib import Path

from django.db import migrations

from entrepot.customs.rules import part_facts, tariff_head, tariff_rows

_STARTER = Path(__file__).parent.parent / "starter"
_MODELS = {
    "customs_measure": "MeasureRow",
    "customs_goods": "GoodsRow",
    "customs_fee": "FeeRow",
    "customs_threshold": "ThresholdRow",
    "customs_restriction": "RestrictionRow",
}


def put_in(apps, schema_editor):
    for path in sorted(_STARTER.glob("*_law.toml")):
        law = path.read_text("utf-8")
        goods = path.with_name(path.name.replace("_law.toml", "_goods.csv")).read_text("utf-8")
        head, rows = tariff_head(law=law, file=path.name), tariff_rows(law=law, goods=goods, file=path.name)
        # An authority whose own edition was loaded before is there already, with what that edition says of it.
        tariff, _ = apps.get_model("customs", "TariffRow").objects.get_or_create(
            jurisdiction=head.jurisdiction, defaults={"currency": head.currency, "members": list(head.members)}
        )
        last = apps.get_model("customs", "LoadRow").objects.filter(tariff=tariff).order_by("-id").first()
        digest = hashlib.sha256(f"{law}\n{goods}".encode()).hexdigest()
        load = apps.get_model("customs", "LoadRow").objects.create(
            tariff=tariff,
            part="starter",
            edition="starter",
            official=False,
            file=path.name,
            digest=digest,
            version=hashlib.sha256(f"{last.version if last else ''}\nstarter\n{digest}".encode()).hexdigest(),
            areas={name: sorted(members) for name, members in rows.areas.items()},
        )
        for table, found in part_facts(rows=rows, file=path.name).tables.items():
            model = apps.get_model("customs", _MODELS.get(table, ""))
            model.objects.bulk_create(
                (model(tariff=tariff, since_load=load.id, **facts) for facts in found), batch_size=2000
            )


class Migration(migrations.Migration):
    dependencies = [("customs", "0003_two_times")]
    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
