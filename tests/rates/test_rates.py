"""Exchange rates: published, inverted, crossed, missing; and the ECB's file."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rates import queries
from entrepot.rates.models import RateRow
from entrepot.rates.rules import ECB, FED, ecb_rates, rate_between
from entrepot.rates.services import load_ecb, load_starter_rates
from entrepot.rates.terms import Rate, RateMissing, RatesUnreadable

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = date(2026, 10, 30)
FILE = "Date,USD,JPY,XXX,\n2026-11-05,1.2000,180,N/A,\n2026-11-04,1.1000,,N/A,\n"


@pytest.fixture(autouse=True)
def _fresh():
    queries.forget()
    yield
    queries.forget()


@pytest.mark.django_db
def test_a_fresh_market_knows_the_ecb_rates_of_its_last_day() -> None:
    euro = queries.rate(base="EUR", quote="USD", at=NOON)

    assert euro == Rate("EUR", "USD", Decimal("1.1172"), ECB, DAY)
    assert load_starter_rates() == 0


@pytest.mark.django_db
def test_dollars_to_yuan_cross_through_the_euro_and_say_so() -> None:
    crossed = queries.rate(base="USD", quote="CNY", at=NOON)

    assert crossed.value == (Decimal("7.4326") / Decimal("1.1172")).quantize(Decimal("1e-10"))
    assert crossed.source == "ECB euro foreign exchange reference rates, crossed through EUR"
    assert crossed.on == DAY


@pytest.mark.django_db
def test_the_rate_of_a_past_day_is_the_one_published_by_then() -> None:
    past = queries.rate(base="EUR", quote="USD", at=datetime(2024, 1, 31, tzinfo=UTC))

    assert past.on == date(2024, 1, 2)


@pytest.mark.django_db
def test_rates_are_read_once_a_day_and_kept(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        queries.rate(base="USD", quote="CNY", at=NOON)
        queries.rate(base="CNY", quote="GBP", at=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize(("base", "quote", "year"), [("USD", "XAU", 2026), ("USD", "CNY", 2020)])
def test_what_nobody_published_is_missing(base: str, quote: str, year: int) -> None:
    with pytest.raises(RateMissing):
        queries.rate(base=base, quote=quote, at=datetime(year, 11, 22, tzinfo=UTC))


@pytest.mark.django_db
def test_the_same_currency_needs_no_rate(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert queries.rate(base="USD", quote="USD", at=NOON).value == 1


@pytest.mark.django_db
def test_loading_an_ecb_file_twice_adds_its_rates_once() -> None:
    assert load_ecb(lines=FILE.splitlines()) == 3
    assert load_ecb(lines=FILE.splitlines()) == 0
    assert queries.rate(base="EUR", quote="USD", at=NOON).value == Decimal("1.2")


@pytest.mark.django_db
def test_a_broken_file_is_refused_whole_and_names_the_line() -> None:
    with pytest.raises(RatesUnreadable) as refused:
        load_ecb(lines=["Date,USD", "2026-11-05,1.2", "2026-11-06,-3"])

    assert refused.value.facts["line"] == 3
    assert queries.rate(base="EUR", quote="USD", at=NOON).on == DAY


@pytest.mark.parametrize(
    "text", ["", "Datum,USD\n", "Date,USD\n2026-13-01,1", "Date,USD\n2026-11-01", "Date,USD\n2026-11-01,x"]
)
def test_other_formats_are_refused(text: str) -> None:
    with pytest.raises(RatesUnreadable):
        list(ecb_rates(lines=text.splitlines()))


@given(st.decimals("0.001", "1000", places=4), st.decimals("0.001", "1000", places=4))
def test_going_there_and_back_returns_to_where_it_started(first: Decimal, second: Decimal) -> None:
    known = {
        ("EUR", "USD"): Rate("EUR", "USD", first, ECB, DAY),
        ("EUR", "CNY"): Rate("EUR", "CNY", second, ECB, DAY),
    }
    there = rate_between(base="USD", quote="CNY", known=known, on=DAY)
    back = rate_between(base="CNY", quote="USD", known=known, on=DAY)

    assert there is not None
    assert back is not None
    # Each is rounded at the tenth decimal, so the product is one within a ten-decimal step of the larger.
    assert abs(there.value * back.value - 1) <= (there.value + back.value + 1) * Decimal("1e-10")


@pytest.mark.django_db
def test_of_each_pair_the_last_day_counts_and_of_two_sources_that_day_the_first_by_name() -> None:
    RateRow.objects.all().delete()
    rows = [
        ("b bank", 1, "7.1"), ("b bank", 3, "7.3"), ("a bank", 3, "7.2"), ("a bank", 5, "7.5"), (FED, 4, "9"),
    ]  # fmt: skip
    for source, day, value in rows:
        RateRow.objects.create(base="USD", quote="CNY", on=date(2026, 3, day), value=Decimal(value), source=source)
    RateRow.objects.create(base="USD", quote="AED", on=date(2026, 3, 2), value=Decimal("3.67"), source="b bank")

    def told(day: int, quote: str = "CNY") -> tuple[Decimal, str]:
        queries.forget()
        found = queries.rate(base="USD", quote=quote, at=datetime(2026, 3, day, 12, tzinfo=UTC))
        return found.value, found.source

    assert [told(day) for day in (1, 2, 3, 4, 5)] == [
        (Decimal("7.1"), "b bank"), (Decimal("7.1"), "b bank"), (Decimal("7.2"), "a bank"), (Decimal("7.2"), "a bank"),
        (Decimal("7.5"), "a bank"),
    ]  # fmt: skip
    assert told(9, "AED") == (Decimal("3.67"), "b bank")
    queries.forget()
