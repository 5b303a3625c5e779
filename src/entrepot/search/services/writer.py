"""The embedded engine's writing half. One writer per generation: the engine's lock file keeps a second one out."""

import json
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import tantivy

from entrepot.search import rules
from entrepot.search.queries import schema as columns
from entrepot.search.terms import Entry, IndexBusy

# What the engine may buffer before it writes a segment, for the feed and for building a whole generation.
FEED_BYTES: Final = 32_000_000
BUILD_BYTES: Final = 256_000_000
# A hit's score is multiplied by the logarithm of its weight: each doubling of sales adds a twentieth to these twenty,
# what is sold out counts half.
_HERE, _GONE = 20, 10
_DESCRIPTION_MAX: Final = 4_000
_TRIES_A_SECOND: Final = 10


class TantivyWriter:
    """Writes one generation; nothing shows before `commit`, everything uncommitted is lost at a crash."""

    def __init__(self, index: tantivy.Index, *, buffer_bytes: int) -> None:
        self._schema = index.schema
        self._writer = index.writer(buffer_bytes, 1)

    def upsert(self, entries: Sequence[Entry]) -> None:
        """Put these in place of what is known of them."""
        for entry in entries:
            self._writer.delete_documents_by_term("id", entry.listing_id)
            self._writer.add_document(tantivy.Document.from_dict(_columns(entry), self._schema))

    def add(self, entries: Sequence[Entry]) -> None:
        """Put these in without looking for earlier ones: for a generation that has none of them."""
        for entry in entries:
            self._writer.add_document(tantivy.Document.from_dict(_columns(entry), self._schema))

    def delete(self, listing_ids: Sequence[int]) -> None:
        """Forget these; unknown ones are no error."""
        for listing_id in listing_ids:
            self._writer.delete_documents_by_term("id", listing_id)

    def commit(self) -> None:
        """Make everything since the last commit durable and visible at once."""
        self._writer.commit()

    def close(self) -> None:
        """Wait for merges and let the next writer in; what was not committed is lost. Repeating it does nothing."""
        # A writer that died of trouble with its files, or was closed, says so here; its lock fell with it.
        with suppress(ValueError):
            self._writer.rollback()
            self._writer.wait_merging_threads()


def open_writer(*, path: Path, wait_seconds: int = 0, buffer_bytes: int = FEED_BYTES) -> TantivyWriter:
    """The writer of the generation at `path`, which must exist.

    A lock left by a killed process is no lock: it is the kernel's and fell with it. Raises IndexBusy when another
    process still writes after `wait_seconds`.
    """
    return _opened(tantivy.Index.open(str(path)), wait_seconds=wait_seconds, buffer_bytes=buffer_bytes)


def create_index(*, path: Path) -> None:
    """An empty generation at `path`, with its columns."""
    path.mkdir(parents=True)
    tantivy.Index(columns.schema(), str(path), reuse=False)


def _opened(index: tantivy.Index, *, wait_seconds: int, buffer_bytes: int) -> TantivyWriter:
    tries = wait_seconds * _TRIES_A_SECOND + 1
    for attempt in range(tries):
        try:
            return TantivyWriter(index, buffer_bytes=buffer_bytes)
        except ValueError as refused:
            if "Lock" not in str(refused):
                raise
        if attempt + 1 < tries:
            time.sleep(1 / _TRIES_A_SECOND)
    raise IndexBusy


def _columns(entry: Entry) -> dict[str, object]:
    published = int(entry.published_at.timestamp()) if entry.published_at else 0
    labels = [entry.brand, *entry.tags, *(name for names in entry.category_names for name in names.values())]
    titles = list(entry.titles.values())
    bodies = [text[:_DESCRIPTION_MAX] for text in entry.descriptions.values()]
    return {
        "id": entry.listing_id,
        "merchant": entry.merchant_id,
        **_cut("title", titles),
        **_cut("label", [" , ".join(labels)]),
        **_cut("body", bodies),
        "words": " ".join(dict.fromkeys(word for title in titles for word in rules.whole_words(title))),
        "category": _ancestors(entry.categories),
        "channel": list(entry.channels),
        "origin": [entry.origin] if entry.origin else [],
        "ships_to": list(entry.ships_to),
        "brand": [entry.brand.lower()] if entry.brand else [],
        **{columns.price_column(currency=currency): minor for currency, minor in entry.prices.items()},
        "published": published,
        "in_stock": entry.in_stock,
        "weight": (1 + entry.sold) << (_HERE if entry.in_stock else _GONE),
        "rank": (entry.in_stock << 62) | (min(entry.sold, (1 << 28) - 1) << 34) | min(published, (1 << 34) - 1),
        "titles": json.dumps(dict(entry.titles), ensure_ascii=False),
    }


def _cut(place: str, texts: Iterable[str]) -> dict[str, str]:
    """The tokens of a place by script. A word that another language's text has already brought counts once."""
    spaced: list[str] = []
    unspaced: list[str] = []
    for text in texts:
        known = set(spaced)
        more_spaced, more_unspaced = rules.by_script(text)
        spaced += [token for token in more_spaced if token not in known] if known else more_spaced
        unspaced += more_unspaced
    return {f"{place}_{columns.SPACED}": " ".join(spaced), f"{place}_{columns.UNSPACED}": " ".join(unspaced)}


def _ancestors(path: Sequence[str]) -> list[str]:
    """`food`, `food/fruit`, `food/fruit/cherries`: every step counts."""
    return ["/".join(path[: depth + 1]) for depth in range(len(path))]
