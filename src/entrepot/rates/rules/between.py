"""Turning published rates into the one that is asked for."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final

from entrepot.rates.terms import Rate

# A derived rate keeps ten decimals: finer than any published one, and a plain number to write into a quote.
_FINENESS: Final = Decimal("1e-10")
_PIVOTS: Final = ("EUR", "USD")


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
