"""Freight by rate card."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.carriage import queries, rules
from entrepot.carriage.terms import Freight, FreightAsk, NoService, RateCard, Route, Service
from entrepot.kernel.money import Money

AT = datetime(2026, 11, 22, tzinfo=UTC)
CARD = RateCard(
    route=Route.DEPOT,
    from_country="US",
    to_country="CN",
    base=Money(350, "USD"),
    step=Money(95, "USD"),
    step_grams=100,
    grams_max=30_000,
    days_min=6,
    days_max=11,
    valid_from=date(2024, 1, 1),
    valid_until=None,
    source="our own",
)


@pytest.mark.parametrize(
    ("grams", "minor"), [(1, 445), (100, 445), (101, 540), (2_268, 350 + 23 * 95), (30_000, 350 + 300 * 95)]
)
def test_every_started_step_is_charged(grams, minor):
    assert rules.freight_due(card=CARD, grams=grams).cost == Money(minor, "USD")


@pytest.mark.parametrize("grams", [0, -1, 30_001])
def test_refuses_weights_the_card_does_not_cover(grams):
    with pytest.raises(NoService) as refused:
        rules.freight_due(card=CARD, grams=grams)
    assert refused.value.code == "carriage.no_service"


@given(st.integers(1, 29_999), st.integers(1, 1000))
def test_heavier_never_costs_less(grams, more):
    lighter = rules.freight_due(card=CARD, grams=grams)
    heavier = rules.freight_due(card=CARD, grams=min(grams + more, 30_000))
    assert heavier.cost >= lighter.cost


def test_the_card_that_began_last_is_in_force_until_its_end():
    later = replace(CARD, valid_from=date(2026, 11, 1), valid_until=date(2026, 12, 1), source="peak season")
    cards = [later, CARD]
    assert rules.card_in_force(cards=cards, on=date(2026, 10, 31)) == CARD
    assert rules.card_in_force(cards=cards, on=date(2026, 11, 30)) == later
    assert rules.card_in_force(cards=cards, on=date(2026, 12, 1)) == CARD
    assert rules.card_in_force(cards=cards, on=date(2023, 12, 31)) is None


@pytest.mark.django_db
def test_a_new_market_can_price_both_ways(django_assert_num_queries):
    queries.forget()
    with django_assert_num_queries(1):
        there = queries.freight(from_country="US", to_country="CN", route="depot", grams=2_268, at=AT)
        back = queries.freight(from_country="CN", to_country="US", route="direct", grams=120, at=AT)
    assert there.cost == Money(350 + 23 * 95, "USD")
    assert (there.service, there.days_min, there.days_max) == (Service.AIR_FREIGHT, 6, 11)
    assert back.cost == Money(2200 + 2 * 900, "CNY")
    assert "demo" in back.source


@pytest.mark.django_db
def test_prices_many_at_once_and_says_where_nothing_goes(django_assert_num_queries):
    asks = [
        FreightAsk("US", "CN", "direct", 100),
        FreightAsk("US", "AQ", "direct", 100),
        FreightAsk("US", "CN", "direct", 40_000),
    ]
    queries.rate_cards()
    with django_assert_num_queries(0):
        found = queries.freights(asks=asks, at=AT)
    assert [isinstance(one, Freight) for one in found] == [True, False, False]
    assert queries.freights(asks=asks, at=AT - timedelta(days=4000)) == (None, None, None)


@pytest.mark.django_db
def test_refuses_a_way_nobody_goes():
    with pytest.raises(NoService) as refused:
        queries.freight(from_country="US", to_country="AQ", route="direct", grams=5, at=AT)
    assert refused.value.facts == {"from_country": "US", "to_country": "AQ", "grams": 5}
