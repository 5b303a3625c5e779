"""Prices that hold the duty already: what is dutiable is what is left when the duty is taken out."""

from decimal import Decimal
from typing import Final

from entrepot.landed.rules.us.line import line_duties
from entrepot.landed.rules.working import CENT, Line, Sheet

_CENTS: Final = Decimal(100)


def duty_taken_out(sheet: Sheet) -> None:
    """Take the duty out of delivered prices that state it separately (facts `ddp` and `duty_itemised`). Raises Stop.

    Source: 19 USC 1401a(b)(4)(B): customs duties are left out of the transaction value only when identified separately.
    """
    for line in sheet.lines:
        if not line.asked.facts.get("ddp"):
            continue
        if not line.asked.facts.get("duty_itemised"):
            sheet.note("Line {line}: the price holds the duty without stating it; the whole price is dutiable.",
                       line=line.index)  # fmt: skip
            continue
        price = line.value
        line.value = _left(sheet, line, price)
        sheet.say("Line {line}: of the delivered price {price} duty is counted on {value} (19 USC 1401a).",
                  line=line.index, price=price, value=line.value)  # fmt: skip
    sheet.customs_value = sheet.goods_value


def _left(sheet: Sheet, line: Line, price: Decimal) -> Decimal:
    """The most that with its own duty is not over the price, to the cent."""
    low, high = 0, int(price * _CENTS)
    while low < high:
        middle = (low + high + 1) // 2
        line.value = Decimal(middle) / _CENTS
        if line.value + _duty(sheet, line) <= price:
            low = middle
        else:
            high = middle - 1
    return (Decimal(low) / _CENTS).quantize(CENT)


def _duty(sheet: Sheet, line: Line) -> Decimal:
    parts, steps, notes = len(sheet.parts), len(sheet.trace), len(sheet.notes)
    due = line_duties(sheet, line).high
    del sheet.parts[parts:], sheet.trace[steps:], sheet.notes[notes:]
    return due
