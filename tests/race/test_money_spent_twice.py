"""Two threads spend the same money: one wins. With the guard or the lock off, the money is spent twice."""

import threading
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

import entrepot.ledger
from entrepot.kernel.money import Money
from entrepot.ledger import queries
from entrepot.ledger.services import post_groups, post_pending, post_transfers, void_pending
from entrepot.ledger.terms import Kind, Result
from tests.ledger import make
from tests.ledger.make import hold, merchant, transfer
from tests.race.threads import one_behind_the_other, together

pytestmark = pytest.mark.django_db(transaction=True)


def held():
    return queries.balance(kind=Kind.HOLD, subject=1, currency="USD").posted


def test_control_without_lock_and_guard_the_same_money_is_spent_twice() -> None:
    """What an unguarded read, decide, write does: proof that the race is real."""
    post_transfers(transfers=[transfer("fund", minor=100)], at=timezone.now())
    between = threading.Barrier(2)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_credit_guard")

    def spend():
        with connection.cursor() as cursor:
            cursor.execute("SELECT credits_posted - debits_posted FROM ledger_account WHERE kind = 'hold'")
            enough = cursor.fetchone()[0] >= 100
            between.wait(10)
            if enough:
                cursor.execute("UPDATE ledger_account SET debits_posted = debits_posted + 100 WHERE kind = 'hold'")
        return enough

    try:
        assert together(spend, spend) == [True, True]
        assert held() == Money(-100, "USD")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_account SET debits_posted = credits_posted WHERE kind = 'hold'")
            cursor.execute(
                """ALTER TABLE ledger_account ADD CONSTRAINT ledger_account_credit_guard
                   CHECK (NOT (guard = 'credit') OR credits_posted >= debits_posted + debits_pending)"""
            )


LOCK = "         ORDER BY a.id\n           FOR NO KEY UPDATE\n"
FUNCTION = (Path(entrepot.ledger.__file__).parent / "ledger_post.sql").read_text()


@pytest.mark.parametrize("locked", [False, True])
def test_only_the_lock_of_the_posting_function_keeps_money_from_being_spent_twice(locked) -> None:
    """The second starts when the first has posted and not committed. Without the lock, both find the money there."""
    post_transfers(transfers=[transfer("fund", minor=100), transfer("open", credit=merchant(1))], at=make.AT)
    assert LOCK in FUNCTION

    def spend(key):
        return lambda: post_groups(groups=[[transfer(key, debit=hold(), credit=merchant(1), minor=100)]], at=make.AT)

    try:
        if not locked:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_credit_guard")
                cursor.execute(FUNCTION.replace(LOCK, ""))
        answers = one_behind_the_other(spend("a"), spend("b"))
        assert answers == [(Result.CREATED,), (Result.EXCEEDS_CREDITS if locked else Result.CREATED,)]
        assert held() == Money(0 if locked else -100, "USD")
    finally:
        if not locked:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE ledger_account SET debits_posted = credits_posted WHERE kind = 'hold'")
                cursor.execute(FUNCTION)
                cursor.execute(
                    """ALTER TABLE ledger_account ADD CONSTRAINT ledger_account_credit_guard
                       CHECK (NOT (guard = 'credit') OR credits_posted >= debits_posted + debits_pending)"""
                )


@pytest.mark.parametrize("turn", range(5))
def test_the_same_money_is_spent_once(turn) -> None:
    post_transfers(transfers=[transfer("fund", minor=100)], at=make.AT)
    works = [
        lambda n=n: post_groups(groups=[[transfer(f"out{n}", debit=hold(), credit=merchant(n), minor=60)]], at=make.AT)
        for n in range(1, 5)
    ]
    answers = together(*works)
    assert sorted(answers) == [(Result.CREATED,), *[(Result.EXCEEDS_CREDITS,)] * 3]
    assert held() == Money(40, "USD")
    assert queries.drift() == ()


@pytest.mark.parametrize("turn", range(3))
def test_the_same_key_from_sixteen_callers_is_one_transfer(turn) -> None:
    answers = together(*[lambda: post_transfers(transfers=[transfer("once", minor=100)], at=make.AT)] * 16)
    assert sorted(answers) == [(Result.CREATED,), *[(Result.EXISTS,)] * 15]
    assert held() == Money(100, "USD")


@pytest.mark.parametrize("turn", range(5))
def test_a_promise_is_kept_or_given_back_never_both(turn) -> None:
    post_transfers(transfers=[transfer("fund", minor=100)], at=make.AT)
    post_transfers(transfers=[transfer("out", debit=hold(), credit=merchant(), minor=60, pending=True)], at=make.AT)
    answers = together(lambda: post_pending(keys=["out"], at=make.AT), lambda: void_pending(keys=["out"], at=make.AT))
    assert sum(answer is None for answer in answers) == 1
    assert held().minor in {40, 100}
    assert queries.balance(kind=Kind.HOLD, subject=1, currency="USD").debits_pending.minor == 0
    assert queries.drift() == ()


def test_opposite_directions_never_wait_for_each_other_in_a_ring() -> None:
    ones, twos = hold(1), hold(2)
    post_transfers(transfers=[transfer("f1", credit=ones, minor=1000)], at=make.AT)
    post_transfers(transfers=[transfer("f2", credit=twos, minor=1000)], at=make.AT)

    def many(name, debit, credit):
        for n in range(30):
            post_transfers(transfers=[transfer(f"{name}{n}", debit=debit, credit=credit, minor=1)], at=make.AT)

    assert together(
        lambda: many("a", ones, twos), lambda: many("b", twos, ones), lambda: many("c", ones, merchant(9))
    ) == [None, None, None]
    assert queries.drift() == ()


def test_accounts_opened_at_the_same_moment_are_opened_once() -> None:
    groups = [[transfer(f"x{client}.{n}", credit=hold(n)) for n in range(40)] for client in range(4)]
    answers = together(
        *[lambda rows=rows: post_transfers(transfers=list(reversed(rows)), at=make.AT) for rows in groups]
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert len(queries.accounts(kind=Kind.HOLD)) == 40
    assert queries.drift() == ()
