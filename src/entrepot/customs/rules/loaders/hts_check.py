"""A revision of the HTS against another project's table of its rates: every line that disagrees, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from entrepot.customs.rules.loaders.files import table_of
from entrepot.customs.rules.loaders.hts import HtsLine, rated_lines
from entrepot.customs.rules.rates import rate_expression
from entrepot.customs.terms import Capped, Disposition, RateExpression

_COLUMNS: Final = ("hts_line10", "general_disposition", "general_rate", "column2_disposition", "column2_rate")
_LEAST: Final = 10_000
_STEP: Final = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that disagrees. ours, theirs: the kind of rate and the rate; why: the class it is explained by."""

    code: str
    column: str
    ours: str
    theirs: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """What comparing found. dispositions: ours, by kind and column; missing, extra: lines that only one side has."""

    lines: int
    cells: int
    differences: tuple[Difference, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    dispositions: Mapping[str, int]


def agreement(*, lines: Iterable[HtsLine], table: str, file: str, at_least: int = _LEAST) -> Agreement:
    """How the rates of a revision agree with a table of lines, dispositions and rates as fractions.

    Raises TariffUnreadable for a table that is not whole.
    """
    rated = {code: line for code, line in rated_lines(lines).items() if code < "98"}
    ours = {_line_of(line): line for line in rated.values()}
    found, counts, seen = [], Counter[str](), set()
    missing = []
    for _, row in table_of(text=table, file=file, columns=_COLUMNS, at_least=at_least):
        code = row["hts_line10"]
        line = ours.get(code) or rated.get(code)
        if line is None:
            if code < "98":
                missing.append(code)
            continue
        seen.add(_line_of(line))
        for column, text in (("general", line.general), ("column2", line.other)):
            rate = rate_expression(text=text) if text else None
            counts[f"{column} {rate.disposition if rate else 'empty'}"] += 1
            difference = _difference(code, column, rate, row)
            if difference is not None:
                found.append(difference)
    extra = sorted(code for code in ours if code not in seen)
    return Agreement(len(seen), sum(counts.values()), tuple(found), tuple(missing), tuple(extra), dict(counts))


def _line_of(line: HtsLine) -> str:
    return f"{line.code}00" if len(line.code) == len("00000000") else line.code


def _difference(code: str, column: str, rate: RateExpression | None, row: Mapping[str, str]) -> Difference | None:
    theirs, their_rate = row[f"{column}_disposition"], row[f"{column}_rate"]
    ours = rate.disposition.value if rate else ""
    ratio = rate.ad_valorem if rate else None
    same_rate = not their_rate or (ratio is not None and abs(Decimal(their_rate) - ratio) < _STEP)
    if ours == theirs and same_rate:
        return None
    return Difference(
        code,
        column,
        f"{ours} {ratio if ratio is not None else ''}".strip(),
        f"{theirs} {their_rate}".strip(),
        rate.text if rate else "",
        _why(rate, theirs, same=same_rate),
    )


def _why(rate: RateExpression | None, theirs: str, *, same: bool) -> str:
    """The class that explains a difference; `the rate differs` is the one that should worry."""
    if rate is None:
        return "the line prints one column only and inherits the other"
    if not same:
        return "the rate differs"
    if "/" in rate.text and rate.disposition is Disposition.AD_VALOREM:
        return "a percentage with a fraction, computed here and left open there"
    if any(isinstance(term, Capped) for term in rate.terms):
        return "a sum under a cap, which needs another duty here and is called compound there"
    if "entire set" in rate.text:
        return "on the entire set: of the whole value here, of a part there"
    return f"{rate.disposition.value} is called {theirs} there"
