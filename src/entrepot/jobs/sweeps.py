"""What comes round by the clock: expiry, release dates, messages left over, jobs whose worker died."""

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from entrepot.base import clock
from entrepot.base.limits import forget_counts
from entrepot.base.outbox import defer
from entrepot.flows.mature_money import mature_money
from entrepot.flows.net_debts import net_debts
from entrepot.flows.open_payout_run import open_payout_run
from entrepot.flows.release_hold import release_hold
from entrepot.kernel.errors import Refused
from entrepot.ledger.services import fold_tail, void_expired
from entrepot.orders import queries as orders
from entrepot.payments import queries as payments
from entrepot.payments.terms import Scope, Way

logger: Final = logging.getLogger(__name__)

# A worker that is silent for so long is dead (it says that it lives every two seconds); its jobs run again.
SILENT_SECONDS: Final = 10
LEFT_OVER: Final = timedelta(seconds=60)


@app.periodic(cron="* * * * * */15")
@app.task(name="payments.release_due", queueing_lock="payments.release_due")
def release_due(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Release held money whose date has come."""
    at = clock.now()
    for consignment_id, merchant_id in orders.due_releases(at=at):
        try:
            release_hold(consignment_id=consignment_id, merchant_id=merchant_id, at=at)
        except Refused as refusal:
            # A claim was opened between our look and the lock.
            logger.info("consignment %d is not released: %s", consignment_id, refusal)


@app.periodic(cron="* * * * *")
@app.task(name="payments.mature", queueing_lock="payments.mature")
def mature(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Make available what has waited long enough, give reserves back, and pay merchants' debts from what there is."""
    at = clock.now()
    while mature_money(at=at):
        pass
    net_debts(at=at)


@app.periodic(cron="30 3 * * *")
@app.task(name="payments.run_payouts", queueing_lock="payments.run_payouts")
def run_payouts(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Pay out whoever is due today, by the way that the settings name. A second time the same day gives that run."""
    at = clock.now()
    net_debts(at=at)
    way = Way(settings.PAYOUT_WAY)
    open_payout_run(day=at.date(), way=way, scope=Scope.DUE, key=f"day/{at:%Y-%m-%d}", at=at)


@app.periodic(cron="* * * * * */30")
@app.task(name="payments.sweep_inbox", queueing_lock="payments.sweep_inbox")
def sweep_inbox(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Take the provider's messages again that no job has dealt with."""
    for event_id in payments.events_waiting(received_before=clock.now() - LEFT_OVER):
        defer("payments.take_event", once=f"take_event/{event_id}", event_id=event_id)


@app.periodic(cron="* * * * *")
@app.task(name="ledger.void_expired", queueing_lock="ledger.void_expired")
def void_overdue(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Give back what was promised only for a time."""
    void_expired(at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="limits.forget_counts", queueing_lock="limits.forget_counts")
def forget_old_counts(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Remove the request counts of minutes that are over."""
    forget_counts(at=clock.now())


@app.periodic(cron="* * * * * */5")
@app.task(name="ledger.fold_tail", queueing_lock="ledger.fold_tail")
def fold(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Bring the ledger's counters up to date and seal what was recorded since the last time."""
    fold_tail(at=clock.now())


@app.periodic(cron="* * * * * */10")
@app.task(name="jobs.retry_stalled", queueing_lock="jobs.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Run again what a dead worker was doing. Every job may run twice, so one that only seemed dead does no harm."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        try:
            await jobs.retry_job(job)
        except UniqueViolation:
            # Its twin waits already.
            await jobs.finish_job(job, status=Status.ABORTED, delete_job=True)
