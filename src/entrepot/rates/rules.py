"""Turning published rates into the one that is asked for, and reading the ECB's file."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import Final

from entrepot.rates.terms import Rate, RatesUnreadable

# A derived rate keeps ten decimals: finer than any published one, and a plain number to write into a quote.
_FINENESS: Final = Decimal("1e-10")
_PIVOTS: Final = ("EUR", "USD")
ECB: Final = "ECB euro foreign exchange reference rates"
_ABSENT: Final = frozenset({"", "N/A"})


def rate_between(*, base: str, quote: str, known: Mapping[tuple[str, str], Rate], on: date) -> Rate | None:
    """The rate from `base` to `quote`: published, else its inverse, else crossed through EUR or USD, else nothing.

    known: the latest published rates by (base, quote). A derived rate names both sources and the older day.
    """
    if base == quote:
        return Rate(base, quote, Decimal(1), "same currency", on)
    straight = _one_step(base, quote, known)
    if straight is not None:
        return straight
    for pivot in _PIVOTS:
        first, second = _one_step(base, pivot, known), _one_step(pivot, quote, known)
        if first is not None and second is not None:
            return _crossed(first, second)

    return None


def ecb_rates(*, lines: Iterable[str], currencies: frozenset[str] | None = None) -> Iterator[Rate]:
    """The rates in the ECB's own CSV, newest day first as it prints them, units per euro; blanks are skipped.

    currencies: only these. Raises RatesUnreadable naming the line.
    Source: ECB, eurofxref-hist.csv (reuse free with the source named).
    """
    rows = csv.reader(lines)
    head = [name.strip() for name in next(rows, [])]
    if not head or head[0] != "Date":
        raise RatesUnreadable(line=1, why="the first column is not Date")
    wanted = [(i, name) for i, name in enumerate(head) if i and name and (currencies is None or name in currencies)]
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        try:
            on = date.fromisoformat(row[0].strip())
            for i, name in wanted:
                figure = row[i].strip()
                if figure not in _ABSENT:
                    yield Rate("EUR", name, _positive(figure), ECB, on)
        except (ValueError, IndexError, InvalidOperation) as wrong:
            raise RatesUnreadable(line=number, why=str(wrong) or "not a number") from wrong


def _positive(figure: str) -> Decimal:
    value = Decimal(figure)
    if not value.is_finite() or value <= 0:
        raise ValueError(f"{figure} is no rate")
    return value


def _one_step(base: str, quote: str, known: Mapping[tuple[str, str], Rate]) -> Rate | None:
    if base == quote:
        return Rate(base, quote, Decimal(1), "", date.max)
    published = known.get((base, quote))
    if published is not None:
        return published
    turned = known.get((quote, base))
    if turned is None:
        return None
    return Rate(base, quote, _fine(Decimal(1), turned.value), f"{turned.source}, inverted", turned.on)


def _crossed(first: Rate, second: Rate) -> Rate:
    with localcontext() as exact:
        exact.prec = 40
        value = (first.value * second.value).quantize(_FINENESS, ROUND_HALF_EVEN)
    sources = sorted({name.removesuffix(", inverted") for name in (first.source, second.source)})
    source = f"{' and '.join(sources)}, crossed through {first.quote}"
    return Rate(first.base, second.quote, value, source, min(first.on, second.on))


def _fine(above: Decimal, below: Decimal) -> Decimal:
    with localcontext() as exact:
        exact.prec = 40
        # More digits than a crossed rate keeps, so that crossing rounds once.
        return (above / below).quantize(Decimal("1e-20"), ROUND_HALF_EVEN)
