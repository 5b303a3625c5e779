"""Keeping the search index: fed from the news while it serves, and built anew beside it."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from entrepot.base import clock
from entrepot.base.outbox import News
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.queries.variants import listing_ids_by_variant
from entrepot.catalogue.terms import CHANGED as LISTING_CHANGED
from entrepot.jobs.news import Breakdown
from entrepot.search import services
from entrepot.search.queries import generations
from entrepot.search.queries.entries import entries
from entrepot.search.services import TantivyWriter
from entrepot.search.terms import Entry, Generation, IndexBusy, RebuildRunning
from entrepot.stock.terms import CHANGED as STOCK_CHANGED

logger: Final = logging.getLogger(__name__)
_IDS: Final = 50_000
_CHUNK: Final = 500
_REPLAY_FULL: Final = 500

Progress = Callable[[int, int], None]


class IndexFeed:
    """The listener that writes changed listings into the serving generation. Lives as long as its worker's loop."""

    def __init__(self) -> None:
        self._generation: Generation | None = None
        self._writer: TantivyWriter | None = None
        self._tidied = False

    def ready(self) -> bool:
        """Whether this process writes the serving generation; builds the first one when there is none.

        False while another process does either: it takes the news then.
        """
        if not self._tidied:
            self._tidied = _tidied()
        serving = generations.serving()
        if serving is None:
            return self._built()
        if serving != self._generation:
            self.close()
            try:
                self._writer = services.open_writer(path=serving.path)
            except IndexBusy:
                return False
            self._generation = serving
        return True

    def take(self, news: Sequence[News]) -> None:
        """Read what changed listings look like now and write it; nothing shows before `settle`."""
        services.hold_feed()
        if self._writer is None or generations.serving() != self._generation:
            raise Breakdown("the serving generation has just been replaced")
        listing_ids = _listings(news)
        services.note_changes(listing_ids=listing_ids)
        found, gone = entries(listing_ids=listing_ids, at=clock.now())
        try:
            self._writer.upsert(found)
            self._writer.delete(gone)
        except ValueError as killed:
            self._broken(killed)

    def settle(self) -> None:
        """One commit for all that was taken: durable, and found by the next search."""
        if self._writer is None:
            return
        try:
            self._writer.commit()
        except ValueError as killed:
            self._broken(killed)

    def close(self) -> None:
        """Let another writer in."""
        if self._writer is not None:
            writer, self._writer, self._generation = self._writer, None, None
            writer.close()

    def _built(self) -> bool:
        self.close()
        try:
            documents = rebuild_index(at=clock.now())
        except RebuildRunning:
            return False
        logger.warning("There was no search index; built one of %d listings", documents)
        return self.ready()

    def _broken(self, cause: ValueError) -> None:
        """The engine's writer dies of any trouble with its files; a new one starts from the last commit."""
        self._writer = self._generation = None
        raise Breakdown(str(cause)) from cause


def rebuild_index(*, at: datetime, progress: Progress | None = None) -> int:
    """Build the next generation beside the serving one and put it in its place; how many listings it holds.

    Changes that come meanwhile are written before it serves. progress: told (done, all). Killed at any moment, the old
    one goes on serving. Raises RebuildRunning while another process builds.
    """
    services.claim_building()
    try:
        generation = services.start_generation(at=at)
        writer = services.open_writer(path=generation.path, buffer_bytes=services.BUILD_BYTES)
        reader = partial(_read, at=at)
        try:
            _fill(writer, at=at, progress=progress)
            while services.replay_changes(generation=generation, writer=writer, reader=reader) == _REPLAY_FULL:
                pass
            documents = services.serve_generation(generation=generation, writer=writer, reader=reader, at=clock.now())
        except BaseException:
            writer.close()
            raise
        services.tidy_generations()
    finally:
        services.end_building()
    return documents


def _listings(news: Sequence[News]) -> list[int]:
    """The listings that the news is about, each once."""
    variants = [(one.owner, one.subject) for one in news if one.topic == STOCK_CHANGED]
    of_variants = listing_ids_by_variant(variants=variants) if variants else {}
    return list(dict.fromkeys([*(one.subject for one in news if one.topic == LISTING_CHANGED), *of_variants.values()]))


def _read(listing_ids: Sequence[int], *, at: datetime) -> tuple[list[Entry], list[int]]:
    return entries(listing_ids=listing_ids, at=at)


def _fill(writer: TantivyWriter, *, at: datetime, progress: Progress | None) -> None:
    listing_ids: list[int] = []
    while page := catalogue.published_ids(after=listing_ids[-1] if listing_ids else 0, limit=_IDS):
        listing_ids += page
    for start in range(0, len(listing_ids), _CHUNK):
        found, _ = entries(listing_ids=listing_ids[start : start + _CHUNK], at=at)
        writer.add(found)
        if progress:
            progress(min(start + _CHUNK, len(listing_ids)), len(listing_ids))


def _tidied() -> bool:
    """Put right what a killed builder left; not while one is at work."""
    try:
        services.claim_building()
    except RebuildRunning:
        return False
    try:
        services.tidy_generations()
    finally:
        services.end_building()
    return True
