"""Rows of law read back from their tables, as they were known at one load."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeVar

from django.db.models import Q, QuerySet

from entrepot.customs.models import DatedRow, FeeRow, GoodsRow, LoadRow, MeasureRow, RestrictionRow, ThresholdRow
from entrepot.customs.rules import Dated, Rows, newer_fields, rate_expression
from entrepot.customs.terms import (
    Fee,
    Goods,
    Measure,
    Relation,
    Restriction,
    Speaks,
    Threshold,
    Transit,
    UnitPrice,
    Verdict,
)

Row = TypeVar("Row", bound=DatedRow)
_CENT: Final = Decimal("0.01")
_rate = lru_cache(maxsize=None)(rate_expression)


def stored_rows(*, jurisdiction: str, load: int) -> tuple[Rows, Rows]:
    """An authority's rows as known at a load: those of official parts, and the starter's."""
    newest: dict[str, LoadRow] = {}
    for one in LoadRow.objects.filter(tariff_id=jurisdiction, id__lte=load).order_by("id"):
        newest[one.part] = one
    halves = []
    for official in (True, False):
        parts = [one for one in newest.values() if one.official is official]
        halves.append(_rows(jurisdiction, load, parts))
    return halves[0], halves[1]


def _rows(jurisdiction: str, load: int, parts: list[LoadRow]) -> Rows:
    if not parts:
        return Rows()
    known = Q(since_load__lte=load) & (Q(until_load=None) | Q(until_load__gt=load))
    of = Q(tariff_id=jurisdiction, part__in=[one.part for one in parts]) & known
    return Rows(
        measures=tuple(_measure(row) for row in _read(MeasureRow.objects.filter(of))),
        goods=tuple(Dated(_goods(row), row.valid_from, row.valid_until) for row in _read(GoodsRow.objects.filter(of))),
        fees=tuple(Dated(_fee(row), row.valid_from, row.valid_until) for row in _read(FeeRow.objects.filter(of))),
        thresholds=tuple(
            Dated(_threshold(row), row.valid_from, row.valid_until) for row in _read(ThresholdRow.objects.filter(of))
        ),
        restrictions=tuple(
            Dated(_restriction(row), row.valid_from, row.valid_until)
            for row in _read(RestrictionRow.objects.filter(of))
        ),
        areas={name: frozenset(members) for one in parts for name, members in one.areas.items()},
        speaks=tuple(_speaks(said) for one in parts for said in one.speaks),
    )


def _read(rows: "QuerySet[Row]") -> "QuerySet[Row]":
    return rows.order_by("id")


def _speaks(said: dict[str, object]) -> Speaks:
    until = said["valid_until"]
    codes = said["codes"]
    return Speaks(
        kind=str(said["kind"]),
        valid_from=date.fromisoformat(str(said["valid_from"])),
        valid_until=date.fromisoformat(str(until)) if until else None,
        codes=tuple(str(code) for code in codes) if isinstance(codes, list) else ("",),
        back_to=date.fromisoformat(str(said["back_to"])) if said.get("back_to") else None,
    )


@lru_cache(maxsize=4096)
def _set(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names)


def _goods(row: GoodsRow) -> Goods:
    return Goods(row.key, row.text, tuple(row.units), row.source, **newer_fields(kind=Goods, more=row.more))


def _measure(row: MeasureRow) -> Measure:
    return Measure(
        key=row.key,
        kind=row.kind,
        codes=tuple(row.codes),
        codes_except=tuple(row.codes_except),
        origins=_set(tuple(row.origins)),
        origins_except=_set(tuple(row.origins_except)),
        regions=_set(tuple(row.regions)),
        rate=_rate(text=row.rate),
        base=row.base,
        relation=Relation(row.relation),
        claim=row.claim,
        claims_except=_set(tuple(row.claims_except)),
        shut_out_by=_set(tuple(row.shut_out_by)),
        unit_price=UnitPrice(row.unit_price, tuple(row.unit_price_units)) if row.unit_price is not None else None,
        transit=Transit(row.loaded_before, row.entered_before) if row.loaded_before and row.entered_before else None,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        unknown_from=row.unknown_from,
        source=row.source,
        note=row.note,
        **newer_fields(kind=Measure, more=row.more),
    )


def _fee(row: FeeRow) -> Fee:
    return Fee(
        key=row.key,
        kind=row.kind,
        entries=_set(tuple(row.entries)),
        transports=_set(tuple(row.transports)),
        claims_except=_set(tuple(row.claims_except)),
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
        origins=_set(tuple(row.origins)),
        origins_except=_set(tuple(row.origins_except)),
        ships_from=_set(tuple(row.ships_from)),
        modes=_set(tuple(row.modes)),
        valid_from=row.valid_from,
        source=row.source,
    )


def _restriction(row: RestrictionRow) -> Restriction:
    return Restriction(
        key=row.key,
        codes=tuple(row.codes),
        codes_except=tuple(row.codes_except),
        origins=_set(tuple(row.origins)),
        modes=_set(tuple(row.modes)),
        verdict=Verdict(row.verdict),
        document=row.document,
        text=row.text,
        source=row.source,
    )
