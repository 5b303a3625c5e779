"""Prices at the door for cards and pages: one unit, from memory."""

from dataclasses import replace

import pytest

from entrepot.kernel.money import Money
from entrepot.landed.queries import landed_prices
from entrepot.landed.terms import LandedPrice, PriceAsk
from tests.landed.make import NOV

pytestmark = pytest.mark.django_db
CHERRIES = PriceAsk(1, 7, "mall", Money(2800, "USD"), "0809290000", "US", "US", 1000, 1100)
CASE = PriceAsk(2, 8, "export", Money(4900, "CNY"), "3926.90.99.89", "CN", "CN", 45, 60)


def prices(*items: PriceAsk, destination: str = "CN", currency: str = "CNY") -> tuple[LandedPrice, ...]:
    return landed_prices(items=items, destination=destination, currency=currency, at=NOV)


def test_a_unit_is_priced_with_goods_freight_and_tax_apart() -> None:
    (found,) = prices(CHERRIES)

    # USD 28.00 is CNY 186.28; freight USD 3.50 and 11 steps of 0.95 is CNY 92.81; 9 % x 70 % of both is 17.58.
    assert found.goods == Money(18628, "CNY")
    assert found.freight == Money(9281, "CNY")
    assert found.tax == Money(1758, "CNY")
    assert found.total == Money(18628 + 9281 + 1758, "CNY")
    assert (found.regime, found.reason, found.days_min, found.days_max) == ("cbec", None, 6, 11)


def test_what_cannot_be_had_there_says_why_in_its_place() -> None:
    cherries, case, lost = prices(CHERRIES, CASE, replace(CHERRIES, channel="souk"), destination="US", currency="USD")

    assert (cherries.reason, cherries.total) == ("no_lane", None)
    assert (case.reason, case.total is not None) == (None, True)
    assert lost.reason == "no_lane"


def test_no_unit_counts_on_anothers_yearly_allowance() -> None:
    dear = replace(CHERRIES, price=Money(68000, "USD"))

    found = prices(*[replace(dear, variant_id=i) for i in range(8)])

    assert {price.reason for price in found} == {None}


def test_a_page_of_cards_takes_no_statement_once_the_law_is_in_memory(django_assert_num_queries) -> None:
    prices(CHERRIES)

    with django_assert_num_queries(0):
        assert len(prices(*[CHERRIES] * 24)) == 24
