"""The special column: groups of a rate and the programmes in brackets that it is for."""

import re
from typing import Final

from entrepot.customs.rules.rates.grammar import rate_expression
from entrepot.customs.rules.rates.words import plain_text
from entrepot.customs.terms import RateUnreadable, SpecialRate

# Source: HTS general note 3(c)(i), 2026: programme symbols; CA and MX are printed in old lines.
_SYMBOL: Final = r"[A-Z]{1,2}[*+]?"
_GROUP: Final = re.compile(rf"\(\s*({_SYMBOL}(?:[\s,.]+{_SYMBOL})*)[\s,.]*\)")
_SYMBOLS: Final = re.compile(_SYMBOL)
_LOOSE: Final = re.compile(r"\((see .+|U\.S\. note.+)\)", re.IGNORECASE)


def special_rates(*, text: str) -> tuple[SpecialRate, ...]:
    """The groups of a special cell in order; none for an empty one. Raises RateUnreadable.

    Source: HTS general note 3(c), special column of 19 revisions.
    """
    plain = plain_text(text)
    found, start = [], 0
    for group in _GROUP.finditer(plain):
        words = plain[start : group.start()].strip(" ,;")
        if not words:
            raise RateUnreadable(text=text)
        found.append(SpecialRate(rate_expression(text=words), tuple(_SYMBOLS.findall(group[1]))))
        start = group.end()
    rest = plain[start:].strip(" ,;")
    if rest:
        # A rate without a programme stands for all who meet what the line says; a note in brackets is its condition.
        loose = _LOOSE.search(rest)
        words = (rest[: loose.start()] if loose and loose.start() else rest).strip()
        found.append(SpecialRate(rate_expression(text=words), ()))
    return tuple(found)
