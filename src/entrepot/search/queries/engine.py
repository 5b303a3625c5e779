"""The embedded engine's reading half: a query object in, ids and counts out."""

import json
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import tantivy

from entrepot.kernel.text import Text
from entrepot.search import rules
from entrepot.search.queries import schema as columns
from entrepot.search.rules.words import is_unspaced
from entrepot.search.terms import Asked, Facet, FacetValue, Page, SearchQuery, Side, Sort, Suggestion

Query = tantivy.Query
_MUST: Final = tantivy.Occur.Must
_SHOULD: Final = tantivy.Occur.Should
# Values counted per facet; more than any market's channels, countries or categories on one page.
_VALUES_MAX: Final = 1_000
# What the word as typed counts against the same in the other language, and against a synonym in its own.
_TYPED, _TRANSLATION, _SYNONYM = 5, 4, 1
# What it adds that two words stand side by side in the title as they were typed.
_TOGETHER = 3
_SUGGEST_SCAN: Final = 20_000


class TantivyReader:
    """One generation, opened for reading; safe to share between threads. `reload` shows the last commit."""

    def __init__(self, path: Path) -> None:
        self._index = tantivy.Index.open(str(path))
        self._index.config_reader("manual")
        self._index.reload()
        self._schema = self._index.schema

    def reload(self) -> None:
        """Look at the last commit from now on; searches under way keep what they have."""
        self._index.reload()

    def documents(self) -> int:
        """How many listings the generation holds."""
        return int(self._index.searcher().num_docs)

    def search(self, query: SearchQuery, asked: Sequence[Asked], *, needed: int, facets: Collection[Side]) -> Page:
        """The page of `query`; at least `needed` of `asked` occur in each hit. Two passes, one more per narrowed facet."""
        searcher = self._index.searcher()
        words = self._words(asked, needed)
        narrowed = self._narrowed(query)
        whole = self._all_of(words, narrowed.values())
        total, addresses = _found(searcher, whole, query, asked=bool(asked))
        ids = tuple(int(key or 0) for key in searcher.fast_field_values("id", addresses)) if addresses else ()
        titles = {
            listing_id: _titles(searcher.doc(address)) for listing_id, address in zip(ids, addresses, strict=True)
        }
        plain = [side for side in facets if side not in narrowed]
        counts = self._counts(searcher, whole, plain, query) if total else {}
        for side in facets:
            if side in narrowed:
                others = [one for other, one in narrowed.items() if other != side]
                counts |= self._counts(searcher, self._all_of(words, others), [side], query)
        return Page(ids, total, {side: counts.get(side, Facet(side, ())) for side in facets}, titles)

    def suggest(self, prefix: str, *, limit: int) -> tuple[Suggestion, ...]:
        """Words people wrote in titles that begin with `prefix`, most frequent first."""
        if not prefix:
            return ()
        found = self._index.searcher().terms_with_prefix("words", prefix, None, _SUGGEST_SCAN)
        ranked = sorted(found, key=lambda entry: (-entry[1], entry[0]))
        return tuple(Suggestion(text, int(count)) for text, count in ranked[:limit])

    def knows(self, token: str) -> bool:
        """Whether any listing has the token."""
        searcher = self._index.searcher()
        return any(searcher.doc_freq(column, token) for column, _ in _columns_for(token))

    def _words(self, asked: Sequence[Asked], needed: int) -> Query:
        if not asked:
            return Query.all_query()
        if needed >= len(asked):
            words = Query.boolean_query([(_MUST, self._one(each)) for each in asked])
        else:
            words = Query.boolean_query([(_SHOULD, self._one(each)) for each in asked], needed)
        together = self._together([token for each in asked for token in each.tokens])
        return Query.boolean_query([(_MUST, words), *((_SHOULD, pair) for pair in together)]) if together else words

    def _together(self, tokens: Sequence[str]) -> list[Query]:
        pairs = [pair for pair in pairwise(tokens) if is_unspaced(pair[0]) == is_unspaced(pair[1])]
        return [
            Query.boost_query(Query.phrase_query(self._schema, _column("title", pair[0]), list(pair), 1), _TOGETHER)
            for pair in pairs
        ]

    def _one(self, asked: Asked) -> Query:
        """One thing asked for: as typed, or in any other way; the best way counts."""
        typed = [self._token(token) for token in asked.tokens]
        plain = typed[0] if len(typed) == 1 else Query.boolean_query([(_MUST, part) for part in typed])
        if not asked.others:
            return plain
        script = is_unspaced(asked.tokens[0])
        others = [
            Query.boost_query(self._phrase(other), _SYNONYM if is_unspaced(other[0]) == script else _TRANSLATION)
            for other in asked.others
        ]
        return Query.disjunction_max_query([Query.boost_query(plain, _TYPED), *others])

    def _token(self, token: str) -> Query:
        places = [
            Query.boost_query(Query.term_query(self._schema, column, token, index_option="freq"), weight)
            for column, weight in _columns_for(token)
        ]
        return Query.boolean_query([(_SHOULD, place) for place in places])

    def _phrase(self, tokens: Sequence[str]) -> Query:
        """Words that only mean the same when they stand together."""
        if len(tokens) == 1:
            return self._token(tokens[0])
        if len({is_unspaced(token) for token in tokens}) > 1:  # the scripts lie in columns of their own
            return Query.boolean_query([(_MUST, self._token(token)) for token in tokens])
        places = [
            Query.boost_query(Query.phrase_query(self._schema, column, list(tokens), 1), weight)
            for column, weight in _columns_for(tokens[0])
        ]
        return Query.boolean_query([(_SHOULD, place) for place in places])

    def _narrowed(self, query: SearchQuery) -> dict[str, Query]:
        """The filters by the facet they belong to; those of merchant and stock to none."""
        values = {
            Side.CATEGORY: query.category, Side.CHANNEL: query.channel, Side.ORIGIN: query.origin,
            Side.SHIPS_TO: query.ships_to, Side.BRAND: query.brand.lower(),
        }  # fmt: skip
        narrowed: dict[str, Query] = {
            side: Query.term_query(self._schema, columns.COLUMNS[side], value, index_option="basic")
            for side, value in values.items()
            if value
        }
        if query.price_min_minor is not None or query.price_max_minor is not None:
            narrowed[Side.PRICE] = Query.range_query(
                self._schema, columns.price_column(currency=query.currency), tantivy.FieldType.Integer,
                query.price_min_minor, query.price_max_minor,
            )  # fmt: skip
        if query.merchant_id is not None:
            narrowed["merchant"] = Query.term_query(self._schema, "merchant", query.merchant_id)
        if query.in_stock:
            narrowed["in_stock"] = Query.term_query(self._schema, "in_stock", field_value=True)
        return narrowed

    def _all_of(self, words: Query, narrowed: Iterable[Query]) -> Query:
        filters = [(_MUST, Query.const_score_query(one, 0)) for one in narrowed]
        return Query.boolean_query([(_MUST, words), *filters]) if filters else words

    def _counts(
        self, searcher: tantivy.Searcher, query: Query, sides: Sequence[Side], asked: SearchQuery
    ) -> dict[Side, Facet]:
        asks = {side.value: _counting(side, asked.currency) for side in sides}
        if not asks:
            return {}
        answer = searcher.aggregate(query, asks)
        return {side: _facet(side, answer[side.value]["buckets"], asked) for side in sides}


def _column(place: str, token: str) -> str:
    """The column of `place` that holds tokens of this script."""
    return f"{place}_{columns.UNSPACED if is_unspaced(token) else columns.SPACED}"


def _columns_for(token: str) -> list[tuple[str, int]]:
    return [(_column(place, token), weight) for place, weight in columns.WEIGHTS.items()]


def _found(
    searcher: tantivy.Searcher, whole: Query, query: SearchQuery, *, asked: bool
) -> tuple[int, list[tantivy.DocAddress]]:
    """How many there are, and where those of the page lie, in the asked order."""
    by, order, weight = None, tantivy.Order.Desc, None
    match query.sort:
        case Sort.PRICE_UP:
            by, order = columns.price_column(currency=query.currency), tantivy.Order.Asc
        case Sort.PRICE_DOWN:
            by = columns.price_column(currency=query.currency)
        case Sort.NEWEST:
            by = "published"
        case Sort.RELEVANCE if asked:
            weight = "weight"
        case Sort.RELEVANCE:
            by = "rank"
    found = searcher.search(
        whole,
        query.size,
        order_by_field=by,
        offset=(query.page - 1) * query.size,
        order=order,
        weight_by_field=weight,
    )
    return int(found.count), [address for _, address in found.hits]  # type: ignore[attr-defined] # not in its stubs


def _counting(side: Side, currency: str) -> dict[str, object]:
    if side is not Side.PRICE:
        return {"terms": {"field": columns.COLUMNS[side], "size": _VALUES_MAX}}
    ranges = [
        {name: edge for name, edge in (("from", start or None), ("to", end)) if edge is not None}
        for start, end in rules.bands(currency)
    ]
    return {"range": {"field": columns.price_column(currency=currency), "ranges": ranges}}


def _facet(side: Side, buckets: Sequence[dict[str, object]], asked: SearchQuery) -> Facet:
    if side is Side.PRICE:
        counted = [
            (rules.band_value(band), _whole(b)) for band, b in zip(rules.bands(asked.currency), buckets, strict=True)
        ]
        chosen = rules.band_value(
            (asked.price_min_minor or 0, None if asked.price_max_minor is None else asked.price_max_minor + 1)
        )
        narrowed = asked.price_min_minor is not None or asked.price_max_minor is not None
        return Facet(
            side, tuple(FacetValue(value, count, chosen=narrowed and value == chosen) for value, count in counted)
        )
    chosen = {
        Side.CATEGORY: asked.category, Side.CHANNEL: asked.channel, Side.ORIGIN: asked.origin,
        Side.SHIPS_TO: asked.ships_to, Side.BRAND: asked.brand.lower(),
    }[side]  # fmt: skip
    values = sorted(((str(b["key"]), _whole(b)) for b in buckets), key=lambda entry: (-entry[1], entry[0]))
    return Facet(side, tuple(FacetValue(value, count, chosen=value == chosen) for value, count in values))


def _whole(bucket: dict[str, object]) -> int:
    return int(str(bucket["doc_count"]))


def _titles(document: tantivy.Document) -> Text:
    kept = document.get_first("titles")
    titles: dict[str, str] = json.loads(kept) if kept else {}
    return titles
