"""What a shopper finds: the page, the counts beside it, and what was meant when nothing fits what was typed."""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from entrepot.kernel.text import Text, pick
from entrepot.search import rules
from entrepot.search.queries import generations
from entrepot.search.rules.dictionary import ENGLISH_WORDS
from entrepot.search.rules.words import is_unspaced
from entrepot.search.terms import (
    REACH,
    Asked,
    CursorUnknown,
    Hits,
    Page,
    Piece,
    ReadableIndex,
    SearchQuery,
    Side,
    Sort,
    Suggestion,
)

SIDES: Final = (Side.CATEGORY, Side.CHANNEL, Side.ORIGIN, Side.SHIPS_TO, Side.PRICE)
# Words that begin with the same letter, looked through for the one that was meant.
_CANDIDATES: Final = 20_000
# A page with fewer hits than this is filled up with what has most of the words.
_FEW: Final = 10


def hits(*, query: SearchQuery, facets: Collection[Side] = SIDES, cursor: str = "") -> Hits:
    """The page of listings for `query`, from the index alone: no statement, whatever the size of the market.

    All words must occur, in any language the dictionary knows; when that finds nothing, the nearest spelling is tried,
    then most of the words. cursor: as given with the page before; takes the place of `query.page`.
    Beyond the reach (9,600 hits) pages are empty. Raises WordsTooLong, CursorUnknown.
    """
    asked = rules.understood(query.words)
    page = replace(query, page=_page_of(cursor) if cursor else max(1, query.page), size=max(1, min(query.size, 200)))
    index = generations.reader()
    if index is None:
        return Hits(index_missing=True)
    if page.page * page.size > REACH:
        return Hits(total=index.search(replace(page, page=1, size=1), asked, needed=len(asked), facets=()).total)

    return _best(index, page, asked, facets)


def suggestions(*, prefix: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """How the last word of what is being typed may go on, most frequent first; empty without an index."""
    index = generations.reader()
    typed = rules.normalised(prefix)[-40:]
    if index is None or not typed:
        return ()
    before, _, last = typed.rpartition(" ")
    found = index.suggest(last, limit=limit)
    return tuple(replace(one, text=f"{before} {one.text}".strip()) for one in found)


def _best(index: ReadableIndex, query: SearchQuery, asked: Sequence[Asked], facets: Collection[Side]) -> Hits:
    found = index.search(query, asked, needed=len(asked), facets=facets)
    if found.total or not asked:
        return _with_also(index, query, asked, found)
    corrected = _corrected(index, query.words)
    if corrected:
        asked = rules.understood(corrected)
        found = index.search(query, asked, needed=len(asked), facets=facets)
        if found.total:
            return replace(_with_also(index, query, asked, found), corrected=corrected)
    if len(asked) > 1:
        found = index.search(query, asked, needed=rules.needed(len(asked), relaxed=True), facets=facets)
        if found.total:
            return replace(_shown(query, asked, found), corrected=corrected, relaxed=True)

    return _shown(query, asked, found)


def _with_also(index: ReadableIndex, query: SearchQuery, asked: Sequence[Asked], found: Page) -> Hits:
    """A short first page, with what has most of the words behind it."""
    shown = _shown(query, asked, found)
    if found.total >= _FEW or len(asked) < 2 or query.page > 1 or query.sort is not Sort.RELEVANCE:
        return shown
    wider = index.search(query, asked, needed=rules.needed(len(asked), relaxed=True), facets=())
    room = query.size - len(found.ids)
    also = tuple(listing_id for listing_id in wider.ids if listing_id not in found.ids)[:room]
    marked = _highlights(query, asked, {listing_id: wider.titles[listing_id] for listing_id in also})
    return replace(shown, also=also, highlights={**shown.highlights, **marked})


def _shown(query: SearchQuery, asked: Sequence[Asked], page: Page) -> Hits:
    following = query.page + 1
    more = query.page * query.size < page.total and following * query.size <= REACH
    return Hits(
        listing_ids=page.ids,
        total=page.total,
        facets=page.facets,
        highlights=_highlights(query, asked, page.titles),
        cursor=_cursor(following) if more else "",
    )


def _highlights(
    query: SearchQuery, asked: Sequence[Asked], titles: Mapping[int, Text]
) -> Mapping[int, tuple[Piece, ...]]:
    return {listing_id: rules.pieces(pick(title, query.language), asked) for listing_id, title in titles.items()}


def _corrected(index: ReadableIndex, text: str) -> str:
    """The text with every unknown word replaced by the nearest known one; empty when there is nothing to replace."""
    typed = rules.whole_words(text)
    meant = [_meant(index, word) for word in typed]
    return " ".join(meant) if tuple(meant) != typed else ""


def _meant(index: ReadableIndex, word: str) -> str:
    if is_unspaced(word) or not rules.slips_allowed(word) or index.knows(rules.stem(word)):
        return word
    # The first letter is mostly right; when it is not, it was mostly swapped with or lost before the second.
    known = [*index.suggest(word[0], limit=_CANDIDATES), *index.suggest(word[1], limit=_CANDIDATES)]
    known += [Suggestion(text, 1) for text in ENGLISH_WORDS]
    return rules.nearest(word, known) or word


def _cursor(page: int) -> str:
    return base64.urlsafe_b64encode(f"p{page}".encode()).decode().rstrip("=")


def _page_of(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as strange:
        raise CursorUnknown from strange
    if not (text[:1] == "p" and text[1:].isascii() and text[1:].isdigit()) or len(text) > 8 or not int(text[1:]):
        raise CursorUnknown
    return int(text[1:])
