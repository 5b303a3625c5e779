"""Merchants' files: read, checked and taken over piece by piece; pictures fetched; imports taken back."""

from datetime import timedelta
from typing import Final

from procrastinate.contrib.django import app

from entrepot.base import clock, outbox
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue import services
from entrepot.catalogue.rules.feed_bytes import encoding_of
from entrepot.catalogue.rules.feed_file import FeedFile
from entrepot.catalogue.terms import ImportTrouble, ImportWork
from entrepot.flows.import_feed import import_feed

_TURN: Final = timedelta(seconds=3)


@app.task(name="feeds.run", queue="feeds")
def run(*, merchant_id: int, run_id: int) -> None:
    """Do an import from wherever it stands to its end. Runs of one merchant wait for the earlier ones."""
    work = catalogue.import_work(merchant_id=merchant_id, run_id=run_id)
    if work is None:
        return
    if not work.turn:
        outbox.defer("feeds.run", queue="feeds", wait=_TURN, merchant_id=merchant_id, run_id=run_id)
        return
    try:
        _read(merchant_id=merchant_id, run_id=run_id, work=work)
        while not import_feed(merchant_id=merchant_id, run_id=run_id, at=clock.now()):
            pass
    except ImportTrouble as trouble:
        services.fail_import(merchant_id=merchant_id, run_id=run_id, trouble=trouble, at=clock.now())


def _read(*, merchant_id: int, run_id: int, work: ImportWork) -> None:
    with work.path.open("rb") as kept:
        encoding = work.encoding if work.started else encoding_of(kept, chosen=work.encoding)
        feed = FeedFile(kept, encoding=encoding)
        after = services.start_import(merchant_id=merchant_id, run_id=run_id, encoding=encoding, headings=feed.headings)
        for batch in feed.batches(currency=work.currency, after=after):
            if not services.stage_batch(merchant_id=merchant_id, run_id=run_id, batch=batch, after=after):
                break
            after = batch.last_line
        services.finish_staging(merchant_id=merchant_id, run_id=run_id, findings=feed.first_findings())


@app.task(name="feeds.undo", queue="feeds")
def undo(*, merchant_id: int, run_id: int) -> None:
    """Take an import back to its end."""
    while not services.undo_import_chunk(merchant_id=merchant_id, run_id=run_id, at=clock.now()):
        pass
