"""Requests of every kind against the official schedule and lists, where the shared folder is at hand."""

import gzip
import json
from datetime import date
from functools import cache

import pytest

from entrepot.customs.rules import indexed
from entrepot.customs.rules.loaders import TariffFile
from entrepot.customs.rules.loaders.hts import read_hts
from entrepot.customs.terms import Law, LawIndex, Rows
from entrepot.landed.rules import quote, request_of
from tests.landed.make import rows
from tests.landed.overlays import CH99, NEEDED, chapter

pytestmark = NEEDED

HTS = CH99.parent / "hts"
# June 2026: the last revision at hand; what is asked of later days rests on it.
JUNE, AUGUST = "2026-06-15", "2026-08-10"
_CASES = {
    "watch, by its parts": (
        JUNE, "9102.11.45.00", "JP", "500",
        {"measures": {"no": "10", "value:case": "200", "value:strap": "100", "value:battery": "20"}},
        {"status": "amount", "duty": "74.86"}),
    "shoes by the pair, two noughts for the subheading": (
        JUNE, "6402.91.80.00", "AU", "270", {"measures": {"prs": "30"}}, {"status": "amount", "duty": "108.00"}),
    "six digits, one rate": (JUNE, "610910", "AU", "1000", {}, {"status": "amount", "duty": "265.00"}),
    "four digits, several": (JUNE, "6109", "AU", "1000", {}, {"status": "range", "low": "128.69", "high": "422.69"}),
    "two digits are no code": (JUNE, "61", "AU", "1000", {}, {"status": "unknown", "reason": "code_unknown"}),
    "a line that was split": (
        JUNE, "8507.60.00.20", "CN", "1000", {},
        {"status": "unknown", "reason": "code_unknown", "alternatives": ["8507600010", "8507600030", "8507600090"]}),
    "a code that never was": (JUNE, "8471.30.99.99", "AU", "1000", {}, {"status": "unknown", "reason": "code_unknown"}),
    "before the loaded schedule": (
        "2019-01-07", "6109.10.00.12", "CN", "1000", {}, {"status": "unknown", "reason": "rate_unknown_from:2019-01-07"}),
    "a quantity that is lacking": (
        JUNE, "6402.91.80.05", "AU", "270", {}, {"status": "unknown", "reason": "quantity_missing"}),
    "KORUS frees the base and the fee": (
        AUGUST, "6109.10.00.12", "KR", "1000", {"claims": ["KORUS"]}, {"duty": "125.00", "fees": "0.00"}),
    "USMCA frees all": (AUGUST, "6109.10.00.12", "MX", "1000", {"claims": ["USMCA"]}, {"duty": "0.00", "fees": "0.00"}),
    "USMCA of Vietnamese goods is not counted": (
        AUGUST, "6109.10.00.12", "VN", "1000", {"claims": ["USMCA"]}, {"duty": "290.00", "fees": "2.69"}),
    "column 2": (JUNE, "6109.10.00.12", "RU", "1000", {}, {"duty": "1000.00"}),
    "metal on the full value, two lists": (JUNE, "8211.92.20.00", "CN", "500", {"measures": {"no": "100"}}, {"duty": "186.30"}),
    "a laptop owes nothing": (JUNE, "8471.30.01.00", "VN", "1000", {}, {"duty": "0.00"}),
    "over the informal limit": (
        JUNE, "6109.10.00.12", "VN", "2500.01", {}, {"status": "amount", "regime": "formal_entry", "fees": "33.58"}),
    "informal asked for over its limit": (
        JUNE, "6109.10.00.12", "VN", "2500.01", {"entry": "informal"}, {"status": "refused", "reason": "over_informal_limit"}),
    "by sea": (JUNE, "8471.30.01.00", "VN", "100000", {"transport": "sea"}, {"fees": "471.40"}),
    "fee at its most": (JUNE, "8471.30.01.00", "VN", "1000000", {}, {"fees": "651.50"}),
    "informational materials stay free": (
        JUNE, "4901.99.00.70", "CN", "500", {"mode": "express", "claims": ["informational"]}, {"regime": "de_minimis", "total": "0.00"}),
    "post, in lieu": ("2026-07-23", "9503.00.00.73", "CN", "50", {"mode": "post"}, {"regime": "postal_flat", "duty": "5.00"}),
    "post, by code again": ("2026-07-24", "9503.00.00.73", "CN", "50", {"mode": "post"}, {"duty": "6.25", "fees": "0.00"}),
    "repair abroad without its value": (
        JUNE, "8471.30.01.00", "CN", "1000", {"claims": ["98:9802.00.50"]}, {"status": "unknown", "reason": "quantity_missing"}),
    "fees of the next fiscal year": (
        "2026-10-01", "6109.10.00.12", "VN", "1000", {}, {"status": "unknown", "reason": "rate_unknown_from:2026-10-01"}),
}  # fmt: skip


@cache
def index() -> LawIndex:
    name = "hts_2026_rev_10.json"
    beside = {one: (HTS / one).read_bytes() for one in ("revision_dates.csv", "hts_concordance.csv")}
    schedule = read_hts(TariffFile(name, gzip.decompress((HTS / f"{name}.gz").read_bytes()), beside)).rows
    parts = [schedule, *chapter().parts.values()]
    official = Rows(
        measures=tuple(one for part in parts for one in part.measures),
        goods=schedule.goods,
        speaks=tuple(one for part in parts for one in part.speaks),
    )
    return indexed(currency="USD", version="test", official=official, starter=rows("us"))


@pytest.mark.parametrize("name", _CASES)
def test_an_official_request(name: str) -> None:
    on, code, origin, value, facts, expected = _CASES[name]
    line = {name: facts[name] for name in ("measures", "claims") if name in facts}
    body = {
        "id": "t", "on": on, "destination": "US", "ship_from": origin, "mode": facts.get("mode", "cargo"),
        "transport": facts.get("transport", "air"), "entry": facts.get("entry", "auto"), "importer": "business",
        "currency": "USD",
        "lines": [{"goods_code": code, "origin": origin, "value": value, "currency": "USD", **line}],
    }  # fmt: skip
    answer = quote(request=request_of(body=json.dumps(body)), law=Law("US", date.fromisoformat(on), index()))
    found = {
        "status": answer.status.value,
        "regime": answer.regime,
        "reason": answer.reason,
        "alternatives": list(answer.alternatives),
        "low": str(answer.range.low) if answer.range else None,
        "high": str(answer.range.high) if answer.range else None,
        **{sum_: str(getattr(answer, sum_)) for sum_ in ("duty", "fees", "total")},
    }
    assert {name: found[name] for name in expected} == expected, "\n".join(answer.trace)
