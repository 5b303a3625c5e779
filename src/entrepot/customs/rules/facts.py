"""A tariff as plain column values, table by table: what the loader and the first migration write."""

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entrepot.customs.rules.starter import Rows, tariff_rows
from entrepot.customs.terms import Measure, TariffUnreadable

Facts = dict[str, object]


@dataclass(frozen=True, slots=True)
class TariffFacts:
    """Columns of the tariff's own row, and of its dated rows by model name."""

    jurisdiction: str
    version: str
    head: Facts
    rows: Rows

    def tables(self) -> Iterator[tuple[str, Iterator[Facts]]]:
        """Model name and column values of each table, in an order that keeps references whole."""
        rows = self.rows
        yield "MeasureRow", (_measure(measure) for measure in rows.measures)
        yield (
            "GoodsRow",
            (
                _dated(row.value.code, row.valid_from, row.valid_until, row.value.source)
                | {"text": dict(row.value.text), "units": list(row.value.units)}
                for row in rows.goods
            ),
        )
        yield (
            "FeeRow",
            (
                _plain(row.value, _FEE) | _dated(row.value.key, row.valid_from, row.valid_until, row.value.source)
                for row in rows.fees
            ),
        )
        yield (
            "ThresholdRow",
            (
                _plain(row.value, _THRESHOLD) | _dated(row.value.key, row.valid_from, row.valid_until, row.value.source)
                for row in rows.thresholds
            ),
        )
        yield (
            "RestrictionRow",
            (
                _plain(row.value, _RESTRICTION)
                | _dated(row.value.key, row.valid_from, row.valid_until, row.value.source)
                for row in rows.restrictions
            ),
        )


def tariff_facts(*, law: str, goods: str, file: str, edition: str) -> TariffFacts:
    """One authority's two files as column values; the version is a digest of both texts.

    Raises TariffUnreadable naming the file and the row, RateUnreadable.
    """
    rows = tariff_rows(law=law, goods=goods, file=file)
    head = tomllib.loads(law)
    jurisdiction, currency = head.get("jurisdiction"), head.get("currency")
    if not isinstance(jurisdiction, str) or not isinstance(currency, str):
        raise TariffUnreadable(file=file, why="it names no jurisdiction and currency")
    version = hashlib.sha256(f"{law}\n{goods}".encode()).hexdigest()
    return TariffFacts(
        jurisdiction,
        version,
        {
            "jurisdiction": jurisdiction,
            "currency": currency,
            "members": head.get("members", [jurisdiction]),
            "areas": {name: sorted(members) for name, members in rows.areas.items()},
            "edition": edition,
            "version": version,
        },
        rows,
    )


_FEE = ("kind", "entries", "transports", "claims_except", "rate", "flat", "minimum", "maximum", "unknown_from")
_THRESHOLD = ("name", "amount", "currency", "origins", "origins_except", "ships_from", "modes")
_RESTRICTION = ("codes", "codes_except", "origins", "modes", "verdict", "document", "text")


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
