"""Rows of law for tests, every argument defaulted."""

from datetime import UTC, date, datetime
from decimal import Decimal

from entrepot.customs.rules import rate_expression
from entrepot.customs.services import load_part
from entrepot.customs.terms import (
    Dated,
    Fee,
    Goods,
    LoadReport,
    Measure,
    Relation,
    Rows,
    Speaks,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def measure(key: str = "base.6109", rate: str = "5%", **facts) -> Measure:
    facts = {
        "kind": "base", "codes": ("6109",), "codes_except": (), "origins": frozenset(), "origins_except": frozenset(),
        "regions": frozenset(), "base": "value", "relation": Relation.ADD, "claim": "", "claims_except": frozenset(),
        "shut_out_by": frozenset(), "unit_price": None, "transit": None, "valid_from": date(2025, 1, 1),
        "valid_until": None, "unknown_from": None, "source": "test", "note": "",
    } | facts  # fmt: skip
    return Measure(key=key, rate=rate_expression(text=rate), **facts)


def goods(code: str = "6109100012", since: date = date(2025, 1, 1), until: date | None = None, **facts) -> Dated[Goods]:
    facts = {"text": {"en": "T-shirts"}, "units": ("no",), "source": "test"} | facts
    return Dated(Goods(code, **facts), since, until)


def fee(
    key: str = "mpf", rate: str = "0.003464", since: date = date(2025, 10, 1), until: date | None = None
) -> Dated[Fee]:
    value = Fee(
        key, key, frozenset(), frozenset(), frozenset(), Decimal(rate), Decimal(0), None, None, since, None, "test"
    )
    return Dated(value, since, until)


def put_in(
    *measures: Measure, part: str = "us.test", digest: str = "", speaks: tuple[Speaks, ...] = (), **facts
) -> LoadReport:
    jurisdiction = facts.pop("jurisdiction", "US")
    rows = Rows(measures=measures, speaks=speaks, **facts)
    return load_part(
        jurisdiction=jurisdiction,
        part=part,
        edition="test",
        rows=rows,
        digest=digest or str(hash((measures, repr(facts)))),
        at=NOON,
    )
