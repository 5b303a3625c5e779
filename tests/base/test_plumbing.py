"""Locks, outbox, jobs and idempotency keep their word on a real database."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from entrepot.base import idempotency
from entrepot.base.locks import Rows, take
from entrepot.base.models import OutboxRow
from entrepot.base.outbox import defer, tell
from entrepot.kernel.must import Broken

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.django_db
def test_locks_are_taken_once_in_a_transaction_and_again_in_the_next() -> None:
    for _ in range(2):
        with transaction.atomic():
            take(Rows("ledger_account", ()))
            with pytest.raises(Broken, match="once"):
                take(Rows("ledger_account", ()))


@pytest.mark.django_db(transaction=True)
def test_locks_need_a_transaction_and_a_rank() -> None:
    with pytest.raises(Broken, match="transaction"):
        take(Rows("ledger_account", (1,)))
    with transaction.atomic(), pytest.raises(Broken, match="order"):
        take(Rows("auth_group", (1,)))


@pytest.mark.django_db(transaction=True)
def test_news_vanishes_with_its_transaction() -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        tell("orders.placed", subject=1, at=AT)
        raise Stop
    assert OutboxRow.objects.count() == 0
    with transaction.atomic():
        tell("orders.placed", subject=2, owner=3, at=AT, facts={"lines": 2})
    row = OutboxRow.objects.get()
    assert (row.topic, row.subject, row.owner, row.facts, row.tries) == ("orders.placed", 2, 3, {"lines": 2}, 0)


@pytest.mark.django_db(transaction=True)
def test_news_outside_a_transaction_is_our_mistake() -> None:
    with pytest.raises(Broken):
        tell("orders.placed", subject=1, at=AT)


def _jobs() -> list[tuple[str, dict[str, object]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_jobs_commit_or_vanish_with_the_write() -> None:
    class Stop(Exception):
        pass

    with connection.cursor() as cursor:
        # Emptying the tables between tests leaves this one alone: it is not Django's.
        cursor.execute("DELETE FROM procrastinate_jobs")
    with pytest.raises(Stop), transaction.atomic():
        defer("payments.open_intent", payment_id=1)
        raise Stop
    assert _jobs() == []
    with transaction.atomic():
        defer("payments.open_intent", payment_id=1, once="open-1")
        defer("payments.open_intent", payment_id=1, once="open-1")
        tell("orders.placed", subject=1, at=AT)
    assert [name for name, _ in _jobs()] == ["payments.open_intent"]


@pytest.mark.django_db(transaction=True)
def test_a_key_answers_the_same_and_refuses_another_request() -> None:
    caller = {"principal": "user:1", "key": "k1"}
    assert idempotency.begin(**caller, fingerprint="a") is None
    with pytest.raises(idempotency.StillRunning):
        idempotency.begin(**caller, fingerprint="a")
    answer = idempotency.Answer(201, {"Location": "/x"}, b"{}")
    idempotency.finish(**caller, answer=answer)
    assert idempotency.begin(**caller, fingerprint="a") == answer
    with pytest.raises(idempotency.KeyReused):
        idempotency.begin(**caller, fingerprint="b")
    assert idempotency.begin(principal="user:2", key="k1", fingerprint="b") is None


@pytest.mark.django_db(transaction=True)
def test_a_breakdown_frees_the_key_and_a_stale_one_is_taken_over() -> None:
    caller = {"principal": "user:1", "key": "k1", "fingerprint": "a"}
    assert idempotency.begin(**caller) is None
    idempotency.finish(principal="user:1", key="k1", answer=None)
    assert idempotency.begin(**caller) is None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE base_idempotency SET started_at = now() - interval '1 hour'")
    assert idempotency.begin(**caller) is None


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_under_one_key_let_one_through() -> None:
    gate = threading.Barrier(16)
    through: list[str] = []

    def one() -> None:
        gate.wait()
        try:
            if idempotency.begin(principal="user:1", key="k", fingerprint="a") is None:
                through.append("in")
        except idempotency.StillRunning:
            through.append("wait")
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(through) == ["in"] + ["wait"] * 15
