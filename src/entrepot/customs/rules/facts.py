"""Rows of law as plain column values, table by table, and read back from them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, get_type_hints

import msgspec

from entrepot.customs.terms import (
    Dated,
    Fee,
    Goods,
    Measure,
    Restriction,
    Rows,
    TariffUnreadable,
    Threshold,
)

Facts = dict[str, object]
_DAYS: Final = ("valid_from", "valid_until")
_MEASURE: Final = (
    "kind", "codes", "codes_except", "origins", "origins_except", "regions", "base", "relation", "claim",
    "claims_except", "shut_out_by", "unknown_from", "note",
)  # fmt: skip
_GOODS: Final = ("text", "units")
_FEE: Final = ("kind", "entries", "transports", "claims_except", "rate", "flat", "minimum", "maximum", "unknown_from")
_THRESHOLD: Final = ("name", "amount", "currency", "origins", "origins_except", "ships_from", "modes")
_RESTRICTION: Final = ("codes", "codes_except", "origins", "modes", "verdict", "document", "text")
# Table, and the columns of its own; those that all tables have come first.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "customs_measure": (
        *_MEASURE, "rate", "unit_price", "unit_price_units", "loaded_before", "entered_before",
    ),
    "customs_goods": _GOODS,
    "customs_fee": _FEE,
    "customs_threshold": _THRESHOLD,
    "customs_restriction": _RESTRICTION,
}  # fmt: skip
SHARED: Final = ("key", "valid_from", "valid_until", "source", "more")
_encoder: Final = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class PartFacts:
    """Column values of one part's rows by table, each with a fingerprint of its content beside its days."""

    tables: Mapping[str, list[Facts]]

    def content(self) -> str:
        """A digest of all rows with their days."""
        found = hashlib.sha256()
        for table, rows in self.tables.items():
            found.update(table.encode())
            for row in rows:
                found.update(f"{row['fingerprint']}{row['key']}{row['valid_from']}{row['valid_until']}".encode())
        return found.hexdigest()


def part_facts(*, rows: Rows, file: str) -> PartFacts:
    """The rows as column values. Raises TariffUnreadable when a key begins twice on one day."""
    tables = {
        "customs_measure": [_measure(measure) for measure in rows.measures],
        "customs_goods": [_row(row, _GOODS, key=row.value.code) for row in rows.goods],
        "customs_fee": [_row(row, _FEE, key=row.value.key) for row in rows.fees],
        "customs_threshold": [_row(row, _THRESHOLD, key=row.value.key) for row in rows.thresholds],
        "customs_restriction": [_row(row, _RESTRICTION, key=row.value.key) for row in rows.restrictions],
    }
    for found in tables.values():
        known: set[object] = set()
        for facts in found:
            once = (facts["key"], facts["valid_from"])
            if once in known:
                raise TariffUnreadable(file=file, why=f"{once[0]} begins twice on {once[1]}")
            known.add(once)
    return PartFacts(tables)


def _measure(measure: Measure) -> Facts:
    price, transit = measure.unit_price, measure.transit
    return _printed(
        _plain(measure, ("key", *_DAYS, "source", *_MEASURE))
        | {
            "rate": measure.rate.text,
            "unit_price": price.at_least if price else None,
            "unit_price_units": list(price.units) if price else [],
            "loaded_before": transit.loaded_before if transit else None,
            "entered_before": transit.entered_before if transit else None,
            "more": _more(measure, _MEASURE_MORE),
        }
    )


def _row(
    row: "Dated[Goods] | Dated[Fee] | Dated[Threshold] | Dated[Restriction]", names: Sequence[str], key: str
) -> Facts:
    more = _more(row.value, _GOODS_MORE) if isinstance(row.value, Goods) else {}
    days = {"key": key, "valid_from": row.valid_from, "valid_until": row.valid_until, "source": row.value.source}
    return _printed(_plain(row.value, names) | days | {"more": more})


def _printed(facts: Facts) -> Facts:
    content = {name: value for name, value in facts.items() if name not in _DAYS}
    return facts | {"fingerprint": hashlib.blake2b(_encoder.encode(content), digest_size=8).hexdigest()}


def _plain(value: object, names: Sequence[str]) -> Facts:
    # Sets are sorted, so that the same law is the same rows.
    plain: Facts = {}
    for name in names:
        found = getattr(value, name)
        if isinstance(found, frozenset):
            found = _sorted(found)
        elif isinstance(found, tuple):
            found = list(found)
        elif isinstance(found, Decimal):
            found = found.normalize()
        plain[name] = found
    return plain


@lru_cache(maxsize=4096)
def _sorted(names: frozenset[str]) -> list[str]:
    return sorted(names)


def _newer(kind: type, columns: Sequence[str]) -> dict[str, tuple[object, object]]:
    """Fields with a default that have no column: their type and default, by name."""
    hints = get_type_hints(kind)
    own = {*columns, "key", "code", *_DAYS, "source", "rate", "unit_price", "transit"}
    return {
        one.name: (hints[one.name], one.default)
        for one in fields(kind)
        if one.name not in own and one.default is not MISSING
    }


def _more(value: object, newer: Mapping[str, tuple[object, object]]) -> Facts:
    found = {}
    for name, (_, default) in newer.items():
        own = getattr(value, name)
        if own != default:
            found[name] = own
    return {
        name: msgspec.to_builtins(_sorted(one) if isinstance(one, frozenset) else one) for name, one in found.items()
    }


def newer_fields(*, kind: type, more: Mapping[str, object]) -> dict[str, Any]:
    """The fields that were kept in `more`, as keyword arguments of `kind`."""
    if not more:
        return {}
    newer = _MEASURE_MORE if kind is Measure else _GOODS_MORE
    return {name: msgspec.convert(value, type=newer[name][0]) for name, value in more.items() if name in newer}


_MEASURE_MORE: Final = _newer(Measure, _MEASURE)
_GOODS_MORE: Final = _newer(Goods, _GOODS)
