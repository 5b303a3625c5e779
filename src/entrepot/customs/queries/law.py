"""The law of a destination on a day, from one index per authority and load; a newer load shows within a minute."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from time import monotonic_ns
from typing import Final

from django.db import connection

from entrepot.customs.models import LoadRow
from entrepot.customs.queries.loads import Tariff, data_version, tariffs
from entrepot.customs.queries.snapshot import keep_index, kept_index
from entrepot.customs.queries.stored import stored_rows
from entrepot.customs.rules import indexed
from entrepot.customs.terms import Law, LawIndex, LawMissing

_KEPT_NS: Final = 60_000_000_000
_KEPT_LAWS: Final = 2048
_KEPT_INDEXES: Final = 12


@dataclass(slots=True)
class _Kept:
    since: int
    by_destination: Mapping[str, Tariff]


_tariffs: dict[str, _Kept] = {}
_indexes: dict[tuple[str, str, int], LawIndex] = {}
_laws: dict[tuple[str, str, date, int], Law] = {}


def law(*, destination: str, on: date, as_of: int | None = None) -> Law:
    """The law of `destination` on a day local to its authority, as we know it; as it was known at load `as_of`.

    A new load shows after a minute at the latest. Raises LawMissing.
    """
    tariff = _loaded().get(destination)
    if tariff is None:
        raise LawMissing(destination=destination)
    load = tariff.load if as_of is None else as_of
    key = (_database(), destination, on, load)
    found = _laws.get(key)
    if found is None:
        if len(_laws) >= _KEPT_LAWS:
            _laws.clear()
        found = Law(destination, on, _index(tariff, load))
        _laws[key] = found
    return found


def forget() -> None:
    """Look for newer loads at the next call: after loading in this process."""
    _tariffs.clear()
    _indexes.clear()
    _laws.clear()


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _loaded() -> Mapping[str, Tariff]:
    kept = _tariffs.get(_database())
    if kept is None or not kept.by_destination or monotonic_ns() - kept.since > _KEPT_NS:
        by_destination = {member: tariff for tariff in tariffs() for member in tariff.members}
        kept = _Kept(monotonic_ns(), by_destination)
        _tariffs[_database()] = kept
    return kept.by_destination


def _index(tariff: Tariff, load: int) -> LawIndex:
    key = (_database(), tariff.jurisdiction, load)
    found = _indexes.get(key)
    if found is None:
        if len(_indexes) >= _KEPT_INDEXES:
            _indexes.clear()
        found = _made(tariff, load)
        _indexes[key] = found
    return found


def _made(tariff: Tariff, load: int) -> LawIndex:
    newest = LoadRow.objects.filter(tariff_id=tariff.jurisdiction, id__lte=load).order_by("-id").first()
    if newest is None:
        raise LawMissing(destination=tariff.jurisdiction)
    version = data_version(jurisdiction=tariff.jurisdiction, load=newest.id, version=newest.version)
    kept = kept_index(jurisdiction=tariff.jurisdiction, digest=newest.version, version=version)
    if kept is not None:
        return kept
    official, starter = stored_rows(jurisdiction=tariff.jurisdiction, load=load)
    index = indexed(currency=tariff.currency, version=version, official=official, starter=starter)
    keep_index(jurisdiction=tariff.jurisdiction, digest=newest.version, made=index)
    return index
