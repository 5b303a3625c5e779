"""Tariff files of our own form (TOML for law, CSV for goods codes and their base rates) read into rows."""

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.customs.rules.rates import rate_expression
from entrepot.customs.terms import (
    Dated,
    Fee,
    Goods,
    Measure,
    Relation,
    Restriction,
    Rows,
    TariffUnreadable,
    Threshold,
    Transit,
    UnitPrice,
    Verdict,
)

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TariffHead:
    """Whose law a file of our own form holds."""

    jurisdiction: str
    currency: str
    members: tuple[str, ...]


def tariff_head(*, law: str, file: str) -> TariffHead:
    """Whose law it is. Raises TariffUnreadable when the file does not say."""
    try:
        head = tomllib.loads(law)
    except tomllib.TOMLDecodeError as wrong:
        raise TariffUnreadable(file=file, why=str(wrong)) from wrong
    jurisdiction, currency = head.get("jurisdiction"), head.get("currency")
    if not isinstance(jurisdiction, str) or not isinstance(currency, str):
        raise TariffUnreadable(file=file, why="it names no jurisdiction and currency")
    return TariffHead(jurisdiction, currency, tuple(head.get("members", [jurisdiction])))


def tariff_rows(*, law: str, goods: str, file: str) -> Rows:
    """The rows of one authority's two files. Raises TariffUnreadable naming the file and the row."""
    try:
        tables = tomllib.loads(law)
    except tomllib.TOMLDecodeError as wrong:
        raise TariffUnreadable(file=file, why=str(wrong)) from wrong
    areas = {name: frozenset(members) for name, members in tables.get("areas", {}).items()}
    reader = _Reader(file, areas)
    codes = list(csv.DictReader(io.StringIO(goods)))
    return Rows(
        measures=(
            *(measure for row in codes for measure in reader.base_measures(row)),
            *(reader.measure(table) for table in tables.get("measure", [])),
        ),
        goods=tuple(reader.goods(row) for row in codes),
        fees=tuple(reader.fee(table) for table in tables.get("fee", [])),
        thresholds=tuple(reader.threshold(table) for table in tables.get("threshold", [])),
        restrictions=tuple(reader.restriction(table) for table in tables.get("restriction", [])),
        areas=areas,
    )


def measures_of(*, tables: Iterable[Table], areas: Mapping[str, frozenset[str]], file: str) -> tuple[Measure, ...]:
    """Measures written in our own form, `codes` already told. Raises TariffUnreadable, RateUnreadable."""
    reader = _Reader(file, areas)
    return tuple(reader.measure(one) for one in tables)


class _Reader:
    """Reads single tables; areas (`EU`) in a list of origins stand for their members."""

    def __init__(self, file: str, areas: Mapping[str, frozenset[str]]) -> None:
        self.file, self.areas = file, areas

    def base_measures(self, row: Mapping[str, str]) -> Iterable[Measure]:
        # A goods row without rates is covered, but its duty is asked of the caller (`given`).
        for kind, column, origins in (
            ("base", "column_1", {"origins_except": ["COLUMN_2"]}),
            ("base", "column_2", {"origins": ["COLUMN_2"]}),
            ("duty", "duty", {}),
        ):
            if row.get(column):
                yield self.measure(
                    {
                        "key": f"{column}.{row['code']}",
                        "kind": kind,
                        "rate": row[column],
                        "codes": [row["code"]],
                        "valid_from": date.fromisoformat(row["valid_from"]),
                        "valid_until": date.fromisoformat(row["valid_until"]) if row.get("valid_until") else None,
                        "source": row["source"],
                        **origins,
                    }
                )

    def goods(self, row: Mapping[str, str]) -> Dated[Goods]:
        value = Goods(
            row["code"],
            {"en": row["en"], "zh-hans": row["zh"]},
            tuple(unit for unit in row["units"].split(";") if unit),
            row["source"],
        )
        until = date.fromisoformat(row["valid_until"]) if row.get("valid_until") else None
        return Dated(value, date.fromisoformat(row["valid_from"]), until)

    def measure(self, table: Table) -> Measure:
        unit_price, transit = table.get("unit_price"), table.get("in_transit")
        return Measure(
            key=self._text(table, "key"),
            kind=self._text(table, "kind"),
            codes=self._texts(table, "codes", ("",)),
            codes_except=self._texts(table, "codes_except"),
            origins=self._countries(table, "origins"),
            origins_except=self._countries(table, "origins_except"),
            regions=frozenset(self._texts(table, "regions")),
            rate=rate_expression(text=self._text(table, "rate")),
            base=str(table.get("base", "value")),
            relation=Relation(str(table.get("relation", "add"))),
            claim=str(table.get("claim", "")),
            claims_except=frozenset(self._texts(table, "claims_except")),
            shut_out_by=frozenset(self._texts(table, "shut_out_by")),
            unit_price=UnitPrice(Decimal(str(unit_price["at_least"])), tuple(unit_price["units"]))
            if isinstance(unit_price, dict)
            else None,
            transit=Transit(transit["loaded_before"], transit["entered_before"]) if isinstance(transit, dict) else None,
            valid_from=self._day(table, "valid_from"),
            valid_until=self._end(table, "valid_until"),
            unknown_from=self._end(table, "unknown_from"),
            source=self._text(table, "source"),
            note=str(table.get("note", "")),
        )

    def fee(self, table: Table) -> Dated[Fee]:
        value = Fee(
            key=self._text(table, "key"),
            kind=self._text(table, "kind"),
            entries=frozenset(self._texts(table, "entries")),
            transports=frozenset(self._texts(table, "transports")),
            claims_except=frozenset(self._texts(table, "claims_except")),
            rate=rate_expression(text=str(table["rate"])).ad_valorem or Decimal(0) if "rate" in table else Decimal(0),
            flat=Decimal(str(table.get("flat", "0"))),
            minimum=Decimal(str(table["minimum"])) if "minimum" in table else None,
            maximum=Decimal(str(table["maximum"])) if "maximum" in table else None,
            valid_from=self._day(table, "valid_from"),
            unknown_from=self._end(table, "unknown_from"),
            source=self._text(table, "source"),
        )
        return Dated(value, value.valid_from, self._end(table, "valid_until"))

    def threshold(self, table: Table) -> Dated[Threshold]:
        value = Threshold(
            key=self._text(table, "key"),
            name=self._text(table, "name"),
            amount=Decimal(self._text(table, "amount")),
            currency=self._text(table, "currency"),
            origins=self._countries(table, "origins"),
            origins_except=self._countries(table, "origins_except"),
            ships_from=self._countries(table, "ships_from"),
            modes=frozenset(self._texts(table, "modes")),
            valid_from=self._day(table, "valid_from"),
            source=self._text(table, "source"),
        )
        return Dated(value, value.valid_from, self._end(table, "valid_until"))

    def restriction(self, table: Table) -> Dated[Restriction]:
        value = Restriction(
            key=self._text(table, "key"),
            codes=self._texts(table, "codes"),
            codes_except=self._texts(table, "codes_except"),
            origins=self._countries(table, "origins"),
            modes=frozenset(self._texts(table, "modes")),
            verdict=Verdict(self._text(table, "verdict")),
            document=str(table.get("document", "")),
            text={"en": self._text(table, "en"), "zh-hans": self._text(table, "zh")},
            source=self._text(table, "source"),
        )
        return Dated(value, self._day(table, "valid_from"), self._end(table, "valid_until"))

    def _text(self, table: Table, name: str) -> str:
        found = table.get(name)
        if not isinstance(found, str) or not found:
            raise TariffUnreadable(file=self.file, why=f"{table.get('key', 'a row')} lacks {name}")
        return found

    def _texts(self, table: Table, name: str, otherwise: Sequence[str] = ()) -> tuple[str, ...]:
        found = table.get(name, otherwise)
        if not isinstance(found, (list, tuple)):
            raise TariffUnreadable(file=self.file, why=f"{table.get('key', 'a row')}: {name} is no list")
        return tuple(str(item) for item in found)

    def _countries(self, table: Table, name: str) -> frozenset[str]:
        found: set[str] = set()
        for item in self._texts(table, name):
            found |= self.areas.get(item, frozenset({item}))
        return frozenset(found)

    def _day(self, table: Table, name: str) -> date:
        found = table.get(name)
        if not isinstance(found, date):
            raise TariffUnreadable(file=self.file, why=f"{table.get('key', 'a row')} lacks the day {name}")
        return found

    def _end(self, table: Table, name: str) -> date | None:
        return self._day(table, name) if table.get(name) is not None else None
