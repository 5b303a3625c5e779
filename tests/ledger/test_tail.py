"""The accounts everybody needs: appended to, folded later, right at every moment and in every order of commits."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction

from entrepot.ledger import queries
from entrepot.ledger.services import close_period, fold_tail, post_groups, post_transfers
from entrepot.ledger.terms import AccountRef, Kind, PeriodClosed, PeriodMoves
from tests.ledger import make
from tests.ledger.make import AT, transfer
from tests.race.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
COMMISSION = AccountRef(Kind.COMMISSION)


def earned():
    return queries.balance(kind=Kind.COMMISSION, currency="USD").posted.minor


def own(key, minor=1):
    return transfer(key, credit=COMMISSION, minor=minor)


def counter():
    """What the account's own row says, without the tail."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT credits_posted FROM ledger_account WHERE kind = 'commission'")
        return cursor.fetchone()[0]


def opened():
    """The accounts are there: only to open one do postings wait for each other."""
    post_transfers(transfers=[own("opened", 1_000)], at=AT)
    fold_tail(at=AT)


def in_a_thread(work):
    """Run it on a connection of its own and wait for it."""

    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)


def test_a_posting_neither_locks_nor_changes_the_account_until_the_fold() -> None:
    post_transfers(transfers=[own("first")], at=AT)
    with transaction.atomic():
        post_transfers(transfers=[own("open")], at=AT)
        # Another one goes through while the first has not committed.
        in_a_thread(lambda: post_transfers(transfers=[own("beside")], at=AT))
        assert counter() == 0
    assert (earned(), counter()) == (3, 0)
    assert fold_tail(at=AT) == 3
    assert (earned(), counter()) == (3, 3)
    assert fold_tail(at=AT) == 0


def test_a_transfer_that_commits_after_later_ones_were_folded_is_not_lost() -> None:
    """A watermark of ids would step over it: its id is lower than those that were folded before it could be seen."""
    opened()
    with transaction.atomic():
        post_transfers(transfers=[own("late", 100)], at=AT)

        def meanwhile():
            post_transfers(transfers=[own("early", 1)], at=AT)
            assert fold_tail(at=AT) == 1

        in_a_thread(meanwhile)
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT (SELECT min(id) FROM ledger_transfer WHERE key = 'late') < max(m)
                     FROM ledger_batch, unnest(transfer_ids) m"""
            )
            assert cursor.fetchone()[0]
    assert earned() == 1_101
    assert fold_tail(at=AT) == 1
    assert (earned(), counter()) == (1_101, 1_101)
    assert queries.drift() == ()
    assert queries.chain_faults() == ()


def test_control_with_a_watermark_of_ids_it_would_be_lost() -> None:
    """What the fold would count if it took transfers above the highest id that it has seen."""
    opened()
    seen = {}

    def above(mark):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(max(id), 0), coalesce(sum(amount_minor), 0)::bigint FROM ledger_transfer WHERE id > %s",
                [mark],
            )
            return cursor.fetchone()

    start, _ = above(0)
    with transaction.atomic():
        post_transfers(transfers=[own("late", 100)], at=AT)

        def meanwhile():
            post_transfers(transfers=[own("early", 1)], at=AT)
            seen["mark"], seen["counted"] = above(start)

        in_a_thread(meanwhile)
    assert seen["counted"] + above(seen["mark"])[1] == 1
    assert earned() == 1_101


def test_balances_are_right_at_every_moment_while_many_post_and_fold() -> None:
    rounds, each = 25, 4

    def poster(name):
        def run():
            for n in range(rounds):
                post_groups(groups=[[own(f"{name}.{n}.{k}")] for k in range(each)], at=AT)

        return run

    wrong = []

    def watcher():
        last = 0
        for _ in range(40):
            now = earned()
            lines = [line for line in queries.trial_balance() if line.currency == "USD"]
            if now < last or now % each or sum(line.debits.minor - line.credits.minor for line in lines):
                wrong.append(now)
            last = now

    def folder():
        for _ in range(25):
            fold_tail(at=AT)

    answers = together(poster("a"), poster("b"), poster("c"), watcher, folder, folder)
    assert [one for one in answers if isinstance(one, Exception)] == []
    assert wrong == []
    assert earned() == 3 * rounds * each
    fold_tail(at=AT)
    assert earned() == counter() == 3 * rounds * each
    assert queries.drift() == ()
    assert queries.chain_faults() == ()


def test_the_same_key_from_sixteen_callers_is_one_transfer_though_no_account_is_locked() -> None:
    answers = together(
        *[lambda: post_transfers(transfers=[own("once"), transfer("two", credit=AccountRef(Kind.ROUNDING))], at=AT)]
        * 16
    )
    assert sorted(answers) == [("created", "created"), *[("exists", "exists")] * 15]
    assert earned() == 1


def test_an_old_moment_is_read_from_hours_whether_folded_or_not() -> None:
    hour = timedelta(hours=1)
    moments = [datetime(2026, 3, 1, 10, 59, 59, tzinfo=UTC) + n * hour / 2 for n in range(8)]
    for n, at in enumerate(moments):
        post_transfers(transfers=[own(f"h{n}", 10**n)], at=at)
        if n % 3 == 1:
            fold_tail(at=at)
    # Recorded late, with an old time: it belongs to its hour all the same.
    post_transfers(transfers=[own("back", 5 * 10**9)], at=moments[2])

    def then(at):
        return next(line.credits.minor for line in queries.trial_balance(at=at) if line.kind is Kind.COMMISSION)

    for _ in range(2):
        assert then(moments[1]) == 11
        assert then(moments[2]) == 111 + 5 * 10**9
        assert then(moments[5] + hour / 4) == 111_111 + 5 * 10**9
        assert queries.trial_balance(at=moments[0] - hour) == ()
        fold_tail(at=AT)


def test_a_closed_period_takes_nothing_and_an_adjusting_entry_mends_it() -> None:
    day = timedelta(days=1)
    post_transfers(transfers=[own("kept")], at=AT)
    close_period(until=AT + day, at=AT + day)
    close_period(until=AT + day, at=AT + 2 * day)
    with pytest.raises(PeriodClosed):
        post_transfers(transfers=[own("late")], at=AT + day, effective_at=AT)
    assert post_transfers(transfers=[own("kept")], at=AT + day, effective_at=AT) == ("exists",)
    assert post_transfers(transfers=[own("adjusted/late")], at=AT + day) == ("created",)
    for until in (AT, AT + 3 * day):
        with pytest.raises(PeriodMoves):
            close_period(until=until, at=AT + 2 * day)


def test_closing_waits_for_a_posting_that_is_under_way() -> None:
    until = AT + timedelta(days=1)
    begun = threading.Event()
    order = []

    def posting():
        with transaction.atomic():
            post_transfers(transfers=[own("under way")], at=AT)
            begun.set()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.4)")
        order.append("posted")

    def closing():
        begun.wait(10)
        close_period(until=until, at=until)
        order.append("closed")

    assert together(posting, closing) == [None, None]
    assert order == ["posted", "closed"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ledger_transfer SET amount_minor = amount_minor + 1 WHERE key = 'b'",
        "UPDATE ledger_transfer SET effective_at = effective_at - interval '1 day' WHERE key = 'b'",
        "UPDATE ledger_transfer SET merchant_id = 9 WHERE key = 'b'",
        "DELETE FROM ledger_transfer WHERE key = 'b'",
        "UPDATE ledger_account SET subject = 99 WHERE kind = 'hold'",
        "UPDATE ledger_batch SET transfer_ids = transfer_ids[1:1] WHERE id = 2",
        "DELETE FROM ledger_batch WHERE id = 1",
        "UPDATE ledger_batch SET root = sha256('x'), hash = sha256('y') WHERE id = 1",
    ],
)
def test_whatever_is_changed_in_the_book_breaks_the_chain(damage) -> None:
    from entrepot.ledger.rules import export_faults

    post_transfers(transfers=[transfer("a")], at=AT)
    fold_tail(at=AT)
    post_transfers(transfers=[transfer("b", minor=7), transfer("c", debit=make.hold(), credit=COMMISSION)], at=AT)
    fold_tail(at=AT)
    assert queries.chain_faults() == ()
    sound = list(queries.export_lines())
    assert len(sound) == 3
    assert list(export_faults(lines=sound)) == []
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("ledger_transfer", "ledger_batch"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(damage)
        assert queries.chain_faults() != ()
        assert list(export_faults(lines=queries.export_lines())) != []
        transaction.set_rollback(True)


def test_an_export_that_was_cut_or_changed_is_found_without_the_ledger() -> None:
    from entrepot.ledger.rules import export_faults

    for n in range(3):
        post_transfers(transfers=[own(f"k{n}", n + 1)], at=AT)
        fold_tail(at=AT)
    lines = list(queries.export_lines())
    assert list(queries.export_lines(after=2)) == lines[2:]
    assert list(export_faults(lines=lines[1:])) == ["batch 1 is missing", "batch 2 is not what was sealed"]
    assert list(export_faults(lines=[lines[0], lines[2]])) == ["batch 2 is missing", "batch 3 is not what was sealed"]
    changed = [lines[0], lines[1].replace("\t2\tUSD", "\t3\tUSD"), lines[2]]
    assert changed != lines
    assert list(export_faults(lines=changed)) == ["batch 2 is not what was sealed"]
