"""When merchants are paid out, what stands in the way, and how old a debt is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.channels.terms import Reserve
from entrepot.kernel.money import Money
from entrepot.payments import rules
from entrepot.payments.terms import (
    AccountMissing,
    Every,
    NothingAvailable,
    NotVerified,
    OwesMoney,
    PayoutsHeld,
    Schedule,
    ScheduleInvalid,
    Standing,
    Why,
)
from tests.ledger import make as book

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SUNDAY = date(2026, 11, 22)


def usd(minor):
    return Money(minor, "USD")


def standing(*, verified=True, account="bnk_1", held=False, owes=False):
    return Standing(1, verified, account, held, owes, rules.USUAL)


@pytest.mark.parametrize(
    ("facts", "why", "refusal"),
    [
        ({}, None, None),
        ({"verified": False, "account": None, "held": True, "owes": True}, Why.NOT_VERIFIED, NotVerified),
        ({"account": None, "held": True, "owes": True}, Why.NO_ACCOUNT, AccountMissing),
        ({"held": True, "owes": True}, Why.HELD, PayoutsHeld),
        ({"owes": True}, Why.OWES, OwesMoney),
    ],
)
def test_the_first_thing_that_stands_in_the_way_is_told(facts, why, refusal) -> None:
    who = standing(**facts)
    for amount, due, found in ((1_000, True, None), (999, True, Why.BELOW_LEAST), (1_000, False, Why.NOT_DUE)):
        wanted = why or found
        assert rules.obstacle(standing=who, available=usd(amount), least=usd(1_000), due=due) is wanted
    if refusal:
        with pytest.raises(refusal):
            rules.check_payout(standing=who, available=usd(1))
    else:
        rules.check_payout(standing=who, available=usd(1))
        with pytest.raises(NothingAvailable):
            rules.check_payout(standing=who, available=usd(0))


@pytest.mark.parametrize(
    ("schedule", "following"),
    [
        (Schedule(Every.DAILY), date(2026, 11, 23)),
        (Schedule(Every.WEEKLY, 1), date(2026, 11, 23)),
        (Schedule(Every.WEEKLY, 7), date(2026, 11, 29)),
        (Schedule(Every.MONTHLY, 28), date(2026, 11, 28)),
        (Schedule(Every.MONTHLY, 22), date(2026, 12, 22)),
        (Schedule(Every.MANUAL), None),
    ],
)
def test_the_next_day_of_each_schedule(schedule, following) -> None:
    assert rules.next_day(schedule=schedule, after=SUNDAY) == following


@given(
    every=st.sampled_from([Every.WEEKLY, Every.MONTHLY, Every.DAILY]),
    day=st.integers(1, 28),
    gaps=st.lists(st.integers(0, 12), min_size=1, max_size=12),
)
def test_runs_on_any_days_find_every_due_day_once(every, day, gaps) -> None:
    schedule = Schedule(every, day % 7 + 1 if every is Every.WEEKLY else day)
    rules.check_schedule(schedule=schedule)
    last, hits = SUNDAY, 0
    for gap in gaps:
        until = last + timedelta(days=gap)
        hits += rules.due_between(schedule=schedule, after=last, until=until)
        assert not rules.due_between(schedule=schedule, after=until, until=until)  # a second run of the same day
        last = until
    whole, day_ = 0, SUNDAY
    while (day_ := rules.next_day(schedule=schedule, after=day_)) <= last:
        whole += 1
    assert hits <= whole
    if whole:
        assert hits


def test_the_least_amount_is_ours_or_the_merchants_own_where_that_is_more() -> None:
    assert rules.least_of(schedule=rules.USUAL, currency="USD") == usd(1_000)
    assert rules.least_of(schedule=Schedule(Every.DAILY, 1, usd(5_000)), currency="USD") == usd(5_000)
    assert rules.least_of(schedule=Schedule(Every.DAILY, 1, usd(5)), currency="USD") == usd(1_000)
    assert rules.least_of(schedule=Schedule(Every.DAILY, 1, usd(5)), currency="JPY") == Money(0, "JPY")
    for wrong in (Schedule(Every.WEEKLY, 8), Schedule(Every.MONTHLY, 29), Schedule(Every.DAILY, 1, usd(-1))):
        with pytest.raises(ScheduleInvalid):
            rules.check_schedule(schedule=wrong)


def test_a_debt_is_as_old_as_what_is_left_of_it() -> None:
    lent = [
        (usd(300), AT - timedelta(days=5)),
        (usd(200), AT - timedelta(days=45)),
        (usd(500), AT - timedelta(days=400)),
    ]

    def buckets(owed):
        debt = rules.aged(merchant_id=7, owed=usd(owed), debits=lent, at=AT)
        return debt.since, [one.minor for one in debt.buckets]

    assert buckets(1_000) == (AT - timedelta(days=400), [300, 200, 0, 500])
    assert buckets(400) == (AT - timedelta(days=45), [300, 100, 0, 0])  # what was paid was paid for the oldest
    assert buckets(0) == (None, [0, 0, 0, 0])


@given(
    net=st.integers(0, 10**9),
    owed=st.integers(0, 10**9),
    rate=st.decimals(0, "0.5", places=5),
    days=st.integers(0, 90),
    mature=st.integers(0, 30),
)
def test_what_a_release_gives_is_shared_without_a_cent_too_many(net, owed, rate, days, mature) -> None:
    shares = book.shares(merchant_net=usd(net), fx="1", currency="USD", goods=net, commission=0)
    terms = Reserve(rate, days, mature)
    earning, set_off = rules.earning_of(shares=shares, reserve=terms, owed=usd(owed), at=AT)
    assert set_off == (usd(0) if mature else usd(min(net, owed)))
    assert 0 <= earning.reserve.minor <= net - set_off.minor
    assert (earning.reserve_until is not None) == bool(earning.reserve)
    assert (earning.matures_at is not None) == bool(mature)
    if not days:
        assert not earning.reserve
