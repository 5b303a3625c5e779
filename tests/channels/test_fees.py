"""What the marketplace takes of a sale, the tax on it, and what it keeps back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.channels import queries
from entrepot.channels.rules import (
    FEE_TAXES,
    PRESETS,
    check_commission,
    check_reserve,
    commission_rule,
    fee_book,
    fee_for,
    reserve_for,
    taken_of,
)
from entrepot.channels.services import add_commission_rule, add_reserve_rule
from entrepot.channels.terms import CommissionRule, Fee, Reserve, ReserveRule, RuleInvalid
from entrepot.kernel.money import Money

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
BAZAAR, MALL, EXPORT = PRESETS


def rule(number, rate, *, merchant=None, category="", channel="", since=DAY, reason="agreed with them"):
    return CommissionRule(number, merchant, category, channel, None if rate is None else Decimal(rate), since, reason)


def kept(number, rate, days=30, mature=0, *, merchant=None, channel="", since=DAY):
    return ReserveRule(
        number, merchant, channel, None if rate is None else Decimal(rate), days, mature, since, "they are new here"
    )


def book(*commissions, reserves=(), seat="US"):
    return fee_book(seat=seat, commissions=commissions, reserves=reserves, taxes=FEE_TAXES)


def found(rules, *, merchant=7, category="food/fruit/cherries", channel="mall", on=DAY):
    one = commission_rule(book=book(*rules), merchant_id=merchant, category=category, channel=channel, on=on)
    return one.id if one else None


GENERAL, CHANNEL = rule(1, "0.06"), rule(2, "0.07", channel="mall")
FOOD, CHERRIES = rule(3, "0.03", category="food"), rule(4, "0.02", category="food/fruit/cherries")
HERS, HERS_FOOD = rule(5, "0.04", merchant=7), rule(6, "0.01", merchant=7, category="food")
ALL = (GENERAL, CHANNEL, FOOD, CHERRIES, HERS, HERS_FOOD)


@pytest.mark.parametrize(
    ("rules", "asked", "counts"),
    [
        (ALL, {}, 6),  # a rule for the merchant before all others, its deeper category first
        (ALL, {"category": "toys"}, 5),
        (ALL, {"merchant": 8}, 4),  # the deeper category
        (ALL, {"merchant": 8, "category": "food/wine"}, 3),  # the category before the channel
        (ALL, {"merchant": 8, "category": "toys"}, 2),  # the channel before the general
        (ALL, {"merchant": 8, "category": "toys", "channel": "export"}, 1),
        (ALL, {"on": date(2026, 11, 21)}, None),  # none was in force yet
        ((CHERRIES,), {"category": "food/fruit"}, None),  # not upwards
        ((rule(1, "0.02"), rule(2, "0.03", since=date(2026, 11, 1))), {}, 1),  # the later day
        ((rule(2, "0.02"), rule(1, "0.03")), {}, 2),  # of one day the later recorded
        ((HERS, rule(9, None, merchant=7), GENERAL), {}, 1),  # taken back: the next special one
    ],
)
def test_the_most_special_rule_in_force_counts(rules, asked, counts) -> None:
    assert found(rules, **asked) == counts
    assert found(tuple(reversed(rules)), **asked) == counts


def test_without_a_rule_the_channels_commission_counts() -> None:
    fee = fee_for(book=book(), channel=MALL, merchant_id=7, country="US", category="", on=DAY)
    assert fee == Fee(Decimal("0.05"), "channel mall", Decimal(0), "US")
    fee = fee_for(book=book(GENERAL), channel=MALL, merchant_id=7, country="US", category="", on=DAY)
    assert (fee.rate, fee.rule) == (Decimal("0.06"), "rule 1")


@pytest.mark.parametrize(
    ("seat", "country", "rate"),
    [("DE", "DE", "0.19"), ("DE", "CN", "0"), ("CN", "CN", "0.06"), ("CN", "US", None), ("BR", "BR", None)],
)
def test_tax_on_the_fee_goes_by_the_two_seats_and_is_unknown_where_no_row_says_it(seat, country, rate) -> None:
    fee = fee_for(book=book(seat=seat), channel=MALL, merchant_id=7, country=country, category="", on=DAY)
    assert fee.tax_rate == (None if rate is None else Decimal(rate))
    assert all(len(row.source) > 20 for row in FEE_TAXES)


@given(
    minor=st.integers(0, 10**9),
    rate=st.decimals(0, "0.5", places=5),
    tax=st.none() | st.decimals(0, "0.99", places=5),
)
def test_commission_and_tax_are_rounded_once_and_never_more_than_the_goods(minor, rate, tax) -> None:
    goods = Money(minor, "EUR")
    commission, due = taken_of(fee=Fee(rate, "rule 1", tax, "DE"), goods=goods)
    assert 0 <= commission.minor <= minor
    assert 0 <= due.minor <= minor - commission.minor
    assert abs(commission.minor - minor * rate) <= Decimal("0.5")
    if tax is None:
        assert not due


def test_the_merchants_own_reserve_comes_before_the_channels() -> None:
    reserves = (
        kept(1, "0.10", channel="mall"),
        kept(2, "0.05", 60, 3, merchant=7),
        kept(3, "0.2", since=date(2027, 1, 1)),
    )

    def asked(merchant, channel="mall", on=DAY):
        return reserve_for(book=book(reserves=reserves), merchant_id=merchant, channel=channel, on=on)

    assert asked(7) == Reserve(Decimal("0.05"), 60, 3)
    assert asked(8) == Reserve(Decimal("0.10"), 30, 0)
    assert asked(8, "export") == Reserve()
    assert asked(8, "export", date(2027, 1, 1)) == Reserve(Decimal("0.2"), 30, 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (rule(0, "0.51"), "rate"),
        (rule(0, "-0.01"), "rate"),
        (rule(0, "0.1", since=date(2026, 11, 21)), "valid_from"),
        (rule(0, "0.1", reason="no"), "reason"),
        (kept(0, "0.6"), "rate"),
        (kept(0, "0.1", 366), "days"),
        (kept(0, "0.1", 3, -1), "mature_days"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_its_field(wrong, field) -> None:
    check = check_commission if isinstance(wrong, CommissionRule) else check_reserve
    with pytest.raises(RuleInvalid) as refused:
        check(rule=wrong, today=DAY)
    assert refused.value.facts["field"] == field


@pytest.mark.django_db
def test_rules_are_recorded_once_kept_in_memory_and_never_changed(django_assert_num_queries) -> None:
    queries.forget()
    assert queries.fee_book().commissions == {}
    number = add_commission_rule(rule=CHERRIES, key="k", at=AT)
    assert add_commission_rule(rule=rule(0, "0.3"), key="k", at=AT) == number
    add_reserve_rule(rule=kept(0, "0.1", 30, 2, merchant=7), key="k", at=AT)
    with django_assert_num_queries(3):
        known = queries.fee_book()
        assert queries.fee_book() is known
    assert commission_rule(
        book=known, merchant_id=1, category="food/fruit/cherries", channel="mall", on=DAY
    ) == queries.commission_rules()[0]  # fmt: skip
    assert [tax.country for tax in queries.fee_taxes(on=DAY)] == ["US", ""]
    assert queries.reserve_rules()[0].mature_days == 2
    queries.forget()
