"""Two threads spend the same money: one wins. With the guard or the lock off, the money is spent twice."""

import threading

import pytest
from django.db import connection, connections
from django.utils import timezone

from entrepot.kernel.money import Money
from entrepot.ledger import queries
from entrepot.ledger.services import post_groups, post_pending, post_transfers, void_pending
from entrepot.ledger.terms import Kind, Result
from tests.ledger import make
from tests.ledger.make import hold, merchant, transfer

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works):
    """Run each in a thread of its own, started at one moment; gives what each gave or raised."""
    gate, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        try:
            gate.wait(10)
            answers[place] = work()
        except Exception as trouble:
            answers[place] = trouble
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, work)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


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


@pytest.mark.parametrize("turn", range(5))
def test_the_same_key_from_many_callers_is_one_transfer(turn) -> None:
    answers = together(*[lambda: post_transfers(transfers=[transfer("once", minor=100)], at=make.AT)] * 4)
    assert sorted(answers) == [(Result.CREATED,), *[(Result.EXISTS,)] * 3]
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
