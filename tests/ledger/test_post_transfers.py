"""Posting on PostgreSQL: guards, groups, repeats, pending amounts, what stays for ever."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from entrepot.kernel.money import Money
from entrepot.kernel.must import Broken
from entrepot.ledger import queries
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_groups, post_pending, post_transfers, void_expired, void_pending
from entrepot.ledger.terms import (
    About,
    Code,
    KeyTaken,
    Kind,
    Overdrawn,
    PendingUnknown,
    ResolvedOtherwise,
    Result,
    State,
)
from tests.ledger import make
from tests.ledger.make import AT, hold, merchant, transfer

pytestmark = pytest.mark.django_db


def held(subject=1, currency="USD"):
    return queries.balance(kind=Kind.HOLD, subject=subject, currency=currency)


def fund(minor=100, subject=1):
    post_transfers(transfers=[transfer(f"fund{subject}", credit=hold(subject), minor=minor)], at=AT)


def test_a_transfer_moves_its_amount_in_one_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert post_transfers(transfers=[transfer()], at=AT) == (Result.CREATED,)
    assert held().posted == Money(100, "USD")
    assert queries.balance(kind=Kind.PSP_RECEIVABLE, currency="USD").posted == Money(-100, "USD")


def test_repeating_changes_nothing() -> None:
    fund()
    assert post_transfers(transfers=[transfer("fund1")], at=AT + timedelta(days=1)) == (Result.EXISTS,)
    assert held().posted == Money(100, "USD")


@pytest.mark.parametrize(
    "other",
    [{"minor": 101}, {"credit": hold(2)}, {"currency": "CNY"}, {"code": Code.PAYOUT}, {"pending": True}],
)
def test_the_same_key_with_other_content_is_refused_and_changes_nothing(other) -> None:
    fund()
    before = queries.accounts()
    with pytest.raises(KeyTaken), transaction.atomic():
        post_transfers(transfers=[transfer("fund1", **other)], at=AT)
    assert queries.accounts() == before


def test_an_account_cannot_give_more_than_it_holds() -> None:
    fund(100)
    before = queries.accounts()
    with pytest.raises(Overdrawn) as refusal, transaction.atomic():
        post_transfers(transfers=[transfer("out", debit=hold(), credit=merchant(), minor=101)], at=AT)
    assert refusal.value.facts["kind"] == "hold"
    assert queries.accounts() == before


def test_linked_transfers_stand_or_fall_together() -> None:
    fund(100)
    group = [
        transfer("a", debit=hold(), credit=merchant(), minor=60),
        transfer("b", debit=hold(), credit=merchant(), minor=60),
    ]
    with pytest.raises(Overdrawn), transaction.atomic():
        post_transfers(transfers=group, at=AT)
    assert held().posted == Money(100, "USD")
    assert queries.transfers_on(kind=Kind.MERCHANT_AVAILABLE, subject=1, currency="USD") == ()


def test_a_refused_group_does_not_stop_the_others_and_later_ones_see_earlier_ones() -> None:
    results = post_groups(
        groups=[
            [transfer("early", debit=hold(), credit=merchant(), minor=10)],
            [transfer("fund", minor=100)],
            [
                transfer("a", debit=hold(), credit=merchant(), minor=60),
                transfer("b", debit=hold(), credit=merchant(), minor=60),
                transfer("c", minor=1),
            ],
            [transfer("d", debit=hold(), credit=merchant(), minor=60)],
        ],
        at=AT,
    )
    assert results == (
        Result.EXCEEDS_CREDITS, Result.CREATED, Result.LINKED_FAILED, Result.EXCEEDS_CREDITS, Result.LINKED_FAILED, Result.CREATED,
    )  # fmt: skip
    assert held().posted == Money(40, "USD")
    assert queries.drift() == ()


def test_half_a_group_from_before_is_other_content() -> None:
    post_transfers(transfers=[transfer("a"), transfer("b")], at=AT)
    assert post_groups(groups=[[transfer("a"), transfer("c")]], at=AT) == (
        Result.EXISTS_WITH_DIFFERENT_BODY,
        Result.LINKED_FAILED,
    )
    assert held().posted == Money(200, "USD")


def test_a_key_stands_once_in_a_call() -> None:
    with pytest.raises(Broken), transaction.atomic():
        post_groups(groups=[[transfer("a")], [transfer("a")]], at=AT)


def test_nothing_to_post_is_nothing() -> None:
    assert post_transfers(transfers=[], at=AT) == ()


def test_a_pending_amount_is_promised_away_until_it_is_posted() -> None:
    fund(100)
    out = transfer("out", debit=hold(), credit=merchant(), minor=70, pending=True)
    post_transfers(transfers=[out], at=AT)
    assert (held().posted.minor, held().available.minor) == (100, 30)
    with pytest.raises(Overdrawn), transaction.atomic():
        post_transfers(transfers=[transfer("more", debit=hold(), credit=merchant(), minor=31)], at=AT)
    post_pending(keys=["out"], at=AT)
    post_pending(keys=["out"], at=AT)
    assert (held().posted.minor, held().available.minor) == (30, 30)
    assert post_transfers(transfers=[out], at=AT) == (Result.EXISTS,)
    with pytest.raises(ResolvedOtherwise), transaction.atomic():
        void_pending(keys=["out"], at=AT)
    assert queries.drift() == ()


def test_a_voided_amount_comes_back() -> None:
    fund(100)
    post_transfers(transfers=[transfer("out", debit=hold(), credit=merchant(), minor=70, pending=True)], at=AT)
    void_pending(keys=["out"], at=AT)
    void_pending(keys=["out"], at=AT)
    assert held().available.minor == 100
    with pytest.raises(ResolvedOtherwise), transaction.atomic():
        post_pending(keys=["out"], at=AT)
    assert queries.drift() == ()


def test_pending_money_cannot_be_spent_by_who_shall_get_it() -> None:
    fund(100)
    post_transfers(transfers=[transfer("out", debit=hold(), credit=merchant(), minor=70, pending=True)], at=AT)
    with pytest.raises(Overdrawn), transaction.atomic():
        post_transfers(transfers=[transfer("on", debit=merchant(), credit=hold(2), minor=1)], at=AT)


@pytest.mark.parametrize("resolve", [post_pending, void_pending])
def test_only_a_pending_transfer_can_be_resolved_and_all_or_none_are(resolve) -> None:
    fund(100)
    post_transfers(transfers=[transfer("out", debit=hold(), credit=merchant(), minor=70, pending=True)], at=AT)
    for keys in (["fund1"], ["nobody"], ["out", "nobody"]):
        with pytest.raises(PendingUnknown), transaction.atomic():
            resolve(keys=keys, at=AT)
    assert held().available.minor == 30


def test_a_promise_that_ran_out_is_voided_by_the_sweep_and_not_posted() -> None:
    fund(100)
    late = AT + timedelta(hours=1)
    out = transfer("out", debit=hold(), credit=merchant(), minor=70, pending=True, expires_at=late)
    post_transfers(transfers=[out], at=AT)
    assert void_expired(at=AT) == 0
    with pytest.raises(ResolvedOtherwise), transaction.atomic():
        post_pending(keys=["out"], at=late)
    assert void_expired(at=late) == 1
    assert void_expired(at=late) == 0
    assert held().available.minor == 100


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount_minor = 1",
        "UPDATE ledger_transfer SET state = 'voided'",
        "DELETE FROM ledger_transfer",
        "UPDATE ledger_account SET debits_posted = credits_posted + 1 WHERE guard = 'credit'",
        "UPDATE ledger_account SET credits_posted = -1 WHERE guard = 'none'",
    ],
)
def test_the_database_itself_refuses_to_rewrite_the_book(statement) -> None:
    fund()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_trial_balance_is_even_now_and_at_any_moment() -> None:
    parts = make.shares(fx="0.1389", merchant_net=Money(1_319, "USD"))
    day = timedelta(days=1)
    post_transfers(transfers=book.captured(payment_id=5, shares=[parts]), at=AT)
    post_transfers(transfers=book.released(shares=parts), at=AT + day)
    paid = book.payout_opened(payout_id=3, merchant_id=7, amount=Money(1_319, "USD"))
    post_transfers(transfers=paid, at=AT + 2 * day)
    post_pending(keys=[book.payout_key(payout_id=3)], at=AT + 3 * day)
    for at in (None, *(AT + n * day for n in range(-1, 5))):
        lines = queries.trial_balance(at=at)
        for currency in {line.currency for line in lines}:
            here = [line for line in lines if line.currency == currency]
            assert sum(line.debits.minor - line.credits.minor for line in here) == 0
            assert sum(line.pending_debits.minor - line.pending_credits.minor for line in here) == 0
    assert queries.trial_balance(at=AT - day) == ()
    assert queries.trial_balance(at=AT + 4 * day) == queries.trial_balance()
    pending = {line.kind: line for line in queries.trial_balance(at=AT + 2 * day) if line.currency == "USD"}
    assert pending[Kind.MERCHANT_AVAILABLE].pending_debits == Money(1_319, "USD")
    assert queries.drift() == ()


def test_every_figure_opens_the_transfers_it_is_made_of() -> None:
    one, two = make.shares(11), make.shares(12, order_id=2, merchant_id=8)
    for parts in (one, two):
        post_transfers(transfers=book.captured(payment_id=parts.order_id, shares=[parts]), at=AT)
        post_transfers(transfers=book.released(shares=parts), at=AT)
    of_order = queries.transfers_of(about=About(order_id=1))
    assert of_order[0].code is Code.CAPTURED
    assert {entry.about.consignment_id for entry in of_order} == {11}
    assert queries.transfers_of(about=About(consignment_id=11)) == of_order
    assert queries.transfers_of(about=About(merchant_id=7)) == of_order
    assert queries.transfers_of(about=About(order_id=1), after=of_order[0].id, limit=2) == of_order[1:3]
    assert [entry.amount.minor for entry in queries.merchant_entries(merchant_id=8)] == [9_500]
    tax = queries.accounts(kind=Kind.TAX_PAYABLE)
    assert [(account.label, account.balance.posted.minor) for account in tax] == [("CN", 1_820)]
    listed = queries.transfers_on(kind=Kind.TAX_PAYABLE, subject=book.country_subject("CN"), currency="CNY")
    assert sum(entry.amount.minor for entry in listed) == 1_820
    assert all(entry.state is State.POSTED for entry in listed)


def test_the_chart_of_accounts_is_paged_by_key() -> None:
    fund(subject=1)
    fund(subject=2)
    first = queries.accounts(limit=1)
    rest = queries.accounts(after=(first[0].kind, first[0].subject, first[0].currency))
    assert first + rest == queries.accounts()
    assert queries.accounts(currency="CNY") == ()
    assert queries.balances_of(kind=Kind.HOLD, subject=2)["USD"].posted.minor == 100
    assert queries.subjects_with_money(kind=Kind.HOLD, after=1) == ((2, "USD", Money(100, "USD")),)


def test_a_statement_is_about_something() -> None:
    with pytest.raises(Broken), transaction.atomic():
        queries.transfers_of(about=About())


def test_drift_is_seen() -> None:
    fund()
    assert queries.drift() == ()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET credits_posted = credits_posted + 1 WHERE kind = 'hold'")
    assert [(row.kind, row.counted, row.summed) for row in queries.drift()] == [
        ("hold", (0, 0, 0, 101), (0, 0, 0, 100))
    ]
