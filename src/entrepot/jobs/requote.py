"""Pricing all offers anew when the law, or the day, has changed: slice after slice, stopped and taken up at any point."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from procrastinate.contrib.django import app

from entrepot.base import clock
from entrepot.base.outbox import defer
from entrepot.catalogue.queries import offers_on_sale, variant_count
from entrepot.channels import queries as channels
from entrepot.customs import queries as customs
from entrepot.customs.terms import LawMissing
from entrepot.landed import queries as landed
from entrepot.landed.rules import Door
from entrepot.landed.services import end_requote, keep_prices, open_requote
from entrepot.landed.terms import Requote

logger: Final = logging.getLogger(__name__)
_SLICE: Final = 20_000
# A job makes way for others after so many slices and queues its own rest.
_SLICES: Final = 20

Progress = Callable[[Requote], None]


@app.periodic(cron="*/5 * * * *")
@app.task(name="landed.requote_due", queueing_lock="landed.requote_due")
def requote_due(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Open a run for each destination whose law or day is another than at its last run; go on with open ones."""
    queue_requotes(at=clock.now())


def queue_requotes(*, at: datetime) -> int:
    """Queue every run that is due; how many."""
    runs = due_requotes(at=at)
    for run in runs:
        defer("landed.requote", once=f"requote/{run.id}", run_id=run.id)
    return len(runs)


@app.task(name="landed.requote")
def requote(run_id: int) -> None:
    """Go on with a run for some slices, then queue the rest."""
    if not go_on(run=landed.requote(run_id=run_id), slices=_SLICES).ended_at:
        defer("landed.requote", once=f"requote/{run_id}", run_id=run_id)


def due_requotes(*, at: datetime, destinations: Sequence[str] = ()) -> tuple[Requote, ...]:
    """Runs to be done: open ones, and new ones where the law or the day has changed since the last.

    destinations: only these; else all that a channel sends to.
    """
    wanted = destinations or sorted({country for market in channels.channels() for country in market.destinations})
    newest = landed.newest_versions()
    variants = -1
    for destination in wanted:
        on = Door(destination, "", "", at).on
        try:
            law = customs.law(destination=destination, on=on)
        except LawMissing:
            continue
        if newest.get(destination) != (on.isoformat(), law.version):
            variants = variant_count() if variants < 0 else variants
            open_requote(
                destination=destination,
                currency=law.currency,
                on=on,
                data_version=law.version,
                variants=variants,
                at=at,
            )
    return tuple(run for run in landed.open_requotes() if run.destination in wanted)


def go_on(*, run: Requote, slices: int = 0, progress: Progress | None = None) -> Requote:
    """Price slices of offers until the run ends; at most `slices` of them, 0 for all. The run as it stands then.

    All of a run is priced at its own moment, so that taking it up again gives the same. It ends early when the law has
    changed again: the next run begins from the start.
    """
    pricing = landed.unit_pricing(destination=run.destination, currency=run.currency, at=run.opened_at)
    sending = tuple(market.slug for market in channels.channels() if run.destination in market.destinations)
    done = 0
    while run.ended_at is None and (not slices or done < slices):
        law = customs.law(destination=run.destination, on=run.on)
        if law.version != run.data_version:
            logger.info("the law of %s has changed; run %d ends", run.destination, run.id)
            end_requote(run_id=run.id, at=clock.now())
            return landed.requote(run_id=run.id)
        offers, last, looked = offers_on_sale(
            destination=run.destination, currency=run.currency, channels=sending, after=run.after, limit=_SLICE
        )
        run = keep_prices(
            run=run, offers=offers, prices=pricing.prices(offers), last=last, looked=looked, at=clock.now()
        )
        done += 1
        if progress:
            progress(run)
    return run
