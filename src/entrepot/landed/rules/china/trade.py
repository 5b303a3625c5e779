"""General trade: duty, consumption tax and value added tax on the value with carriage."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from entrepot.customs.rules import leaves_of, restriction_on
from entrepot.landed.rules.china.lookups import must_find, with_carriage
from entrepot.landed.rules.china.taxes import stack
from entrepot.landed.rules.working import ZERO, Line, Sheet, Stop
from entrepot.landed.terms import Span, Status, Step

_DENIED: Final = "unregistered_producer"
_LEAST: Final = 4
# More lines than this under a code say that it is no goods code but a chapter.
_MOST: Final = 200


def trade(sheet: Sheet) -> None:
    """General trade: each tax not levied when it comes to CNY 50 or less. Raises Stop with a range for a short code.

    Source: Tariff Law art. 33; MOF/GACC notices on the minimum of each tax. Read 22 November 2026.
    """
    _producers(sheet)
    choices = [_leaves(sheet, line) for line in sheet.lines]
    if all(len(codes) == 1 for codes in choices):
        sheet.lines = [replace(line, code=codes[0]) for line, codes in zip(sheet.lines, choices, strict=True)]
        _worked(sheet)
        return
    totals = [_extremes(sheet, choices, at) for at in range(len(choices))]
    low, high = (_total(sheet, [codes[end] for codes in totals]) for end in (0, 1))
    for line, codes in zip(sheet.lines, choices, strict=True):
        if len(codes) > 1:
            sheet.say(
                "Line {line}: {count} lines of the schedule stand under {code}.",
                line=line.index,
                count=len(codes),
                code=line.code,
            )
    if low == high:
        sheet.lines = [replace(line, code=codes[0]) for line, codes in zip(sheet.lines, totals, strict=True)]
        sheet.note("A goods code is short; all lines of the schedule under it come to the same.")
        _worked(sheet)
        return
    why = "a goods code is too short to tell the rate"
    raise Stop(Status.RANGE, None, span=Span(low=low, high=high, because=why), regime="general_trade")


def _worked(sheet: Sheet) -> None:
    values = with_carriage(sheet)
    sheet.customs_value = sum(values, ZERO)
    sheet.say("Dutiable value {value}: price, freight and insurance (CIF).", value=sheet.customs_value)
    sheet.regime = "general_trade"
    stack(sheet, values, must_find(sheet, "tax_minimum").amount)


def _leaves(sheet: Sheet, line: Line) -> tuple[str, ...]:
    """The codes to work out for a line: its own, or those under it where the schedule goes deeper than it does."""
    if line.asked.given.duty_pct is not None or len(line.code) < _LEAST:
        return (line.code,)
    if any(row.kind.startswith("duty") for row in sheet.measures(line)):
        return (line.code,)
    found = tuple(goods.code for goods in leaves_of(law=sheet.law, code=line.code))
    deeper = tuple(code for code in found if len(code) > len(line.code))
    return deeper if 0 < len(deeper) <= _MOST else (line.code,)


def _extremes(sheet: Sheet, choices: Sequence[tuple[str, ...]], at: int) -> tuple[str, str]:
    """The codes of one line under which everything comes to the least and to the most, the others at their first."""
    codes = choices[at]
    if len(codes) == 1:
        return codes[0], codes[0]
    first = [options[0] for options in choices]
    totals = {code: _total(sheet, [*first[:at], code, *first[at + 1 :]]) for code in codes}
    return min(codes, key=lambda code: totals[code]), max(codes, key=lambda code: totals[code])


def _total(sheet: Sheet, codes: Sequence[str]) -> Decimal:
    lines = [replace(line, code=code) for line, code in zip(sheet.lines, codes, strict=True)]
    trial = replace(sheet, lines=lines, parts=[], trace=[], notes=[])
    _worked(trial)
    return sum((part.amount for part in trial.parts), ZERO)


def _producers(sheet: Sheet) -> None:
    """Food of an overseas producer needs that producer's registration; only its denial refuses, silence is noted.

    Source: GACC Decree 248 from 1 January 2022, Decree 280 from 1 June 2026.
    """
    for line in sheet.lines:
        stated = line.asked.facts.get("registered_producer")
        if not line.code or stated is True or "registered_producer" in line.claims:
            continue
        rule = restriction_on(
            law=sheet.law, code=line.code, origin=line.asked.origin, mode=_DENIED, claims=frozenset(line.claims)
        )
        if rule is None or _DENIED not in rule.modes:
            continue
        if stated is False:
            text = Step(rule.text["en"])
            sheet.say("Line {line}: {text} ({source})", line=line.index, text=text, source=rule.source)
            sheet.note(rule.text["en"])
            raise Stop(Status.REFUSED, "licence_missing")
        sheet.note("The producer is taken to be registered with Chinese customs ({source}).", source=rule.source)
