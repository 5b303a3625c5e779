"""The words of finding things: what is asked, what an index knows of a listing, and what comes back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from entrepot.kernel.errors import Conflict, Refused
from entrepot.kernel.text import ENGLISH, LanguageTag, Text

PAGE_SIZE: Final = 24
# Nobody leafs further than this; beyond it a filter helps more, and every page before it would be counted again.
REACH: Final = 9_600
# Changes with the schema or the cutting of words; an index of another edition is rebuilt, never read.
EDITION: Final = 1


class Sort(StrEnum):
    """In what order hits come."""

    RELEVANCE = "relevance"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    NEWEST = "newest"


class Side(StrEnum):
    """A facet: one property by which hits are counted and narrowed."""

    CATEGORY = "category"
    CHANNEL = "channel"
    ORIGIN = "origin"
    SHIPS_TO = "ships_to"
    BRAND = "brand"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a shopper asks. Everything but the words narrows; empty means no narrowing.

    language: the reader's, decides which title is highlighted. price_min_minor and price_max_minor: inclusive, in minor
    units of `currency`, against the listing's lowest offer. in_stock: only what is to be had now. ships_to, origin: ISO 3166-1 countries. page: from 1.
    """

    words: str = ""
    language: LanguageTag = ENGLISH
    category: str = ""
    channel: str = ""
    ships_to: str = ""
    origin: str = ""
    brand: str = ""
    merchant_id: int | None = None
    in_stock: bool = False
    currency: str = "USD"
    price_min_minor: int | None = None
    price_max_minor: int | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked for. text: as typed. tokens: as cut; all of them must occur.

    others: other ways to say it (the same in the other language, a usual synonym), each a phrase of tokens.
    """

    text: str
    tokens: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many hits share a value. For prices the value is `from-to` in minor units, `to` exclusive and maybe empty."""

    value: str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts of one property, most frequent first (prices ascending).

    A facet that is narrowed by counts as if it were not, so that the other choices stay in sight; a category counts
    with every ancestor.
    """

    side: Side
    values: tuple[FacetValue, ...]

    def count(self, value: str) -> int:
        """The count of one value, zero when no hit has it."""
        return next((one.count for one in self.values if one.value == value), 0)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a shown text; marked when it is what was asked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of listings, by id only: price, stock and text are read again from the catalogue.

    cursor: hand it back for the next page; empty at the end. highlights: the title by listing, cut into pieces.
    corrected: the words that were searched instead, when what was typed is found nowhere. relaxed: nothing has every
    word, these have most. also: when few have every word, further listings that have most, not part of the total and
    the facets. index_missing: there is no index yet, so nothing can be said.
    """

    listing_ids: tuple[int, ...] = ()
    total: int = 0
    facets: Mapping[Side, Facet] = field(default_factory=dict)
    highlights: Mapping[int, tuple[Piece, ...]] = field(default_factory=dict)
    cursor: str = ""
    corrected: str = ""
    relaxed: bool = False
    also: tuple[int, ...] = ()
    index_missing: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of one published listing.

    categories: the path from the root, each step's own name. prices: the lowest offer by currency in minor units,
    exact where the merchant named it, exchanged elsewhere. in_stock: at least one variant is to be had; what is sold out
    comes after its equals. sold: how often, lifts a listing among equals.
    """

    listing_id: int
    merchant_id: int
    titles: Text
    descriptions: Text
    category_names: Sequence[Text] = ()
    categories: tuple[str, ...] = ()
    brand: str = ""
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    ships_to: tuple[str, ...] = ()
    origin: str = ""
    prices: Mapping[str, int] = field(default_factory=dict)
    published_at: datetime | None = None
    in_stock: bool = True
    sold: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What an engine answers: ids in order, how many there are in all, counts by facet, kept titles by id."""

    ids: tuple[int, ...]
    total: int
    facets: Mapping[Side, Facet]
    titles: Mapping[int, Text]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word to complete what is being typed, with the listings that have it."""

    text: str
    count: int


class ReadableIndex(Protocol):
    """An engine's reading half. It never sees what was typed, only what was cut from it."""

    def search(self, query: SearchQuery, asked: Sequence[Asked], *, needed: int, facets: Collection[Side]) -> Page:
        """The page of `query`; at least `needed` of `asked` must occur in a hit."""
        ...

    def suggest(self, prefix: str, *, limit: int) -> tuple[Suggestion, ...]:
        """Indexed words that begin with `prefix`, most frequent first."""
        ...

    def knows(self, token: str) -> bool:
        """Whether any listing has the token."""
        ...

    def documents(self) -> int:
        """How many listings it holds."""
        ...


class WritableIndex(Protocol):
    """An engine's writing half, for one writer at a time. Nothing shows before `commit`."""

    def upsert(self, entries: Sequence[Entry]) -> None:
        """Put these in place of what is known of them."""
        ...

    def delete(self, listing_ids: Sequence[int]) -> None:
        """Forget these; unknown ones are no error."""
        ...

    def commit(self) -> None:
        """Make everything since the last commit durable and visible at once."""
        ...

    def close(self) -> None:
        """Let the next writer in; what was not committed is lost."""
        ...


@dataclass(frozen=True, slots=True)
class Generation:
    """One whole index on disk. number: ascending; the one that `current` names serves."""

    number: int
    path: Path


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What is served. building: the number of the generation being built beside it, or nothing."""

    generation: int | None
    documents: int
    size_bytes: int
    building: int | None
    waiting: int


class WordsTooLong(Refused):
    """More was typed than a search can mean."""

    code = "search.words_too_long"
    message = "A search takes at most {limit} characters."
    remedy = "Use fewer words."


class CursorUnknown(Refused):
    """The cursor is none of ours."""

    code = "search.cursor_unknown"
    message = "That place in the list is not known."
    remedy = "Start again from the first page."


class IndexBusy(Conflict):
    """Another process writes this generation."""

    code = "search.index_busy"
    message = "The index is being written by another process."
    remedy = "Try again when it has ended."


class RebuildRunning(Conflict):
    """Somebody builds the next generation already."""

    code = "search.rebuild_running"
    message = "The index is being rebuilt already."
    remedy = "Wait for the running rebuild, see `entrepot index status`."
