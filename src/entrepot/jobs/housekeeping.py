"""What nobody needs any more: quotes that came to nothing, old product files, answers, sessions and logs of sign-ins."""

from datetime import timedelta
from typing import Final

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

from entrepot.base import clock
from entrepot.base.idempotency import forget_answers
from entrepot.catalogue.services import prune_feeds
from entrepot.landed import queries as landed
from entrepot.landed.services import forget_quotes
from entrepot.orders import queries as orders

QUOTES_KEPT: Final = timedelta(days=30)
SIGN_INS_KEPT_DAYS: Final = 90
_BATCH: Final = 1000


@app.periodic(cron="41 2 * * *")
@app.task(name="landed.sweep_quotes", queueing_lock="landed.sweep_quotes")
def sweep_quotes(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Remove quotes of more than thirty days ago that no order was made from; those of orders stay for ever."""
    made_before, after = clock.now() - QUOTES_KEPT, 0
    while found := landed.quotes_over(made_before=made_before, after=after, limit=_BATCH):
        ordered = orders.quotes_ordered(quotes=[(shopper, ref) for _, shopper, ref in found])
        gone = [(key, shopper) for key, shopper, ref in found if (shopper, ref) not in ordered]
        if gone:
            forget_quotes(quotes=gone)
        after = found[-1][0]


@app.periodic(cron="11 3 * * *")
@app.task(name="feeds.sweep_files", queueing_lock="feeds.sweep_files")
def sweep_files(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Remove product files that were taken in long ago; reports and rejected rows stay."""
    if settings.FEEDS_KEPT_DAYS > 0:
        prune_feeds(ended_before=clock.now() - timedelta(days=settings.FEEDS_KEPT_DAYS))


@app.periodic(cron="21 3 * * *")
@app.task(name="api.sweep_answers", queueing_lock="api.sweep_answers")
def sweep_answers(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Forget under which keys requests came long ago."""
    forget_answers(at=clock.now())


@app.periodic(cron="31 3 * * *")
@app.task(name="web.sweep_sessions", queueing_lock="web.sweep_sessions")
def sweep_sessions(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Remove sessions that have run out, and what was noted of sign-ins of more than ninety days ago."""
    SessionStore.clear_expired()
    AxesProxyHandler.reset_logs(age_days=SIGN_INS_KEPT_DAYS)
    AxesProxyHandler.reset_failure_logs(age_days=SIGN_INS_KEPT_DAYS)
