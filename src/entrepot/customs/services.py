"""Loading tariffs: an edition replaces the rows of its authority in one transaction."""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from django.apps import apps
from django.db import models, transaction

from entrepot.customs import queries
from entrepot.customs.rules import Rows, tariff_rows
from entrepot.customs.terms import Measure, TariffUnreadable

STARTER: Final = Path(__file__).parent / "starter"
ModelOf = Callable[[str], type[models.Model]]


def _model(name: str) -> type[models.Model]:
    return apps.get_model("customs", name)


@transaction.atomic
def load_starter(*, model_of: ModelOf = _model) -> tuple[str, ...]:
    """Put in the tariffs that ship with the market; the authorities that changed. Repeating changes nothing.

    An authority whose edition an operator has loaded is left alone. model_of: a migration passes its own.
    """
    changed = []
    for law in sorted(STARTER.glob("*_law.toml")):
        goods = law.with_name(law.name.replace("_law.toml", "_goods.csv"))
        text, codes = law.read_text(encoding="utf-8"), goods.read_text(encoding="utf-8")
        if _load(law=text, goods=codes, file=law.name, edition="starter", model_of=model_of):
            changed.append(law.name.partition("_")[0].upper())
    queries.forget()
    return tuple(changed)


@transaction.atomic
def load_tariff(*, law: str, goods: str, file: str, edition: str) -> bool:
    """Replace an authority's tariff by files of our own form; whether anything changed.

    Raises TariffUnreadable or RateUnreadable, and then nothing is changed.
    """
    changed = _load(law=law, goods=goods, file=file, edition=edition, model_of=_model)
    queries.forget()
    return changed


def _load(*, law: str, goods: str, file: str, edition: str, model_of: ModelOf) -> bool:
    rows = tariff_rows(law=law, goods=goods, file=file)
    head = tomllib.loads(law)
    if not isinstance(head.get("jurisdiction"), str) or not isinstance(head.get("currency"), str):
        raise TariffUnreadable(file=file, why="it names no jurisdiction and currency")
    version = hashlib.sha256(f"{law}\n{goods}".encode()).hexdigest()
    tariffs: models.QuerySet[models.Model] = models.QuerySet(model_of("TariffRow"))
    known = tariffs.filter(pk=head["jurisdiction"]).values_list("edition", "version").first()
    if known is not None and (known[1] == version or (edition == "starter" and known[0] != "starter")):
        return False
    tariffs.filter(pk=head["jurisdiction"]).delete()
    tariff = tariffs.create(
        jurisdiction=head["jurisdiction"],
        currency=head["currency"],
        members=head.get("members", [head["jurisdiction"]]),
        areas={name: sorted(members) for name, members in rows.areas.items()},
        edition=edition,
        version=version,
    )
    _put_in(tariff, rows, model_of)
    return True


def _put_in(tariff: models.Model, rows: Rows, model_of: ModelOf) -> None:
    def put(name: str, facts: Iterable[dict[str, object]]) -> None:
        model = model_of(name)
        rows_of: models.QuerySet[models.Model] = models.QuerySet(model)
        rows_of.bulk_create((model(tariff=tariff, **fact) for fact in facts), batch_size=2000)

    put("MeasureRow", (_measure(measure) for measure in rows.measures))
    put(
        "GoodsRow",
        (
            _dated(row.value.code, row.valid_from, row.valid_until, row.value.source)
            | {"text": dict(row.value.text), "units": list(row.value.units)}
            for row in rows.goods
        ),
    )
    put(
        "FeeRow",
        (
            _plain(
                row.value,
                (
                    "kind",
                    "entries",
                    "transports",
                    "claims_except",
                    "rate",
                    "flat",
                    "minimum",
                    "maximum",
                    "unknown_from",
                ),
            )
            | _dated(row.value.key, row.valid_from, row.valid_until, row.value.source)
            for row in rows.fees
        ),
    )
    put(
        "ThresholdRow",
        (
            _plain(row.value, ("name", "amount", "currency", "origins", "origins_except", "ships_from", "modes"))
            | _dated(row.value.key, row.valid_from, row.valid_until, row.value.source)
            for row in rows.thresholds
        ),
    )
    put(
        "RestrictionRow",
        (
            _plain(row.value, ("codes", "codes_except", "origins", "modes", "verdict", "document", "text"))
            | _dated(row.value.key, row.valid_from, row.valid_until, row.value.source)
            for row in rows.restrictions
        ),
    )


def _measure(measure: Measure) -> dict[str, object]:
    facts = _plain(
        measure,
        (
            "key", "kind", "codes", "codes_except", "origins", "origins_except", "regions", "base", "relation", "claim",
            "claims_except", "shut_out_by", "valid_from", "valid_until", "unknown_from", "source", "note",
        ),
    )  # fmt: skip
    price, transit = measure.unit_price, measure.transit
    return facts | {
        "rate": measure.rate.text,
        "unit_price": price.at_least if price else None,
        "unit_price_units": list(price.units) if price else [],
        "loaded_before": transit.loaded_before if transit else None,
        "entered_before": transit.entered_before if transit else None,
    }


def _dated(key: str, valid_from: object, valid_until: object, source: str) -> dict[str, object]:
    return {"key": key, "valid_from": valid_from, "valid_until": valid_until, "source": source}


def _plain(value: object, names: Sequence[str]) -> dict[str, object]:
    # Sets are sorted, so that the same law is the same rows.
    plain: dict[str, object] = {}
    for name in names:
        found = getattr(value, name)
        if isinstance(found, frozenset):
            found = sorted(found)
        elif isinstance(found, tuple):
            found = list(found)
        plain[name] = found
    return plain
