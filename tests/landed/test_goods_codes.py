"""Codes in a request: one that does not exist, one that is too short, a preference, a quantity, a day before the data."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from entrepot.customs.rules import indexed
from entrepot.customs.rules.loaders.hts import read_hts
from entrepot.customs.terms import Law
from entrepot.landed.rules import quote
from entrepot.landed.terms import QuoteAnswer, Status
from tests.customs.test_hts import EXCERPT, changed, file
from tests.landed import make

ON = date(2026, 8, 10)
D = Decimal


def finer(rows: list) -> None:
    """Boys' shirts get a rate of their own, and the code for men's is gone."""
    rows[4].update(general="20%", special="", other="90%")
    rows[3].update(htsno="6109.10.00.13")


@cache
def law(on: date = ON, *, split: bool = False) -> Law:
    official = read_hts(file(body=changed(finer) if split else EXCERPT), at_least=5).rows
    if split:
        gone = next(one for one in read_hts(file(), at_least=5).rows.goods if one.value.code == "6109100012")
        official = replace(official, goods=(*official.goods, replace(gone, valid_until=date(2026, 1, 1))))
    index = indexed(currency="USD", version="t", official=official, starter=make.rows("us"))
    return Law("US", on, index)


def answered(code: str, *, of: Law | None = None, **facts) -> QuoteAnswer:
    of = of or law()
    line = make.line("1000", goods_code=code, **{"origin": "RU", **facts})
    return quote(request=make.request(line, on=of.on, mode="cargo"), law=of)


def base(answer: QuoteAnswer) -> Decimal:
    return next(part.amount for part in answer.components if part.kind == "base")


def test_the_rate_of_the_line_is_inherited_by_the_code_of_ten_digits() -> None:
    assert base(answered("6109.10.00.12", origin="VN")) == D("165.00")
    assert base(answered("6109.10.00.12")) == D("900.00")


def test_a_code_that_is_gone_is_unknown_and_its_successor_offered() -> None:
    answer = answered("6109.10.00.12", of=law(split=True))

    assert (answer.status, answer.reason) == (Status.UNKNOWN, "code_unknown")
    assert answer.alternatives == ("6109100013",)


@pytest.mark.parametrize("code", ["6109.10.00.99", "6109100099", "0101", "99"])
def test_a_code_that_never_was_is_unknown(code: str) -> None:
    answer = answered(code)

    assert (answer.status, answer.reason) == (Status.UNKNOWN, "code_unknown")


def test_a_code_that_is_too_short_is_an_amount_where_all_its_lines_agree() -> None:
    assert base(answered("6109.10")) == D("900.00")
    assert base(answered("6109")) == D("900.00")
    assert base(answered("7202.11.10", of=law(date(2026, 3, 2)))) == D("65.00")


def test_a_code_that_is_too_short_is_a_range_where_its_lines_differ() -> None:
    answer = answered("6109.10", of=law(split=True), origin="VN")
    low, high = (answered(code, of=law(split=True), origin="VN").total for code in ("6109100013", "6109100014"))

    assert answer.status is Status.RANGE
    assert answer.range is not None
    assert (answer.range.low, answer.range.high, answer.total) == (low, high, None)
    assert low < high


def test_a_preference_is_had_by_its_claim_and_one_that_points_elsewhere_is_told() -> None:
    assert base(answered("8211.92.20.00", origin="AU", measures={"no": D(10)})) == D("46.08")
    assert base(answered("8211.92.20.00", origin="AU", measures={"no": D(10)}, claims=("AU",))) == 0
    assert base(answered("8211.92.20.00", origin="JP", measures={"no": D(10)}, claims=("JP",))) == D("32.00")
    elsewhere = answered("8211.92.20.00", origin="MX", measures={"no": D(10)}, claims=("S+",))
    assert base(elsewhere) == D("46.08")
    assert any("See 9822.04.65" in note for note in elsewhere.notes)


def test_a_missing_quantity_is_named() -> None:
    answer = answered("8211.92.20.00", origin="AU")

    assert (answer.status, answer.reason) == (Status.UNKNOWN, "quantity_missing")
    assert any("0.8¢ each + 4.6% asks for no" in note for note in answer.notes)


def test_before_the_first_revision_its_rate_is_assumed_for_a_year_and_then_unknown() -> None:
    before = answered("6109.10.00.12", of=law(date(2024, 6, 3)))

    assert base(before) == D("900.00")
    assert before.components[0].assumed == "carried back; loaded from 2025-01-01"
    long_ago = answered("7202.11.10.00", of=law(date(2023, 6, 3)))
    assert (long_ago.status, long_ago.reason) == (Status.UNKNOWN, "rate_unknown_from:2023-06-03")
