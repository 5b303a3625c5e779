"""An authority's parts sorted once by goods-code prefix, so that a line of any day is answered by a few look-ups."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from entrepot.customs.terms import Dated, Entry, Goods, Law, LawIndex, Measure, Rows, Speaks, Threshold, Value

Span = tuple[date, date | None]
# Long enough that filtering by day at every look-up would be felt.
_LONG: Final = 12
_ALWAYS: Final = date.max.toordinal()


def compiled(*, destination: str, currency: str, on: date, rows: Rows, version: str) -> Law:
    """The law of `destination` on `on`, of one set of rows."""
    return Law(destination, on, indexed(currency=currency, version=version, official=rows, starter=Rows()))


def indexed(*, currency: str, version: str, official: Rows, starter: Rows) -> LawIndex:
    """The index of an authority's law: its official parts, and of the starter what no official part speaks for.

    Which kinds, codes and days those are, `official.speaks` says. Where it is told to reach back, rows that begin on
    its first day answer the days before too; their own `valid_from` shows that this is assumed.
    """
    speaks = official.speaks
    measures = (*official.measures, *starter.measures)
    back = {(said.kind, said.valid_from): said.back_to for said in speaks if said.back_to}
    speaks = tuple(replace(said, valid_from=said.back_to or said.valid_from) for said in speaks)
    entries = _entries(measures, len(official.measures), speaks, back)
    goods: dict[str, list[Dated[Goods]]] = {}
    held = (replace(one, valid_from=back.get(("goods", one.valid_from)) or one.valid_from) for one in official.goods)
    for good in (*held, *_unspoken(starter.goods, speaks, _goods_scope)):
        goods.setdefault(good.value.code, []).append(good)
    thresholds: dict[str, list[Dated[Threshold]]] = {}
    for row in (*official.thresholds, *_unspoken(starter.thresholds, speaks, lambda one: (one.name, ""))):
        thresholds.setdefault(row.value.name, []).append(row)
    return LawIndex(
        currency=currency,
        version=version,
        areas={**starter.areas, **official.areas},
        measures=measures,
        entries=entries,
        lengths=tuple(sorted({len(prefix) for prefix in (*entries, *goods)}, reverse=True)),
        goods={code: tuple(found) for code, found in goods.items()},
        codes=tuple(sorted(goods)),
        speaks=speaks,
        fees=(*official.fees, *_unspoken(starter.fees, speaks, lambda one: (one.kind, ""))),
        thresholds={name: tuple(found) for name, found in thresholds.items()},
        restrictions=(
            *official.restrictions,
            *_unspoken(starter.restrictions, speaks, lambda _: ("restriction", "")),
        ),
    )


def entries_on(*, law: Law, prefix: str) -> Sequence[Entry]:
    """What stands at a prefix on the law's day."""
    found = law.index.entries.get(prefix, ())
    day = law.on.toordinal()
    if len(found) <= _LONG:
        return [entry for entry in found if entry.since <= day < entry.until]
    kept = law.today.get(prefix)
    if kept is None:
        kept = tuple(entry for entry in found if entry.since <= day < entry.until)
        law.today[prefix] = kept
    return kept


def _entries(
    measures: Sequence[Measure],
    official: int,
    speaks: Sequence[Speaks],
    back: Mapping[tuple[str, date], date | None],
) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = {}
    by_kind: dict[str, list[Speaks]] = {}
    for said in speaks:
        by_kind.setdefault(said.kind, []).append(said)
    everything = by_kind.get("", [])
    for number, measure in enumerate(measures):
        since = measure.valid_from
        if number < official:
            since = back.get((measure.kind, since)) or since
        own = (since, measure.valid_until)
        above = [] if number < official else [*everything, *by_kind.get(measure.kind, [])]
        for codes, inside in ((measure.codes, True), (measure.codes_except, False)):
            for prefix in codes:
                spans = _left(own, above, prefix) if above else (own,)
                for begin, until in spans:
                    end = _ALWAYS if until is None else until.toordinal()
                    found.setdefault(prefix, []).append(Entry(number, inside, begin.toordinal(), end))
    return {prefix: tuple(rows) for prefix, rows in found.items()}


def _goods_scope(goods: Goods) -> tuple[str, str]:
    return "goods", goods.code


def _unspoken(
    rows: Iterable[Dated[Value]], speaks: Sequence[Speaks], scope: Callable[[Value], tuple[str, str]]
) -> Iterator[Dated[Value]]:
    for row in rows:
        kind, code = scope(row.value)
        above = [said for said in speaks if said.kind in ("", kind)]
        for since, until in _left((row.valid_from, row.valid_until), above, code):
            yield Dated(row.value, since, until)


def _left(span: Span, speaks: Iterable[Speaks], code: str) -> list[Span]:
    """What remains of a period when those periods are taken out in which a part speaks for the code."""
    left = [span]
    for said in speaks:
        if not any(code.startswith(prefix) for prefix in said.codes):
            continue
        left = [piece for one in left for piece in _without(one, (said.valid_from, said.valid_until))]
    return left


def _without(span: Span, out: Span) -> Iterator[Span]:
    (since, until), (out_since, out_until) = span, out
    if (until is not None and until <= out_since) or (out_until is not None and out_until <= since):
        yield span
        return
    if since < out_since:
        yield since, out_since
    if out_until is not None and (until is None or out_until < until):
        yield out_until, until
