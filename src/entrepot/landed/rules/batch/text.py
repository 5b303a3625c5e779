"""A rate table as text, a block of lines for each goods code."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Final

from entrepot.landed.rules.batch.table import RateTable
from entrepot.landed.rules.batch.units import OPEN, UNIT, Flag

_PERCENT: Final = Decimal(100)
_FINEST: Final = Decimal("0.00001")
_PLACE: Final = "\x00"


def heading(*, table: RateTable) -> str:
    """The names of the columns."""
    return f"code,origin,{','.join(table.kinds)},total,open\n"


def blocks(*, table: RateTable) -> Iterator[str]:
    """For each code its lines, one an origin: rates in percent by kind, their sum, and what is open.

    A sum that is not known by value is left out, never zero.
    """
    made: dict[int, str] = {}
    words = [_cell(table, number) for number in range(len(table.flags))]
    refused = table.refused
    for position, (code, row) in enumerate(zip(table.codes, table.code_class.tolist(), strict=True)):
        if refused is not None and refused[position].any():
            yield _block(table, row, words, refused[position].tolist()).replace(_PLACE, code)
            continue
        block = made.get(row)
        if block is None:
            block = made[row] = _block(table, row, words, [False] * len(table.origins))
        yield block.replace(_PLACE, code)


def _block(table: RateTable, row: int, words: list[str], refused: list[bool]) -> str:
    cells = table.cells[row][table.origin_class].tolist()
    return "".join(
        f"{_PLACE},{origin},{words[cell]}{' refused' if out else ''}\n"
        for origin, cell, out in zip(table.origins, cells, refused, strict=True)
    )


def _cell(table: RateTable, number: int) -> str:
    flags = Flag(int(table.flags[number]))
    rates = [percent_of(rate) if rate else "" for rate in table.rates[number].tolist()]
    if not flags & (Flag.SPECIFIC | Flag.COMPOUND | Flag.UNKNOWN | Flag.SHORT):
        rates[0] = percent_of(int(table.rates[number][0]))
    total = "" if flags & OPEN else percent_of(int(table.totals[number]))
    return f"{','.join(rates)},{total},{flag_words(flags)}"


@cache
def percent_of(rate: int) -> str:
    """Parts of UNIT as a percentage without its sign: 5.3."""
    return f"{(Decimal(rate) * _PERCENT / UNIT).quantize(_FINEST).normalize():f}"


def flag_words(flags: Flag) -> str:
    """The names of the flags: `specific content`."""
    return " ".join(flag.name.lower() for flag in Flag if flag & flags and flag.name)
