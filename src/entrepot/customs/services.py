"""Loading tariffs: an edition replaces the rows of its authority in one transaction."""

from pathlib import Path
from typing import Final

from django.apps import apps
from django.db import models, transaction

from entrepot.customs import queries
from entrepot.customs.models import TariffRow
from entrepot.customs.rules import TariffFacts, tariff_facts

STARTER: Final = Path(__file__).parent / "starter"


@transaction.atomic
def load_starter() -> tuple[str, ...]:
    """Put in the tariffs that ship with the market; the authorities that changed. Repeating changes nothing.

    An authority whose edition an operator has loaded is left alone.
    """
    changed = []
    known = dict(TariffRow.objects.values_list("jurisdiction", "edition"))
    for law in sorted(STARTER.glob("*_law.toml")):
        goods = law.with_name(law.name.replace("_law.toml", "_goods.csv"))
        facts = tariff_facts(
            law=law.read_text(encoding="utf-8"),
            goods=goods.read_text(encoding="utf-8"),
            file=law.name,
            edition="starter",
        )
        if known.get(facts.jurisdiction, "starter") == "starter" and _replace(facts):
            changed.append(facts.jurisdiction)
    queries.forget()
    return tuple(changed)


@transaction.atomic
def load_tariff(*, law: str, goods: str, file: str, edition: str) -> bool:
    """Replace an authority's tariff by files of our own form; whether anything changed.

    Raises TariffUnreadable or RateUnreadable, and then nothing is changed.
    """
    changed = _replace(tariff_facts(law=law, goods=goods, file=file, edition=edition))
    queries.forget()
    return changed


def _replace(facts: TariffFacts) -> bool:
    if TariffRow.objects.filter(pk=facts.jurisdiction, version=facts.version).exists():
        return False
    TariffRow.objects.filter(pk=facts.jurisdiction).delete()
    tariff = TariffRow.objects.create(**facts.head)
    for name, rows in facts.tables():
        model = apps.get_model("customs", name)
        put: models.QuerySet[models.Model] = models.QuerySet(model)
        put.bulk_create((model(tariff=tariff, **row) for row in rows), batch_size=2000)
    return True
