"""Fetching the provider's reports, booking what they prove, and matching both sides."""

from datetime import date, timedelta
from typing import Final

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from entrepot.base import clock
from entrepot.flows.book_report import book_report
from entrepot.ledger.services import fold_tail
from entrepot.reconciliation.adapters import source
from entrepot.reconciliation.services import match_items, read_books, take_report
from entrepot.reconciliation.terms import Matched, Report, ReportSilent

_RETRY: Final = RetryStrategy(max_attempts=6, exponential_wait=4, retry_exceptions={ReportSilent})


@app.task(name="reconciliation.fetch", retry=_RETRY)
def fetch(*, day: str) -> None:
    """Fetch the provider's report of one day (UTC) and go through it."""
    fetch_report(day=date.fromisoformat(day))
    reconcile()


@app.task(name="reconciliation.match", queueing_lock="reconciliation.match")
def match() -> None:
    """Go through what is there: after a file was given, or a decision was made."""
    reconcile()


@app.periodic(cron="*/15 * * * *")
@app.task(name="reconciliation.daily", queueing_lock="reconciliation.daily")
def fetch_latest(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Fetch yesterday and today: what the provider reports of a day may still grow, and a day may have been missed."""
    today = clock.now().date()
    try:
        for day in (today - timedelta(days=1), today):
            fetch_report(day=day)
    except ReportSilent:
        # The next round asks for the same days again.
        return
    reconcile()


def fetch_report(*, day: date) -> Report:
    """The provider's report of one day, taken in. Raises ReportSilent, ReportUnreadable, StatementUnbalanced."""
    body = source().report(day=day)
    return take_report(name=f"{day.isoformat()}.json", body=body, user_id=None, at=clock.now())


def reconcile() -> Matched:
    """Read the books, book what reports prove, and match. Repeating changes nothing."""
    _read_all()
    if book_report(at=clock.now()):
        _read_all()
    return match_items(at=clock.now())


def _read_all() -> None:
    fold_tail(at=clock.now())
    while read_books():
        pass
