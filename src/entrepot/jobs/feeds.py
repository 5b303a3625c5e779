"""Merchants' files: read, checked and taken over piece by piece; pictures fetched; imports taken back."""

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from entrepot.base import clock, failpoints, outbox
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue import services
from entrepot.catalogue.adapters import PictureSource, PublicWeb
from entrepot.catalogue.rules.feed_bytes import encoding_of
from entrepot.catalogue.rules.feed_file import FeedFile
from entrepot.catalogue.terms import ImportTrouble, ImportWork, PictureRefused, PictureUnreachable
from entrepot.flows.import_feed import import_feed

_TURN: Final = timedelta(seconds=3)
_TRIES_MAX: Final = 6
_RETRY: Final = RetryStrategy(max_attempts=_TRIES_MAX, exponential_wait=2)
_AGAIN: Final = timedelta(minutes=1)
_PICTURES: Final = 50
# A host that fails so often in a row is left alone until the next run.
_FAILURES_MAX: Final = 3


@app.task(name="feeds.run", queue="feeds", retry=_RETRY, pass_context=True)
def run(context: JobContext, *, merchant_id: int, run_id: int) -> None:
    """Do an import to its end. A breakdown is tried again; after the last try the run says that it broke off."""
    try:
        if not run_import(merchant_id=merchant_id, run_id=run_id):
            outbox.defer("feeds.run", queue="feeds", wait=_TURN, merchant_id=merchant_id, run_id=run_id)
    except Exception:
        if context.job is None or context.job.attempts + 1 >= _TRIES_MAX:
            trouble = ImportTrouble("feed.broken_off")
            services.fail_import(merchant_id=merchant_id, run_id=run_id, trouble=trouble, at=clock.now())
        raise


def run_import(*, merchant_id: int, run_id: int) -> bool:
    """Do an import from wherever it stands, after the merchant's earlier ones that were left; one process at a time.

    Answers False, with nothing done, while another process is at it.
    """
    for earlier in catalogue.open_runs(merchant_id=merchant_id, up_to=run_id):
        if not services.claim_import(run_id=earlier):
            return False
        try:
            _do(merchant_id=merchant_id, run_id=earlier)
        finally:
            services.release_import(run_id=earlier)
    return True


def _do(*, merchant_id: int, run_id: int) -> None:
    work = catalogue.import_work(merchant_id=merchant_id, run_id=run_id)
    if work is None:
        return
    try:
        _read(merchant_id=merchant_id, run_id=run_id, work=work)
        while not import_feed(merchant_id=merchant_id, run_id=run_id, at=clock.now()):
            pass
    except ImportTrouble as trouble:
        services.fail_import(merchant_id=merchant_id, run_id=run_id, trouble=trouble, at=clock.now())


@app.task(name="feeds.undo", queue="feeds")
def undo(*, merchant_id: int, run_id: int) -> None:
    """Take an import back to its end."""
    while not services.undo_import_chunk(merchant_id=merchant_id, run_id=run_id, at=clock.now()):
        pass


@app.task(name="feeds.fetch_pictures", queue="feeds")
def fetch_pictures(*, merchant_id: int) -> None:
    """Fetch some of the pictures a merchant's files name; the rest, and those to be tried again, wait a minute."""
    waiting = catalogue.waiting_pictures(merchant_id=merchant_id, limit=_PICTURES)
    if not waiting:
        return
    take_pictures(merchant_id=merchant_id, source=failpoints.outside(PublicWeb(), "pictures"))
    tried = any(picture.tries for picture in waiting)
    outbox.defer(
        "feeds.fetch_pictures",
        queue="feeds",
        wait=_AGAIN if tried else None,
        once=f"pictures-{merchant_id}",
        merchant_id=merchant_id,
    )


def take_pictures(*, merchant_id: int, source: PictureSource) -> None:
    """Fetch the next pictures from `source`; one that fails is tried again later, and given up after three times."""
    failures: dict[str, int] = {}
    for picture in catalogue.waiting_pictures(merchant_id=merchant_id, limit=_PICTURES):
        host = urlsplit(picture.source).netloc
        digest = trouble = ""
        if failures.get(host, 0) >= _FAILURES_MAX:
            trouble = "host_unreachable"
        else:
            try:
                digest = services.keep_picture(file=source.fetch(picture.source))
            except (PictureUnreachable, PictureRefused) as failure:
                trouble = str(failure.facts["why"])[:255]
                failures[host] = failures.get(host, 0) + isinstance(failure, PictureUnreachable)
        services.put_picture(merchant_id=merchant_id, picture=picture, digest=digest, trouble=trouble, at=clock.now())


def _read(*, merchant_id: int, run_id: int, work: ImportWork) -> None:
    with work.path.open("rb") as kept:
        encoding = work.encoding if work.started else encoding_of(kept, chosen=work.encoding)
        feed = FeedFile(kept, encoding=encoding)
        after = services.start_import(merchant_id=merchant_id, run_id=run_id, encoding=encoding, headings=feed.headings)
        for batch in feed.batches(currency=work.currency, after=after):
            if not services.stage_batch(merchant_id=merchant_id, run_id=run_id, batch=batch, after=after):
                return  # it was read to the end before
            after = batch.last_line
        services.finish_staging(merchant_id=merchant_id, run_id=run_id, findings=feed.first_findings())
