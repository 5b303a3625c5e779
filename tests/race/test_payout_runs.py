"""Runs at the same moment, a run and a refund at the same moment, and a run that is killed in the middle."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.flows.open_payout_run import open_payout_run
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger import rules as book
from entrepot.ledger.rules.legs import taken
from entrepot.ledger.services import post_groups, post_transfers
from entrepot.ledger.terms import About, AccountRef, Code, Kind, Result
from entrepot.payments import queries
from entrepot.payments.services import lock_runs, new_payout, record_run
from entrepot.payments.terms import RunAsk, Scope, Way
from tests.parties import make as parties
from tests.payments import make
from tests.payments.make import AT
from tests.race.test_money_spent_twice import together

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = AT.date() + timedelta(days=1)


@pytest.fixture(autouse=True)
def _jobs():
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def run(key):
    return open_payout_run(day=MONDAY, way=Way.PROVIDER, scope=Scope.ALL, key=key, at=AT)


def standing(merchant_id):
    balance = ledger.balance(kind=Kind.MERCHANT_AVAILABLE, subject=merchant_id, currency="USD")
    return balance.available.minor, balance.debits_pending.minor


@pytest.mark.parametrize("locked", [False, True], ids=["control without the lock", "with the lock"])
def test_two_runs_at_once_pay_everybody_once(locked) -> None:
    merchants = [make.merchant_with_money(5_000) for _ in range(3)]
    meet = threading.Barrier(2, timeout=1.5)

    def by_hand(key):
        """A run's own steps, held up between reading and posting as long as the other one may still read."""
        with transaction.atomic():
            if locked:
                lock_runs()
            seen = queries.proposals(day=MONDAY, since=AT.date(), scope=Scope.ALL)
            try:
                meet.wait()
            except threading.BrokenBarrierError:
                assert locked
            run_id, ref = new_id(), new_reference("run")
            wanted = [new_payout(proposed=one, way=Way.PROVIDER, run_id=run_id, at=AT) for one in seen]
            groups = [
                book.payout_opened(payout_id=one.id, merchant_id=one.merchant_id, amount=one.amount) for one in wanted
            ]
            results = post_groups(groups=groups, at=AT)
            paid = [one for one, result in zip(wanted, results, strict=True) if result is Result.CREATED]
            ask = RunAsk(MONDAY, AT.date(), Way.PROVIDER, Scope.ALL, key, None, AT)
            record_run(run_id=run_id, ref=ref, ask=ask, paid=paid, skipped=(), files=(), debtor=None)
            return len(wanted), len(paid)

    answers = sorted(together(lambda: by_hand("a"), lambda: by_hand("b")))
    # The ledger's guard pays nobody twice either way; only the lock keeps the second from promising what is gone.
    assert answers == ([(0, 0), (3, 3)] if locked else [(3, 0), (3, 3)])
    assert [standing(one) for one in merchants] == [(0, 5_000)] * 3


def test_the_same_run_started_four_times_at_once_is_one() -> None:
    merchants = [make.merchant_with_money(5_000) for _ in range(3)]
    same, again, other, another = together(lambda: run("k"), lambda: run("k"), lambda: run("x"), lambda: run("y"))
    assert same == again
    assert sorted(one.paid for one in {same.ref: same, other.ref: other, another.ref: another}.values()) == [0, 0, 3]
    assert [standing(one) for one in merchants] == [(0, 5_000)] * 3
    assert ledger.drift() == ()


@pytest.mark.parametrize("turn", range(2))
def test_a_refund_and_a_run_at_once_never_spend_the_same_money(turn) -> None:
    merchant_id = make.merchant_with_money(5_000)

    def refund():
        about = About(merchant_id=merchant_id)
        credit = AccountRef(Kind.REFUND_IN_TRANSIT, 1)
        back = Money(2_000, "USD")
        with transaction.atomic():
            moves = taken(
                key=f"refund/{turn}", merchant_id=merchant_id, credit=credit, amount=back, code=Code.CLAWED_BACK, about=about
            )  # fmt: skip
            post_transfers(transfers=moves, at=AT)

    made, _ = together(lambda: run("k"), refund)
    owed = ledger.balances_of(kind=Kind.MERCHANT_RECEIVABLE, subject=merchant_id).get("USD")
    debt = owed.owed.minor if owed else 0
    available, promised = standing(merchant_id)
    # 50.00 came in, 20.00 went back: whoever was first, the rest is paid, left over or owed, to the cent.
    assert available + promised - debt == 3_000
    assert (promised, debt) in {(5_000, 2_000), (3_000, 0), (0, 0)}
    assert made.paid == (1 if promised else 0)
    assert ledger.drift() == ()


_CHILD = """
import django; django.setup()
from datetime import datetime, UTC, date
from entrepot.flows.open_payout_run import open_payout_run
from entrepot.payments.terms import Scope, Way
open_payout_run(day=date.fromisoformat({day!r}), way=Way.BANK, scope=Scope.ALL, key="k", at=datetime.fromisoformat({at!r}))
"""


def test_a_run_killed_in_the_middle_leaves_nothing_and_is_made_again_with_the_same_lines(settings) -> None:
    bank = '{"name": "Entrepot", "country": "DE", "number": "DE89370400440532013000", "bic": "COBADEFFXXX"}'
    settings.PAYOUT_BANK = {
        "name": "Entrepot",
        "country": "DE",
        "number": "DE89370400440532013000",
        "bic": "COBADEFFXXX",
    }
    merchants = [make.merchant_with_money(5_000 + n) for n in range(3)]
    names = connection.settings_dict
    url = f"postgresql://{names['USER']}:{names['PASSWORD']}@{names['HOST']}:{names['PORT']}/{names['NAME']}"
    code = textwrap.dedent(_CHILD).format(day=MONDAY.isoformat(), at=AT.isoformat())
    with transaction.atomic(), connection.cursor() as cursor:
        # The run waits in its posting for as long as somebody holds the last merchant's account.
        cursor.execute(
            "SELECT id FROM ledger_account WHERE kind = 'merchant_available' AND subject = %s FOR UPDATE",
            [merchants[-1]],
        )
        child = subprocess.Popen(
            [sys.executable, "-c", code], env={**os.environ, "DATABASE_URL": url, "ENTREPOT_PAYOUT_BANK": bank,
                                                "DJANGO_SETTINGS_MODULE": "entrepot.config.settings"},
        )  # fmt: skip
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        for _ in range(600):
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                break
            assert child.poll() is None
            threading.Event().wait(0.1)
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=10)
    boss = parties.operator()
    assert queries.payout_runs(viewer=boss) == ()
    assert [standing(one)[0] for one in merchants] == [5_000, 5_001, 5_002]
    made = open_payout_run(day=MONDAY, way=Way.BANK, scope=Scope.ALL, key="k", at=AT)
    assert {one.merchant_id: one.amount.minor for one in queries.run_payouts(viewer=boss, run_id=made.id)} == {
        one: 5_000 + n for n, one in enumerate(merchants)
    }
    assert [standing(one)[0] for one in merchants] == [0, 0, 0]
