"""The Harmonized Tariff Schedule of the United States, as the USITC exports it in JSON: one revision, one edition."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

import msgspec

from entrepot.customs.rules.loaders.files import Loading, TariffFile, table_of, text_of
from entrepot.customs.rules.loaders.us_frame import against_texts
from entrepot.customs.rules.loaders.us_lists import told
from entrepot.customs.rules.rates import marked_out, plain_text, rate_expression, special_rates, unit_of
from entrepot.customs.terms import (
    Dated,
    Goods,
    Measure,
    RateExpression,
    RateUnreadable,
    Relation,
    Rows,
    Speaks,
    SpecialRate,
)

DATES: Final = "revision_dates.csv"
CONCORDANCE: Final = "hts_concordance.csv"
# A whole revision has about 36,000 rows, of them 19,800 of ten digits, in all chapters but the reserved 77.
_WHOLE: Final = 30_000
_CHAPTERS: Final = frozenset(f"{number:02}" for number in range(1, 98) if number != 77)
_CODE: Final = re.compile(r"\d{4}(\.\d{2}){0,3}")
_NAME: Final = re.compile(r"hts_(?P<year>\d{4})_(?P<revision>basic|rev_(?P<number>\d+))\.json")
_LINE_DIGITS: Final = 8
_FULL_DIGITS: Final = 10
# Source: HTS general note 3(b), 2025 and 2026.
_COLUMN_2: Final = frozenset({"BY", "CU", "KP", "RU"})
# Assumed: no staged change of general rates in 2024 is known to us, so the first edition of 2025 is taken to say the
# rates of that year too. No edition of 2024 was read to prove it; every such answer is flagged as assumed.
_FIRST: Final = date(2025, 1, 1)
_REACHES_BACK_TO: Final = date(2024, 1, 1)


class _Footnote(msgspec.Struct, gc=False):
    columns: list[str] | None = None
    value: str | None = None


class _Row(msgspec.Struct, gc=False):
    htsno: str
    indent: str | int
    description: str | None
    units: list[str] | None
    general: str | None
    special: str | None
    other: str | None
    footnotes: list[_Footnote] | None = None


@dataclass(slots=True)
class HtsLine:
    """One row of a revision with a code. code: digits; general, special, other: own texts, empty when it has none.

    above: words of headings without a code between it and the code over it; over: the code whose rates it inherits,
    empty for one that has its own.
    """

    row: int
    code: str
    number: str
    indent: int
    text: str
    above: tuple[str, ...]
    units: tuple[str, ...]
    general: str
    special: str
    other: str
    footnotes: tuple[tuple[str, str], ...]
    over: str = ""
    excepted: list[str] = field(default_factory=list)

    @property
    def rated(self) -> bool:
        """Whether it has rates of its own."""
        return bool(self.general or self.special or self.other)


def read_hts(file: TariffFile, at_least: int = _WHOLE) -> Loading:
    """One revision as rows of law that hold from its day: goods codes, general, special and column-2 rates.

    Its day stands in `revision_dates.csv` beside it; `hts_concordance.csv` tells the successors of codes. Chapter 99
    is left to its own parts. at_least: fewer rows are not a whole revision. Raises TariffUnreadable with the row.
    Source: USITC, Harmonized Tariff Schedule, JSON export; general notes 3(b) and 3(c).
    """
    edition, holds_from = _edition(file)
    rows = _rows(file, at_least)
    lines = _lines(file, rows, at_least)
    successors = _successors(file)
    findings: list[str] = []
    measures = [measure for line in lines if line.rated for measure in _measures(file, line, holds_from)]
    goods = tuple(Dated(_goods(line, successors), holds_from) for line in lines)
    unread = sorted({unit for line in lines for unit in line.units if unit.startswith("?")})
    if unread:
        findings.append(f"Units of no known form: {', '.join(unit[1:] for unit in unread)}.")
    overlays = {row.htsno: row.general or "" for row in rows if row.htsno.startswith("9903.")}
    findings += map(told, against_texts(texts=overlays, on=holds_from, file=file.name))
    back = _REACHES_BACK_TO if holds_from == _FIRST else None
    return Loading(
        edition,
        Rows(
            measures=tuple(measures),
            goods=goods,
            speaks=tuple(Speaks(kind, holds_from, back_to=back) for kind in ("base", "goods")),
            holds_from=holds_from,
        ),
        tuple(findings),
    )


def hts_lines(file: TariffFile, at_least: int = _WHOLE) -> list[HtsLine]:
    """The rows with a code of chapters 1 to 98, in order. Raises TariffUnreadable with the row and what is wrong."""
    return _lines(file, _rows(file, at_least), at_least)


def _lines(file: TariffFile, rows: Sequence[_Row], at_least: int) -> list[HtsLine]:
    lines: list[HtsLine] = []
    known: dict[str, HtsLine] = {}
    # The rows over the present one: indent, code (empty for a heading without one), words, code that holds the rates.
    over: list[tuple[int, str, str, str]] = []
    for number, row in enumerate(rows, start=1):
        indent = _indent(file, row, number)
        while over and over[-1][0] >= indent:
            over.pop()
        text = marked_out(row.description or "")
        if not row.htsno:
            over.append((indent, "", text, over[-1][3] if over else ""))
            continue
        line = _line(file, row, number, indent, text)
        if line.code in known:
            raise file.refuse(f"{line.number} stands there twice", number)
        known[line.code] = line
        line.above = tuple(_above(over))
        rates = over[-1][3] if over else ""
        line.over = "" if line.rated else rates
        if line.rated and rates:
            known[rates].excepted.append(line.code)
        over.append((indent, line.code, text, line.code if line.rated else rates))
        if line.code < "99":
            lines.append(line)
    _whole(file, lines, at_least)
    return lines


def _rows(file: TariffFile, at_least: int) -> list[_Row]:
    try:
        rows = msgspec.json.decode(file.body, type=list[_Row])
    except msgspec.ValidationError as wrong:
        raise file.refuse(f"a row is not of the schedule's form: {wrong}") from wrong
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise file.refuse(f"the text ends or breaks: {wrong}", file.body.count(b"\n") + 1) from wrong
    if len(rows) < at_least:
        raise file.refuse(f"{len(rows):,} rows; a whole revision has {at_least:,} or more")
    return rows


def _indent(file: TariffFile, row: _Row, number: int) -> int:
    try:
        return int(row.indent)
    except ValueError as wrong:
        raise file.refuse(f"the indent {row.indent!r} is no number", number) from wrong


def _line(file: TariffFile, row: _Row, number: int, indent: int, text: str) -> HtsLine:
    if not _CODE.fullmatch(row.htsno):
        raise file.refuse(f"{row.htsno!r} is no code of the schedule", number)
    return HtsLine(
        row=number,
        code=row.htsno.replace(".", ""),
        number=row.htsno,
        indent=indent,
        text=text,
        above=(),
        units=tuple(_units(row.units or ())),
        general=_plain(row.general or ""),
        special=_plain(row.special or ""),
        other=_plain(row.other or ""),
        footnotes=tuple(
            (",".join(note.columns or ()), _plain(note.value or "")) for note in row.footnotes or () if note.value
        ),
    )


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    return plain_text(text)


@lru_cache(maxsize=1024)
def _unit(text: str) -> str:
    return unit_of(text) or f"?{plain_text(text)}"


def _units(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for one in _plain(text).split(" and "):
            if one:
                yield _unit(one)


def _above(over: Sequence[tuple[int, str, str, str]]) -> Iterator[str]:
    start = max((place for place, one in enumerate(over) if one[1]), default=-1)
    return (one[2] for one in over[start + 1 :])


def _whole(file: TariffFile, lines: Sequence[HtsLine], at_least: int) -> None:
    """What a cut or altered file would not have: all chapters, and a general and a column-2 rate for every line."""
    if at_least >= _WHOLE:
        missing = sorted(_CHAPTERS - {line.code[:2] for line in lines})
        if missing:
            raise file.refuse(f"chapter {missing[0]} is missing")
    rated = {line.code: line for line in lines if line.rated}
    for line in lines:
        if len(line.code) < _FULL_DIGITS or line.code >= "98":
            continue
        rates = line if line.rated else rated.get(line.over)
        if rates is None:
            raise file.refuse(f"{line.number} has no rate, and none to inherit", line.row)
        for name, text in (("general", rates.general), ("column 2", rates.other)):
            above = rated.get(rates.code[:_LINE_DIGITS])
            if not text and not (above and (above.general if name == "general" else above.other)):
                raise file.refuse(f"{line.number} has no {name} rate", line.row)


def _measures(file: TariffFile, line: HtsLine, since: date) -> Iterator[Measure]:
    for kind, text, origins, spared in (
        ("general", line.general, frozenset[str](), _COLUMN_2),
        ("column_2", line.other, _COLUMN_2, frozenset[str]()),
    ):
        if text:
            yield _measure(line, f"{kind}.{line.code}", _rate(file, line, text), since, (origins, spared), frozenset())
    try:
        groups = _special(line.special)
    except RateUnreadable as wrong:
        raise file.refuse(
            f"the special rate {line.special!r} of {line.number} is in no form we can read", line.row
        ) from wrong
    known: set[str] = set()
    for group in groups:
        # A special rate without a programme belongs to a provision of chapter 98 and is had by claiming that.
        claims = frozenset(group.programmes) or frozenset({f"98:{line.number}"})
        # Named by its first programme, so that a group that goes does not rename those after it.
        name = group.programmes[0] if group.programmes else "all"
        name += f".{len(known)}" if name in known else ""
        known.add(name)
        key, scope = f"special.{line.code}.{name}", (frozenset[str](), _COLUMN_2)
        yield _measure(line, key, group.rate, since, scope, claims, Relation.INSTEAD)


def _rate(file: TariffFile, line: HtsLine, text: str) -> RateExpression:
    try:
        return _read(text)
    except RateUnreadable as wrong:
        raise file.refuse(f"the rate {text!r} of {line.number} is in no form we can read", line.row) from wrong


@lru_cache(maxsize=8192)
def _read(text: str) -> RateExpression:
    return rate_expression(text=text)


@lru_cache(maxsize=8192)
def _special(text: str) -> tuple[SpecialRate, ...]:
    return special_rates(text=text)


def _measure(
    line: HtsLine,
    key: str,
    rate: RateExpression,
    since: date,
    origins: tuple[frozenset[str], frozenset[str]],
    claims: frozenset[str],
    relation: Relation = Relation.ADD,
) -> Measure:
    nothing = frozenset[str]()
    return Measure(
        key=key,
        kind="base",
        codes=(line.code.removesuffix("00") if len(line.code) == _FULL_DIGITS else line.code,),
        codes_except=tuple(line.excepted),
        origins=origins[0],
        origins_except=origins[1],
        regions=nothing,
        rate=rate,
        base="value",
        relation=relation,
        claim="",
        claims_except=nothing,
        shut_out_by=nothing,
        unit_price=None,
        transit=None,
        valid_from=since,
        valid_until=None,
        unknown_from=None,
        source=f"HTS {line.number}",
        note="",
        claims_any=claims,
    )


def _goods(line: HtsLine, successors: Mapping[str, tuple[str, ...]]) -> Goods:
    return Goods(
        code=line.code,
        text={"en": line.text},
        units=tuple(unit.removeprefix("?") for unit in line.units),
        source=f"HTS {line.number}",
        indent=line.indent,
        above=line.above,
        footnotes=line.footnotes,
        successors=successors.get(line.code, ()),
    )


def _edition(file: TariffFile) -> tuple[str, date]:
    """The revision's name and the day from which its rates hold: the later of the two that the list of days gives."""
    name = _NAME.fullmatch(file.name)
    if name is None:
        raise file.refuse("its name does not tell the revision (hts_2026_rev_10.json, hts_2026_basic.json)")
    year, revision = name["year"], name["revision"]
    edition = f"{year} basic" if revision == "basic" else f"{year} rev. {name['number']}"
    beside = file.beside.get(DATES)
    if beside is None:
        if revision == "basic":
            return edition, date(int(year), 1, 1)
        raise file.refuse(f"{DATES}, which tells the day of a revision, is not beside it")
    text = text_of(body=beside, file=DATES)
    for number, row in table_of(text=text, file=DATES, columns=("revision", "effective_date"), at_least=1):
        if row["revision"] not in ({revision, f"{year}_{revision}"} if year == "2025" else {f"{year}_{revision}"}):
            continue
        days = [row["effective_date"], row.get("policy_effective_date", "NA")]
        try:
            return edition, max(date.fromisoformat(day) for day in days if day not in ("", "NA"))
        except ValueError as wrong:
            raise file.refuse(f"{DATES}, line {number}: {wrong}") from wrong
    raise file.refuse(f"{DATES} has no row for {revision} of {year}")


def _successors(file: TariffFile) -> dict[str, tuple[str, ...]]:
    beside = file.beside.get(CONCORDANCE)
    found: dict[str, list[str]] = {}
    if beside is not None:
        for row in csv.DictReader(io.StringIO(text_of(body=beside, file=CONCORDANCE))):
            old, new = row.get("old_hts10") or "", row.get("new_hts10") or ""
            if old.isdecimal() and new.isdecimal() and old != new and new not in found.setdefault(old, []):
                found[old].append(new)
    return {old: tuple(new) for old, new in found.items()}


def rated_lines(lines: Iterable[HtsLine]) -> dict[str, HtsLine]:
    """The lines of ten digits (or eight, where no finer one is) by code, each with the line that holds its rates."""
    found = list(lines)
    by_code = {line.code: line for line in found}
    finer = Counter(line.code[:_LINE_DIGITS] for line in found if len(line.code) == _FULL_DIGITS)
    return {
        line.code: line if line.rated else by_code[line.over]
        for line in found
        if (line.rated or line.over)
        and (len(line.code) == _FULL_DIGITS or (len(line.code) == _LINE_DIGITS and not finer[line.code]))
    }
