"""Chapter 99 of the US tariff: our frame of headings filled with the lists of the authority's files, part by part.

The frame (`starter/us_ch99.toml`) says what each heading charges and when; the files say which goods it falls on. Files
that contradict each other are not averaged: the note text is followed, and the difference is a finding.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from entrepot.customs.rules.loaders.us_lists import Entry, Finding, Lists
from entrepot.customs.rules.loaders.us_sources import lists_of
from entrepot.customs.rules.starter import Table, measures_of
from entrepot.customs.terms import Measure, Rows, Speaks, TariffUnreadable

FRAME: Final = "us_ch99.toml"
_FL_RATES: Final = "fl301_country_rates.csv"
# Source: HTS 9903.05.96 to 9903.06.21: countries whose agreements spare listed goods; the lists are not to be had.
_DEALS: Final = frozenset("AR BD CH EC EU GB GT ID JO KH MY SV TW".split())
_DEAL: Final = "Goods listed for the country in US note 52(j) are spared; those lists are not loaded."
# What a part answers alone once it is loaded; the starter is silent there.
_SPEAKS: Final[Mapping[str, tuple[str, ...]]] = {
    "us.ch99.s301_cn": ("s301_cn",),
    "us.ch99.s301_br": ("s301_br",),
    "us.ch99.s301_fl": ("s301_fl",),
    "us.ch99.ieepa": ("ieepa_fentanyl", "ieepa_reciprocal", "ieepa_india", "ieepa_brazil"),
    "us.ch99.s122": ("s122",),
    "us.ch99.s201": ("s201",),
    "us.ch99.s232": ("s232",),
}


@dataclass(frozen=True, slots=True)
class Chapter99:
    """Rows by part, and what was noticed. missing: parts that could not be made, with the files they lack."""

    parts: Mapping[str, Rows]
    findings: tuple[Finding, ...]
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def chapter_99(*, frame: str, files: Mapping[str, str], only: str = "") -> Chapter99:
    """The parts of chapter 99 that these files can fill, or `only` one. files: text by name; others are left alone.

    A part whose lists are not all there is not made: a heading without its exemptions would charge too much. Raises
    TariffUnreadable, and then nothing is made.
    """
    try:
        tables = tomllib.loads(frame)
    except tomllib.TOMLDecodeError as wrong:
        raise TariffUnreadable(file=FRAME, why=str(wrong)) from wrong
    areas = {name: frozenset(members) for name, members in tables.get("areas", {}).items()}
    lists, findings = lists_of(files)
    written: dict[str, list[Table]] = defaultdict(list)
    for one in tables.get("measure", []):
        if only in {"", one["part"]}:
            written[str(one["part"])].append(one)
    parts, missing = {}, {}
    for part, rows in written.items():
        lacking = sorted({name for row in rows for name in _named(row) if name not in lists})
        if part == "us.ch99.s301_fl" and _FL_RATES not in files:
            lacking.append(_FL_RATES)
        if lacking:
            missing[part] = tuple(lacking)
            continue
        filled = [piece for row in rows for piece in _filled(row, lists)]
        if part == "us.ch99.s301_fl":
            filled = [*_forced_labour(lists["301_fl.rates"]), *filled]
        measures = measures_of(tables=filled, areas=areas, file=FRAME)
        parts[part] = Rows(measures=measures, areas=areas, speaks=_speaks(part, measures))
    return Chapter99(parts, tuple(findings), missing)


def _named(row: Table) -> Iterator[str]:
    for column in ("lists", "lists_except"):
        found = row.get(column, [])
        if isinstance(found, list):
            yield from (str(name) for name in found)


def _speaks(part: str, measures: Iterable[Measure]) -> tuple[Speaks, ...]:
    first: dict[str, date] = {}
    for measure in measures:
        first[measure.kind] = min(first.get(measure.kind, date.max), measure.valid_from)
    return tuple(Speaks(kind, first[kind]) for kind in _SPEAKS[part] if kind in first)


def _filled(row: Table, lists: Lists) -> Iterator[dict[str, object]]:
    """The row with its codes, once for each period that its lists state."""
    plain = {name: value for name, value in row.items() if name not in {"part", "lists", "lists_except"}}
    if "lists" not in row and "lists_except" not in row:
        yield plain
        return
    inside = [entry for name in _texts(row, "lists") for entry in lists[name]]
    outside = [entry for name in _texts(row, "lists_except") for entry in lists[name]]
    own = _texts(row, "codes")
    starts, ends = _day(row, "valid_from"), row.get("valid_until")
    periods: dict[tuple[date, date | None], list[str]] = defaultdict(list)
    for entry in inside:
        since = max(starts, entry.valid_from or date.min)
        until = _earlier(ends if isinstance(ends, date) else None, entry.valid_until)
        if until is None or since < until:
            periods[since, until].append(entry.code)
    if own or "lists" not in row:
        periods[starts, ends if isinstance(ends, date) else None].extend(own or [""])
    whole = len(periods) == 1
    for (since, until), codes in sorted(periods.items(), key=lambda one: (one[0][0], one[0][1] or date.max)):
        key = str(row["key"]) if whole else f"{row['key']}.{since:%Y%m%d}-{until:%Y%m%d}" if until else ""
        piece = plain | {
            "key": key or f"{row['key']}.{since:%Y%m%d}",
            "codes": sorted(set(codes)),
            "codes_except": sorted({*_texts(row, "codes_except"), *_overlapping(outside, since, until)}),
            "valid_from": since,
        }
        piece.pop("valid_until", None)
        yield piece | ({"valid_until": until} if until else {})


def _forced_labour(rows: Sequence[Entry]) -> Iterator[dict[str, object]]:
    """The countries' headings as the list of headings gives them; `code` carries heading, country, basis and rate."""
    for entry in rows:
        heading, country, basis, rate = entry.code.split("|")
        yield {
            "key": f"s301_fl.{country.lower()}",
            "kind": "s301_fl",
            "rate": f"{rate.removesuffix('.0')}%",
            "relation": "top_up" if basis == "net_of_mfn_total" else "add",
            "origins": [country],
            "claims_except": ["USMCA", "informational", "donation", "99:9903.05.95"],
            "shut_out_by": ["s232"],
            "valid_from": entry.valid_from,
            "in_transit": {"loaded_before": date(2026, 7, 24), "entered_before": date(2026, 7, 28)},
            "source": f"HTS {heading}, US note 52 to chapter 99 (2026 rev. 19)",
            "note": _DEAL if country in _DEALS else "",
        }


def _overlapping(entries: Iterable[Entry], since: date, until: date | None) -> Iterator[str]:
    for entry in entries:
        begins_in_time = until is None or entry.valid_from is None or entry.valid_from < until
        if begins_in_time and (entry.valid_until is None or since < entry.valid_until):
            yield entry.code


def _texts(row: Table, name: str) -> list[str]:
    found = row.get(name, [])
    return [str(item) for item in found] if isinstance(found, list) else []


def _day(row: Table, name: str) -> date:
    found = row.get(name)
    if not isinstance(found, date):
        raise TariffUnreadable(file=FRAME, why=f"{row.get('key')} lacks the day {name}")
    return found


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(filter(None, (one, other)), default=None)
