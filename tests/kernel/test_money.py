"""Money never gains or loses a minor unit, and never mixes currencies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.money import CurrencyMismatch, Money, Rounding, exponent

amounts = st.integers(min_value=-(10**12), max_value=10**12)
weights = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=12).filter(any)


@given(minor=amounts, shares=weights)
def test_split_sums_exactly_and_stays_within_a_unit(minor: int, shares: list[int]) -> None:
    parts = Money(minor, "CNY").split(shares)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, shares, strict=True):
        assert abs(Decimal(part.minor) - Decimal(minor) * weight / sum(shares)) < 1
        if weight == 0:
            assert part.minor == 0


@given(minor=amounts, shares=weights)
def test_splitting_a_debt_mirrors_splitting_the_same_credit(minor: int, shares: list[int]) -> None:
    assert Money(-minor, "USD").split(shares) == tuple(-part for part in Money(minor, "USD").split(shares))


@pytest.mark.parametrize("bad", [[], [0, 0], [-1, 2]])
def test_split_refuses_weights_that_say_nothing(bad: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(1, "USD").split(bad)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.50", "USD", 1250), ("12.5", "CNY", 1250), ("-0.01", "EUR", -1), ("500", "JPY", 500), ("1.234", "KWD", 1234)],
)
def test_parse_reads_plain_decimals(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize("text", ["12,50", "$12", "1e3", "", "12.505", " 1", "١٢", "nan"])
def test_parse_refuses_what_is_not_a_plain_amount(text: str) -> None:
    with pytest.raises(ValueError):
        Money.parse(text, "USD")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "USD") + Money(1, "CNY")
    with pytest.raises(CurrencyMismatch):
        _ = Money(1, "USD") < Money(1, "CNY")


def test_money_is_whole_units_of_a_real_currency() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "USD")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money(True, "USD")
    with pytest.raises(ValueError):
        Money(1, "usd")
    with pytest.raises(OverflowError):
        Money(2**63, "USD")


@pytest.mark.parametrize(
    ("rounding", "minor"), [(Rounding.HALF_UP, 13), (Rounding.HALF_EVEN, 12), (Rounding.DOWN, 12), (Rounding.UP, 13)]
)
def test_each_rounding_settles_a_half_its_own_way(rounding: Rounding, minor: int) -> None:
    assert Money(125, "USD").at_rate(Decimal("0.1"), rounding) == Money(minor, "USD")


def test_exchange_knows_decimals_of_both_sides() -> None:
    assert Money(1000, "USD").exchanged(Decimal("149.5"), "JPY") == Money(1495, "JPY")
    assert Money(1495, "JPY").exchanged(Decimal("0.007"), "USD") == Money(1046, "USD")
    assert [exponent(code) for code in ("USD", "JPY", "BHD")] == [2, 0, 3]
