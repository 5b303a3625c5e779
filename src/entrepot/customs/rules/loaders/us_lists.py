"""The lists of chapter 99 as the authority's files and notes give them: codes with the days they stand on a list."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from entrepot.customs.terms import TariffUnreadable

_ABSENT: Final = frozenset({"", "NA"})
_DAYS: Final = (
    "effective_date", "effective_date_start", "effective_date_end", "first_effective_date", "effective_from",
)  # fmt: skip
_HEAD_OF_LINE: Final = 8
_SHOWN: Final = 12


class Entry(NamedTuple):
    """A code on a list: digits only, eight for a whole subheading. The last day is not included."""

    code: str
    valid_from: date | None = None
    valid_until: date | None = None


Lists = dict[str, list[Entry]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was noticed in a file and how it was judged. codes: the lines it is about."""

    file: str
    text: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file of the folder must have to be taken: its columns, and fewer rows than this are a torn file."""

    names: tuple[str, ...]
    least: int


# Source: PROVENANCE of the trade data, us/ch99; `least` stands well under the counts given there.
FILES: Final[Mapping[str, Columns]] = {
    "s301_product_lists.csv": Columns(("hts8", "list", "ch99_code"), 10_000),
    "s301_exclusion_lines.csv": Columns(("ch99_code", "hts10"), 150),
    "s301_exclusion_headings.csv": Columns(("ch99_code", "validity_start", "validity_end", "source_note"), 40),
    "note_incidence.csv": Columns(("note", "list", "hts_line", "value"), 10_000),
    "s122_exempt_products.csv": Columns(("hts8",), 1_500),
    "ieepa_exempt_products.csv": Columns(("hts10", "effective_date_start", "effective_date_end"), 3_000),
    "annex_ii_first_appearance.csv": Columns(("prefix", "first_effective_date", "end_effective_date"), 1_000),
    "country_eo_exempt_products.csv": Columns(("ch99_code", "hts10", "effective_date_start"), 800),
    "floor_exempt_products.csv": Columns(("hts8", "category", "country_group", "ch99_code"), 3_000),
    "fentanyl_carveout_products.csv": Columns(("hts8", "ch99_code", "category"), 250),
    "s301_brazil_exempt_products.csv": Columns(("hts8",), 1_500),
    "s301fl_exempt_products.csv": Columns(("hts8",), 1_500),
    "fl301_country_rates.csv": Columns(("ch99_code", "country_iso2", "basis", "rate_pct", "effective_from"), 60),
    "s232_annex_products.csv": Columns(("hts_prefix", "annex", "metal_type", "source", "effective_date"), 900),
    "s232_derivative_products.csv": Columns(("hts_prefix", "ch99_code", "derivative_type", "effective_date"), 500),
    "s232_metal_chapter_products.csv": Columns(("hts_prefix", "metal_type", "kind", "effective_date", "source"), 200),
    "s232_copper_products.csv": Columns(("hts10", "ch99_code"), 60),
    "s232_semi_products.csv": Columns(("hts10", "ch99_code"), 5),
    "s232_pharma_products.csv": Columns(("hts10",), 100),
    "s232_auto_parts.txt": Columns((), 100),
    "s232_mhd_parts.txt": Columns((), 140),
    "s232_aircraft_exempt_taiwan.csv": Columns(("hts8", "ch99_code"), 90),
    "s201_solar_products.csv": Columns(("hts10", "ch99_code"), 3),
    "census_codes.csv": Columns(("Code", "Name"), 200),
    "federal_register_sources.csv": Columns(("authority", "tariff", "effective_date", "fr_number"), 30),
}


def table(*, name: str, text: str) -> list[dict[str, str]]:
    """The rows of a known file. Raises TariffUnreadable with the line for a torn or foreign one."""
    wanted = FILES[name]
    kept = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not wanted.names:
        rows = [{"code": line.strip()} for _, line in kept]
        numbers = [number for number, _ in kept]
    else:
        reader = csv.reader(io.StringIO("\n".join(line for _, line in kept)))
        heads = next(reader, [])
        missing = [column for column in wanted.names if column not in heads]
        if missing:
            raise TariffUnreadable(file=name, why=f"line 1: no column {', '.join(missing)}")
        rows, numbers = [], []
        for (number, _), found in zip(kept[1:], reader, strict=False):
            cells = found
            if len(found) > len(heads) and heads[-1] == "description":
                # Commas of a description at the end of the line, not quoted.
                cells = [*found[: len(heads) - 1], ",".join(found[len(heads) - 1 :])]
            if len(cells) != len(heads):
                raise TariffUnreadable(file=name, why=f"line {number}: {len(cells)} cells instead of {len(heads)}")
            rows.append(dict(zip(heads, cells, strict=True)))
            numbers.append(number)
    if len(rows) < wanted.least:
        raise TariffUnreadable(file=name, why=f"{len(rows)} rows where {wanted.least} or more must stand: it is torn")
    _checked(name, rows, numbers)
    return rows


def _checked(name: str, rows: Sequence[Mapping[str, str]], numbers: Sequence[int]) -> None:
    for number, row in zip(numbers, rows, strict=True):
        for column in ("code", "hts8", "hts10", "hts_prefix", "hts_line", "prefix"):
            found = row.get(column)
            if found is not None and not found.replace(".", "").isdecimal():
                raise TariffUnreadable(file=name, why=f"line {number}: {found!r} is no goods code")
        for column in _DAYS:
            try:
                day(row.get(column, ""))
            except ValueError as wrong:
                raise TariffUnreadable(file=name, why=f"line {number}: {row[column]!r} is no day") from wrong


def day(text: str) -> date | None:
    """A day, or none where the file leaves it open."""
    return None if text in _ABSENT else date.fromisoformat(text)


def after(last: date | None) -> date | None:
    """The first day after a last day."""
    return None if last is None else last + timedelta(days=1)


def code_of(text: str) -> str:
    """A code as prefixes are kept: no dots, leading zero back, and a ten-digit line that stands for its subheading cut."""
    digits = text.replace(".", "").strip()
    if len(digits) in {7, 9}:
        digits = digits.zfill(len(digits) + 1)
    if len(digits) > _HEAD_OF_LINE and not digits[_HEAD_OF_LINE:].strip("0"):
        return digits[:_HEAD_OF_LINE]
    return digits


def entries(rows: Iterable[Mapping[str, str]], *, column: str, since: str = "", last: str = "") -> list[Entry]:
    """One list of a table, without the lines that a shorter code of the same days already covers."""
    found = {
        Entry(code_of(row[column]), day(row[since]) if since else None, after(day(row[last])) if last else None)
        for row in rows
    }
    return sorted(tidied(found), key=lambda entry: (entry.code, entry.valid_from or date.min))


def tidied(found: Iterable[Entry]) -> Iterator[Entry]:
    """The entries that no shorter code of the same days covers."""
    known = set(found)
    for entry in known:
        if not any(entry._replace(code=entry.code[:length]) in known for length in range(4, len(entry.code))):
            yield entry


def plain(codes: Iterable[str]) -> list[Entry]:
    """A list that states no days."""
    return [Entry(code) for code in sorted(set(codes))]


def told(finding: Finding) -> str:
    """A finding as one sentence, with the first of its codes."""
    codes = ", ".join(finding.codes[:_SHOWN]) + (" ..." if len(finding.codes) > _SHOWN else "")
    return f"{finding.file}: {finding.text}" + (f" ({codes})" if codes else "") + "."
