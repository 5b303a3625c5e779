"""The law of a destination on a day, compiled in memory; rows are read again when their tariff has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from time import monotonic_ns
from typing import Final

from django.db import connection

from entrepot.customs.models import FeeRow, GoodsRow, MeasureRow, RestrictionRow, TariffRow, ThresholdRow
from entrepot.customs.rules import Dated, Rows, compiled, rate_expression
from entrepot.customs.terms import (
    Fee,
    Goods,
    Law,
    LawMissing,
    Measure,
    Relation,
    Restriction,
    Threshold,
    Transit,
    UnitPrice,
    Verdict,
)

_KEPT_NS: Final = 60_000_000_000
_KEPT_LAWS: Final = 512
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Tariff:
    """An authority whose tariff is loaded. version: a digest of its content."""

    jurisdiction: str
    currency: str
    members: tuple[str, ...]
    edition: str
    version: str


@dataclass(slots=True)
class _Kept:
    since: int
    by_destination: Mapping[str, Tariff]
    areas: Mapping[str, Mapping[str, frozenset[str]]]


_tariffs: dict[str, _Kept] = {}
_rows: dict[tuple[str, str, str], Rows] = {}
_laws: dict[tuple[str, str, date, str], Law] = {}


def law(*, destination: str, on: date) -> Law:
    """The law of `destination` on a day local to its authority. A change of rows shows after a minute at the latest.

    Raises LawMissing.
    """
    kept = _loaded()
    tariff = kept.by_destination.get(destination)
    if tariff is None:
        raise LawMissing(destination=destination)
    key = (_database(), destination, on, tariff.version)
    found = _laws.get(key)
    if found is None:
        if len(_laws) >= _KEPT_LAWS:
            _laws.clear()
        rows = _rows_of(tariff, kept.areas[tariff.jurisdiction])
        found = compiled(
            destination=destination, currency=tariff.currency, on=on, rows=rows, version=tariff.version[:12]
        )
        _laws[key] = found
    return found


def tariffs() -> tuple[Tariff, ...]:
    """All loaded tariffs, by authority."""
    found = {tariff.jurisdiction: tariff for tariff in _loaded().by_destination.values()}
    return tuple(found[name] for name in sorted(found))


def forget() -> None:
    """Read the rows again at the next call: after loading in this process."""
    _tariffs.clear()
    _rows.clear()
    _laws.clear()


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _loaded() -> _Kept:
    kept = _tariffs.get(_database())
    if kept is None or not kept.by_destination or monotonic_ns() - kept.since > _KEPT_NS:
        by_destination, areas = {}, {}
        for row in TariffRow.objects.all():
            tariff = Tariff(row.jurisdiction, row.currency, tuple(row.members), row.edition, row.version)
            areas[row.jurisdiction] = {name: frozenset(members) for name, members in row.areas.items()}
            by_destination.update(dict.fromkeys(tariff.members, tariff))
        kept = _Kept(monotonic_ns(), by_destination, areas)
        _tariffs[_database()] = kept
    return kept


def _rows_of(tariff: Tariff, areas: Mapping[str, frozenset[str]]) -> Rows:
    key = (_database(), tariff.jurisdiction, tariff.version)
    found = _rows.get(key)
    if found is None:
        of = {"tariff_id": tariff.jurisdiction}
        found = Rows(
            measures=tuple(_measure(row) for row in MeasureRow.objects.filter(**of).order_by("id")),
            goods=tuple(
                Dated(Goods(row.key, row.text, tuple(row.units), row.source), row.valid_from, row.valid_until)
                for row in GoodsRow.objects.filter(**of).order_by("id")
            ),
            fees=tuple(
                Dated(_fee(row), row.valid_from, row.valid_until) for row in FeeRow.objects.filter(**of).order_by("id")
            ),
            thresholds=tuple(
                Dated(_threshold(row), row.valid_from, row.valid_until)
                for row in ThresholdRow.objects.filter(**of).order_by("id")
            ),
            restrictions=tuple(
                Dated(_restriction(row), row.valid_from, row.valid_until)
                for row in RestrictionRow.objects.filter(**of).order_by("id")
            ),
            areas=areas,
        )
        _rows[key] = found
    return found


def _measure(row: MeasureRow) -> Measure:
    return Measure(
        key=row.key,
        kind=row.kind,
        codes=tuple(row.codes),
        codes_except=tuple(row.codes_except),
        origins=frozenset(row.origins),
        origins_except=frozenset(row.origins_except),
        regions=frozenset(row.regions),
        rate=rate_expression(text=row.rate),
        base=row.base,
        relation=Relation(row.relation),
        claim=row.claim,
        claims_except=frozenset(row.claims_except),
        shut_out_by=frozenset(row.shut_out_by),
        unit_price=UnitPrice(row.unit_price, tuple(row.unit_price_units)) if row.unit_price is not None else None,
        transit=Transit(row.loaded_before, row.entered_before) if row.loaded_before and row.entered_before else None,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        unknown_from=row.unknown_from,
        source=row.source,
        note=row.note,
    )


def _fee(row: FeeRow) -> Fee:
    return Fee(
        key=row.key,
        kind=row.kind,
        entries=frozenset(row.entries),
        transports=frozenset(row.transports),
        claims_except=frozenset(row.claims_except),
        rate=row.rate.normalize(),
        flat=row.flat.normalize(),
        minimum=row.minimum,
        maximum=row.maximum,
        valid_from=row.valid_from,
        unknown_from=row.unknown_from,
        source=row.source,
    )


def _threshold(row: ThresholdRow) -> Threshold:
    return Threshold(
        key=row.key,
        name=row.name,
        amount=row.amount.quantize(_CENT),
        currency=row.currency,
        origins=frozenset(row.origins),
        origins_except=frozenset(row.origins_except),
        ships_from=frozenset(row.ships_from),
        modes=frozenset(row.modes),
        valid_from=row.valid_from,
        source=row.source,
    )


def _restriction(row: RestrictionRow) -> Restriction:
    return Restriction(
        key=row.key,
        codes=tuple(row.codes),
        codes_except=tuple(row.codes_except),
        origins=frozenset(row.origins),
        modes=frozenset(row.modes),
        verdict=Verdict(row.verdict),
        document=row.document,
        text=row.text,
        source=row.source,
    )
