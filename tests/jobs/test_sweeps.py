"""What comes round by the clock."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from entrepot.base import clock
from entrepot.base.outbox import defer
from entrepot.jobs import sweeps
from entrepot.ledger import queries as ledger
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import Kind
from entrepot.orders.terms import Stage
from entrepot.payments.services import take_provider_event
from tests.flows import make
from tests.ledger import make as book
from tests.payments import make as payment_make
from tests.payments.make import SECRET

pytestmark = pytest.mark.django_db


def waiting(name):
    return ProcrastinateJob.objects.filter(task_name=name, status="todo")


def test_money_whose_date_has_come_is_released_and_other_money_is_not() -> None:
    past, today = clock.now() - timedelta(days=90), clock.now()
    due, early = make.sale(at=past).pay(at=past), make.sale(at=today).pay(at=today)
    due.deliver(at=past)
    early.deliver(at=today)
    for _ in range(2):
        sweeps.release_due(timestamp=0)
    assert due.order().consignments[0].stage is Stage.RELEASED
    assert early.order().consignments[0].stage is Stage.DELIVERED


def test_a_message_that_no_job_took_is_taken_again() -> None:
    body, headers = payment_make.message()
    take_provider_event(body=body, headers=headers, secret=SECRET, at=clock.now() - timedelta(minutes=2))
    before = waiting("payments.take_event").count()
    for _ in range(2):
        sweeps.sweep_inbox(timestamp=0)
    assert waiting("payments.take_event").count() == before + 1


def test_what_was_promised_for_a_time_is_given_back() -> None:
    at = clock.now() - timedelta(hours=2)
    post_transfers(transfers=[book.transfer("fund")], at=at)
    out = book.transfer(
        "out", debit=book.hold(), credit=book.merchant(), pending=True, expires_at=at + timedelta(hours=1)
    )
    post_transfers(transfers=[out], at=at)
    sweeps.void_overdue(timestamp=0)
    held = ledger.balance(kind=Kind.HOLD, subject=1, currency="USD")
    assert (held.debits_pending.minor, held.available.minor) == (0, 100)


def test_the_ledger_is_brought_up_to_date_and_sealed() -> None:
    post_transfers(transfers=[book.transfer("fund")], at=clock.now())
    before = ledger.balance(kind=Kind.PSP_RECEIVABLE, currency="USD")
    sweeps.fold(timestamp=0)
    assert ledger.balance(kind=Kind.PSP_RECEIVABLE, currency="USD") == before
    assert ledger.chain_faults() == ()


def stall(name, once=None):
    """A job of a worker that died a minute ago."""
    defer(name, once=once, payment_id=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE task_name = %s AND status = 'todo'",
            [worker, name],
        )


def run_retry():
    context = JobContext(app=app, job=None, start_timestamp=0, abort_reason=lambda: None)
    async_to_sync(sweeps.retry_stalled.func)(context, timestamp=0)


def test_a_dead_workers_job_runs_again() -> None:
    stall("payments.open_intent")
    run_retry()
    assert waiting("payments.open_intent").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_dead_workers_job_whose_twin_waits_is_dropped() -> None:
    stall("payments.check_payment", once="check_payment/1")
    defer("payments.check_payment", once="check_payment/1", payment_id=1)
    run_retry()
    assert ProcrastinateJob.objects.filter(task_name="payments.check_payment").count() == 1
    assert waiting("payments.check_payment").count() == 1
