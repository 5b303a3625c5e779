"""A sale at the provider's desk: opened there, heard of, worked off, and looked at from both sides."""

from datetime import UTC, datetime

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from entrepot.jobs import chargebacks
from entrepot.jobs import payments as jobs
from entrepot.ledger import queries as ledger
from entrepot.payments import queries
from entrepot.payments.models import EventRow
from entrepot.payments.services import keep_provider_message, provider_message
from tests.flows import make
from tests.payments.make import AT, SECRET


def opened(**more):
    """A sale whose page the provider has really opened."""
    sale = make.sale(page=False, **more)
    jobs.open_intent(payment_id=sale.payment_id)
    return sale


def hear(messages):
    """Take messages as they come and act on each."""
    for body, headers in messages:
        scheme = "stripe" if "Stripe-Signature" in headers else "sandbox"
        message = provider_message(body=body, headers=headers, secret=SECRET, scheme=scheme, moment=datetime.now(UTC))
        keep_provider_message(message=message, at=AT)
        work_off()


def work_off():
    """Run what waits for the payments' jobs until nothing more waits, as a worker would."""
    while waiting := ProcrastinateJob.objects.filter(task_name__startswith="payments.").order_by("id").first():
        name = waiting.task_name.partition(".")[2]
        getattr(jobs if hasattr(jobs, name) else chargebacks, name)(**waiting.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [waiting.id])


def events():
    return {row.event_id: (row.outcome, row.trouble) for row in EventRow.objects.order_by("id")}


def sound():
    assert ledger.drift() == ()
    assert queries.held_differs() == ()
    return True


def end_of(sale):
    return sale.payment().state, sale.order().state
