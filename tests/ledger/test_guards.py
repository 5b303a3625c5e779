"""The mutation check: each guard of the ledger is taken off, and it is seen that something then goes through."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

import entrepot.ledger
from entrepot.kernel.errors import EntrepotError
from entrepot.kernel.money import Money
from entrepot.ledger import queries
from entrepot.ledger.services import (
    close_period,
    end_groups,
    fold_tail,
    post_groups,
    post_transfers,
    void_expired,
)
from entrepot.ledger.terms import About, AccountRef, Clamp, Ending, Kind
from tests.ledger.make import AT, hold, merchant, transfer

pytestmark = pytest.mark.django_db
SQL = Path(entrepot.ledger.__file__).parent

# What only this constraint or trigger refuses, once the posting function is passed by.
_ROW = (
    "INSERT INTO ledger_transfer (key, group_key, code, state, debit_id, credit_id, amount_minor, released_minor,"
    " currency, effective_at, recorded_at) SELECT {key}, 'g', 'captured', {state}, {debit}, credit_id, {amount}, {back},"
    " currency, now(), now() FROM ledger_transfer WHERE key = 'fund'"
)
_PLAIN = {"key": "'new'", "state": "'posted'", "debit": "debit_id", "amount": "1", "back": "0"}
ATTACKS = {
    "ledger_account_pkey": "INSERT INTO ledger_account SELECT id, kind, subject + 999, currency, guard, 0, 0, 0, 0, now() FROM ledger_account",
    "ledger_account_once": (
        "INSERT INTO ledger_account SELECT id + 1000000, kind, subject, currency, guard, 0, 0, 0, 0, now() FROM ledger_account"
    ),
    "ledger_account_counters": "UPDATE ledger_account SET credits_pending = -1 WHERE guard = 'none'",
    "ledger_account_credit_guard": "UPDATE ledger_account SET debits_posted = credits_posted + 1 WHERE kind = 'hold'",
    "ledger_account_debit_guard": (
        "UPDATE ledger_account SET credits_posted = debits_posted + 1 WHERE kind = 'merchant_receivable'"
    ),
    "ledger_account_guards": "UPDATE ledger_account SET guard = 'other' WHERE kind = 'hold'",
    "ledger_transfer_pkey": (
        "INSERT INTO ledger_transfer (id, key, group_key, code, state, debit_id, credit_id, amount_minor, released_minor,"
        " currency, effective_at, recorded_at) SELECT id, 'new', 'g', code, state, debit_id, credit_id, 1, 0, currency, now(), now()"
        " FROM ledger_transfer WHERE key = 'fund'"
    ),
    "ledger_transfer_key": _ROW.format(**_PLAIN | {"key": "key"}),
    "ledger_transfer_positive": _ROW.format(**_PLAIN | {"amount": "0"}),
    "ledger_transfer_clamped": (
        _ROW.format(**_PLAIN)
        .replace("released_minor,", "released_minor, asked_minor,")
        .replace("1, 0, currency", "2, 0, 1, currency")
    ),
    "ledger_transfer_ends": _ROW.format(**_PLAIN | {"back": "5"}),
    "ledger_transfer_two_accounts": _ROW.format(**_PLAIN | {"debit": "credit_id"}),
    "ledger_transfer_ended_once": (
        "INSERT INTO ledger_transfer (key, group_key, code, state, debit_id, credit_id, amount_minor, released_minor,"
        " pending_id, currency, effective_at, recorded_at) SELECT key || n, 'g', code, 'voided', debit_id, credit_id, 0,"
        " amount_minor, id, currency, now(), now() FROM ledger_transfer, generate_series(1, 2) n WHERE key = 'promise'"
    ),
    "ledger_transfer_stays": "UPDATE ledger_transfer SET code = 'other'",
    "ledger_batch_stays": "DELETE FROM ledger_batch",
    "ledger_period_stays": "UPDATE ledger_period SET until = until - interval '1 day'",
    "ledger_open_pkey": "INSERT INTO ledger_open SELECT * FROM ledger_open",
    "ledger_hour_pkey": "INSERT INTO ledger_hour SELECT id, kind, 'XXX', hour, 0, 0, 0, 0 FROM ledger_hour",
    "ledger_hour_once": "INSERT INTO ledger_hour SELECT id + 1000000, kind, currency, hour, 0, 0, 0, 0 FROM ledger_hour",
    "ledger_batch_pkey": "INSERT INTO ledger_batch SELECT * FROM ledger_batch",
    "ledger_period_pkey": "INSERT INTO ledger_period SELECT id, until - interval '9 days', closed_at FROM ledger_period",
    "ledger_period_until_key": "INSERT INTO ledger_period SELECT id + 1000000, until, closed_at FROM ledger_period",
}


@pytest.fixture
def book() -> None:
    post_transfers(transfers=[transfer("fund")], at=AT)
    post_transfers(transfers=[transfer("debt", debit=AccountRef(Kind.MERCHANT_RECEIVABLE, 1), credit=hold(3))], at=AT)
    post_transfers(transfers=[transfer("promise", debit=hold(), credit=merchant(), minor=10, pending=True)], at=AT)
    fold_tail(at=AT)
    close_period(until=AT - timedelta(days=9), at=AT)


def attack(statement):
    """The name of what refused it, or nothing."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount > 0
            transaction.set_rollback(True)
    except IntegrityError as refusal:
        return refusal.__cause__.diag.constraint_name or refusal.__cause__.diag.context.split(" ")[2].removesuffix("()")
    return None


@pytest.mark.parametrize("guard", ATTACKS)
def test_what_a_guard_refuses_goes_through_without_it(book, guard) -> None:
    refused_by = attack(ATTACKS[guard])
    assert refused_by is not None
    assert refused_by == guard or (guard.endswith("_stays") and refused_by == "ledger_stays")
    with transaction.atomic():
        with connection.cursor() as cursor:
            table = "_".join(guard.split("_")[:2])
            if guard.endswith("_stays"):
                cursor.execute(f"DROP TRIGGER {guard} ON {table}")
            elif guard == "ledger_transfer_ended_once":
                cursor.execute(f"DROP INDEX {guard}")
            else:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {guard}")
        assert attack(ATTACKS[guard]) is None
        transaction.set_rollback(True)


def test_every_constraint_and_trigger_of_the_ledger_has_its_attack() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT conname FROM pg_constraint WHERE conrelid::regclass::text LIKE 'ledger_%%' AND contype IN ('c', 'u', 'p')
               UNION SELECT tgname FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'ledger_%%' AND NOT tgisinternal
               UNION SELECT indexrelid::regclass::text FROM pg_index
                      WHERE indrelid::regclass::text LIKE 'ledger_%%' AND indisunique"""
        )
        assert {row[0] for row in cursor.fetchall()} == set(ATTACKS)


# --- the guards inside the functions: each line is changed, and the same scenario must end otherwise

MUTATIONS = [
    ("ledger_post.sql", "IF a_guard[d] = 'credit' AND room[d] < 0 THEN", "IF false THEN"),
    ("ledger_post.sql", "ELSIF a_guard[c] = 'debit' AND room[c] < 0 THEN", "ELSIF false THEN"),
    ("ledger_post.sql", "room[d] := room[d] - take;", "room[d] := room[d];"),
    ("ledger_post.sql", "room[c] := room[c] - take;", "room[c] := room[c];"),
    ("ledger_post.sql", "ELSIF a_guard[c] = 'credit' AND NOT t_pending[j] THEN", "ELSIF a_guard[c] = 'credit' THEN"),
    ("ledger_post.sql", "ELSIF a_guard[d] = 'debit' AND NOT t_pending[j] THEN", "ELSIF a_guard[d] = 'debit' THEN"),
    ("ledger_post.sql", "room[d] := room[d] + moved[undone];", "NULL;"),
    ("ledger_post.sql", "room[c] := room[c] - moved[undone];", "NULL;"),
    ("ledger_post.sql", "take := least(take, room[d]);", "NULL;"),
    ("ledger_post.sql", "take := least(take, room[c]);", "NULL;"),
    ("ledger_post.sql", "        rest := 0;\n", ""),
    ("ledger_post.sql", "rest := rest - take;", "NULL;"),
    ("ledger_post.sql", "IF ids[d] IS NULL OR ids[c] IS NULL THEN", "IF false THEN"),
    ("ledger_post.sql", "WHERE w.opens AND w.id IS NULL", "WHERE w.id IS NULL"),
    ("ledger_post.sql", "WHEN j = culprit THEN refusal ELSE 'linked_failed' END", "WHEN j = culprit THEN refusal ELSE 'created' END"),
    ("ledger_post.sql", "AND coalesce(t.asked_minor, t.amount_minor) = w.amount", ""),
    ("ledger_post.sql", "t.debit_id = ids[w.debit] AND t.credit_id = ids[w.credit]", "true"),
    ("ledger_post.sql", "AND (t.state = 'pending') = w.pending", ""),
    ("ledger_post.sql", "AND (t.asked_minor IS NULL) = (w.clamp = 'exact')", ""),
    ("ledger_post.sql", "AND t.group_key = w.group_key", ""),
    ("ledger_post.sql", "AND t.merchant_id IS NOT DISTINCT FROM w.about_merchant", ""),
    ("ledger_post.sql", "(SELECT max(until) FROM ledger_period) > effective", "false"),
    ("ledger_post.sql", "IF overdue THEN", "IF false THEN"),
    ("ledger_post.sql", "WHERE a.id = x.id AND x.guard <> 'none'", "WHERE a.id = x.id"),
    ("ledger_post.sql", "CASE WHEN row_number() OVER () = 1 THEN made END", "NULL"),
    ("ledger_end.sql", "WHEN w.currency <> p.currency THEN 'currency_differs'", ""),
    ("ledger_end.sql", "WHEN p.id IS NULL OR p.state <> 'pending' THEN 'pending_missing'", "WHEN p.id IS NULL THEN 'pending_missing'"),
    ("ledger_end.sql", "WHEN e.state = 'posted' AND NOT w.post THEN 'already_posted'", ""),
    ("ledger_end.sql", "WHEN e.state = 'voided' AND w.post THEN 'already_voided'", ""),
    ("ledger_end.sql", "WHEN w.post AND p.expires_at <= recorded THEN 'expired'", ""),
    ("ledger_end.sql", "WHEN w.amount > p.amount_minor THEN 'exceeds_pending'", ""),
    ("ledger_end.sql", "WHEN closed THEN 'period_closed'", ""),
    ("ledger_end.sql", "CASE WHEN result = 'created' AND refused THEN 'linked_failed' ELSE result END", "result"),
    ("ledger_end.sql", "DELETE FROM ledger_open o USING ended WHERE o.transfer_id = ended.pending_id", "SELECT"),
    ("ledger_end.sql", "WHERE transfer_id = ANY (stale) AND expires_at <= recorded RETURNING", "WHERE false RETURNING"),
    ("ledger_count.sql", "CASE state WHEN 'pending' THEN t.amount_minor ELSE -t.released_minor END", "0::bigint"),
    ("ledger_count.sql", "WHERE a.id = x.account_id AND a.guard <> 'none'", "WHERE a.id = x.account_id"),
    ("ledger_fold.sql", "DELETE FROM ledger_tail RETURNING *", "SELECT * FROM ledger_tail"),
    ("ledger_fold.sql", "h.debits_posted + excluded.debits_posted", "excluded.debits_posted"),
    ("ledger_fold.sql", "root := ledger_root(members);", "root := sha256('');"),
]  # fmt: skip
MUTATIONS = [
    one if one[0] != "ledger_count.sql" else (one[0], one[1].replace("CASE state", "CASE t.state"), one[2])
    for one in MUTATIONS
]


def said(work):
    """What a call answered, or how it failed."""
    try:
        with transaction.atomic():
            return [str(one) for one in work() or ()]
    except (EntrepotError, DatabaseError) as trouble:
        return type(trouble).__name__


def observed():
    """One scenario that meets every guard; gives all that can be seen of it."""
    debt, usd = AccountRef(Kind.MERCHANT_RECEIVABLE, 1), (lambda minor: Money(minor, "USD"))
    hour = timedelta(hours=1)

    def post(*groups, at=AT, effective_at=None):
        return lambda: post_groups(groups=groups, at=at, effective_at=effective_at)

    def out(key, minor, **more):
        return transfer(key, debit=hold(), credit=merchant(), minor=minor, **more)

    def owed(key, minor, **more):
        return transfer(key, debit=merchant(), credit=debt, minor=minor, **more)

    def end(*endings, at=AT):
        return lambda: end_groups(groups=[list(group) for group in endings], at=at)

    works = [
        post([transfer("fund", minor=100)], [transfer("lent", debit=debt, credit=merchant(), minor=50)]),
        post([out("gone", 101)], [out("a", 60)], [out("b", 60)], [owed("paid", 51)], [owed("p1", 30), owed("p2", 30)]),
        post([out("x1", 10), out("x2", 90)], [out("x3", 40)], [transfer("none", debit=hold(9), credit=merchant())]),
        post([owed("q1", 5), owed("q2", 90)], [owed("q3", 450, clamp=Clamp.AVAILABLE)]),
        post([transfer("y1", credit=hold(4), minor=5), out("y2", 500)], [transfer("y3", credit=hold(4), minor=5)]),
        post([transfer("z1", debit=hold(4), credit=merchant(), minor=6)]),
        post([transfer("y4", credit=hold(4), minor=5), out("y5", 500)],
             [transfer("y6", debit=hold(4), credit=merchant(), minor=6)]),
        post([transfer("lent more", debit=debt, credit=merchant(), minor=9, pending=True)], [owed("q4", 6)]),
        post([transfer("fund2", credit=hold(2), minor=10, pending=True)],
             [transfer("early", debit=hold(2), credit=merchant(), minor=1)]),
        post([transfer("fund3", credit=hold(3), minor=30)]),
        post([transfer("c1", debit=hold(3), credit=merchant(), minor=20, clamp=Clamp.AVAILABLE)],
             [transfer("c2", debit=hold(3), credit=merchant(), minor=25, clamp=Clamp.AVAILABLE),
              transfer("c3", credit=merchant(), minor=25, clamp=Clamp.REST)],
             [transfer("c5", debit=hold(3), credit=merchant(), minor=25, clamp=Clamp.AVAILABLE)],
             [transfer("c4", credit=merchant(), minor=7, clamp=Clamp.REST)]),
        post([transfer("fund", minor=99)]), post([transfer("fund", credit=hold(2))]), post([transfer("fund", pending=True)]),
        post([transfer("fund", clamp=Clamp.AVAILABLE)]), post([transfer("fund", about=About(merchant_id=4))]),
        post([transfer("a2"), transfer("fund")]), post([transfer("fund", minor=100)]), post([transfer("g1"), transfer("g2")]),
        post([transfer("g2"), transfer("g1")]),
        post([transfer("old")], effective_at=AT - hour),
        post([transfer("in", credit=hold(5), minor=50)]),
        post([transfer("w", debit=hold(5), credit=merchant(), minor=40, pending=True, expires_at=AT + hour)],
             [transfer("v", debit=hold(5), credit=merchant(), minor=5, pending=True)],
             [transfer("u", debit=hold(5), credit=merchant(), minor=5, pending=True, expires_at=AT + 9 * hour)]),
        end([Ending("v", post=True, amount=Money(1, "CNY"))], [Ending("in", post=True)], [Ending("nobody", post=True)]),
        end([Ending("v", post=True, amount=usd(6))], [Ending("w", post=True)], at=AT + 2 * hour),
        end([Ending("v", post=True, amount=usd(2)), Ending("nobody", post=False)]),
        end([Ending("v", post=True, amount=usd(2))]), end([Ending("v", post=True)]), end([Ending("v", post=False)]),
        end([Ending("u", post=False)]), end([Ending("u", post=True)]),
        post([transfer("after", debit=hold(5), credit=merchant(), minor=48)], at=AT + 2 * hour),
        lambda: [fold_tail(at=AT)],
        post([transfer("again", minor=3)], [transfer("over", credit=hold(7), minor=3, pending=True, expires_at=AT)]),
        lambda: [void_expired(at=AT)], lambda: [fold_tail(at=AT)], lambda: [fold_tail(at=AT)],
        lambda: close_period(until=AT + 3 * hour, at=AT + 3 * hour),
        end([Ending("fund2", post=True)], at=AT + hour),
    ]  # fmt: skip
    seen = [said(work) for work in works]
    later = queries.balance(kind=Kind.HOLD, subject=5, currency="USD", at=AT + 24 * hour)
    return (
        seen,
        queries.accounts(limit=500),
        queries.drift() == (),
        queries.chain_faults() == (),
        queries.trial_balance(at=AT + 4 * hour),
        later,
    )


def test_the_scenario_meets_every_answer(book_closed) -> None:
    answers = {one for said_ in observed()[0] if isinstance(said_, list) for one in said_}
    assert answers >= {
        "created", "exists", "exists_with_different_body", "exceeds_credits", "exceeds_debits", "account_missing",
        "period_closed", "linked_failed", "pending_missing", "already_posted", "already_voided", "expired",
        "exceeds_pending", "currency_differs",
    }  # fmt: skip


@pytest.fixture
def book_closed() -> None:
    close_period(until=AT - timedelta(minutes=30), at=AT)


def test_every_changed_line_is_noticed(book_closed) -> None:
    before = within(None)
    assert before[2]
    assert before[3]
    unnoticed = []
    for name, line, other in MUTATIONS:
        text = (SQL / name).read_text()
        assert line in text, line
        if within(text.replace(line, other)) == before:
            unnoticed.append(line)
    assert unnoticed == []


def within(sql):
    """What is observed with this function installed; all of it is undone."""
    with transaction.atomic():
        if sql is not None:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL check_function_bodies = off")
                cursor.execute(sql)
        seen = said_or(observed)
        transaction.set_rollback(True)
    return seen


def said_or(work):
    try:
        with transaction.atomic():
            return work()
    except DatabaseError as trouble:
        return type(trouble).__name__
