"""Our frame of chapter 99 against what the files say themselves: a revision's own rate texts, and a table of rates by day.

What differs is told at the load and refuses nothing: the frame is written from the notes and orders, and is judged by hand.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from entrepot.customs.rules.loaders.us_ch99 import FRAME
from entrepot.customs.rules.loaders.us_lists import Finding
from entrepot.customs.rules.starter import measures_of
from entrepot.customs.rules.us_matrix import CENSUS
from entrepot.customs.terms import Measure, Relation, TariffUnreadable

TIMELINE: Final = "authority_rate_timeline.json"
_HEADINGS: Final = re.compile(r"9903\.\d\d\.\d\d|(?<!\d)\.\d\d\b|\bto\b|\bof\b")
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?) ?(?:%|percent)")
_WHOLE: Final = Decimal(100)
# A country that no action names: what holds for all others.
_OTHERS: Final = "KE"
# Our keys for the table's names of authority and tariff.
_KEYS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("s232", "steel"): ("s232.metals.steel",),
    ("s232", "aluminum"): ("s232.metals.aluminium",),
    ("s232", "copper"): ("s232.metals.copper",),
    ("s232", "autos"): ("s232.autos.",),
    ("s232", "auto_parts"): ("s232.parts.",),
    ("s232", "softwood_lumber"): ("s232.wood.lumber",),
    ("s232", "wood_furniture"): ("s232.wood.furniture",),
    ("s232", "kitchen_cabinets"): ("s232.wood.cabinets",),
    ("s232", "buses"): ("s232.mhd.buses",),
    ("s232", "mhd_vehicles"): ("s232.mhd.vehicles",),
    ("s232", "mhd_parts"): ("s232.mhd_parts.",),
    ("s232", "semiconductors"): ("s232.semi.",),
    ("s232", "pharmaceuticals"): ("s232.pharma.",),
    ("s301", "china_301"): ("s301_cn.",),
    ("s122", "section_122"): ("s122.",),
    ("ieepa", "fentanyl"): ("ieepa_fentanyl.",),
    ("ieepa", "reciprocal"): ("ieepa_reciprocal.",),
}


class _Step(msgspec.Struct):
    base_date: date | None = None
    base_rate: Decimal | None = None
    adjust_date: date | None = None
    adjust_rate: Decimal | None = None
    census_code: str = ""


class _Tariff(msgspec.Struct):
    tariff_authority: str
    tariff_name: str
    effective_date: list[_Step]


@cache
def frame() -> str:
    """Our headings of chapter 99, as they ship."""
    return files("entrepot.customs").joinpath("starter", FRAME).read_text(encoding="utf-8")


@cache
def _framed() -> tuple[Measure, ...]:
    tables = tomllib.loads(frame())
    areas = {name: frozenset(members) for name, members in tables.get("areas", {}).items()}
    own = ("part", "lists", "lists_except")
    rows = ({name: value for name, value in one.items() if name not in own} for one in tables["measure"])
    return measures_of(tables=rows, areas=areas, file=FRAME)


def against_texts(*, texts: Mapping[str, str], on: date, file: str) -> Iterator[Finding]:
    """Rows of the frame in force on a revision's day whose headings that revision prints otherwise, or not at all.

    texts: the general rate by heading, 9903.88.03. Headings without a percentage of their own are passed over.
    """
    if not texts:
        return
    absent, other = [], []
    for measure in _framed():
        named = headings_of(measure.source)
        if not named or not _holds(measure, on) or measure.relation is Relation.EXEMPT:
            continue
        printed = [heading for heading in named if heading in texts]
        rates = {Decimal(found) / _WHOLE for heading in printed for found in _PERCENT.findall(texts[heading])}
        ours = measure.rate.ad_valorem
        if not printed:
            absent.append(f"{measure.key} {named[0]}")
        elif rates and ours is not None and ours not in rates:
            told = " or ".join(sorted(_told(rate) for rate in rates))
            other.append(f"{measure.key} {named[0]}: {_told(ours)} here, {told} there")
    if absent:
        yield Finding(file, f"{len(absent)} headings of our frame are not in this revision", tuple(absent))
    if other:
        yield Finding(file, f"{len(other)} headings of our frame have another rate in this revision", tuple(other))


def headings_of(source: str) -> tuple[str, ...]:
    """The headings a source names: `9903.94.40 and .41` are two, `9903.02.02 to .71` all between."""
    found: list[str] = []
    through = False
    for word in _HEADINGS.findall(source):
        if not word[-1].isdecimal():
            through = word == "to"
            continue
        heading = word if word.startswith("99") else f"{found[-1][:7]}{word}" if found else ""
        if through and found and heading[:7] == found[-1][:7]:
            found.extend(f"{heading[:7]}.{number:02}" for number in range(int(found[-1][8:]) + 1, int(heading[8:])))
        through = False
        if heading:
            found.append(heading)
    return tuple(found)


def against_timeline(*, measures: Iterable[Measure], body: str, file: str = TIMELINE) -> Iterator[Finding]:
    """Where a table of rates by authority, country and day parts from a part's measures, one finding an action.

    A rate agrees when any measure of that action, country and day charges it; none in the table agrees with one that
    is spared. Raises TariffUnreadable for a torn table.
    """
    try:
        tariffs = msgspec.json.decode(body, type=list[_Tariff])
    except msgspec.DecodeError as wrong:
        raise TariffUnreadable(file=file, why=str(wrong)) from wrong
    rows = tuple(measures)
    for tariff in tariffs:
        keys = _KEYS.get((tariff.tariff_authority, tariff.tariff_name), ())
        ours = [measure for measure in rows if keys and measure.key.startswith(keys)]
        if not ours:
            continue
        found = [told for step in tariff.effective_date if (told := _parted(ours, step))]
        if found:
            text = f"{tariff.tariff_authority} {tariff.tariff_name}: {len(found)} of {len(tariff.effective_date)} rates differ"
            yield Finding(file, text, tuple(found))


def _parted(ours: Iterable[Measure], step: _Step) -> str:
    on, rate = step.base_date or step.adjust_date, step.base_rate if step.base_date else step.adjust_rate
    country = CENSUS.get(step.census_code, "") if step.census_code else _OTHERS
    if on is None or rate is None or not country:
        return f"{step.census_code}: no country, day or rate"
    on_day = [one for one in ours if _holds(one, on) and _of(one, country)]
    rates = {one.rate.ad_valorem for one in on_day if one.relation is not Relation.EXEMPT}
    if rate in rates or (not rate and (not rates or any(_spares(one) for one in on_day))):
        return ""
    told = " or ".join(sorted(_told(one) for one in rates if one is not None)) or "none"
    return f"{country if step.census_code else 'others'} {on}: {_told(rate)} there, {told} here"


def _spares(measure: Measure) -> bool:
    return measure.relation is Relation.EXEMPT or bool(measure.claims_except)


def _holds(measure: Measure, on: date) -> bool:
    return measure.valid_from <= on and (measure.valid_until is None or on < measure.valid_until)


def _of(measure: Measure, country: str) -> bool:
    return (not measure.origins or country in measure.origins) and country not in measure.origins_except


def _told(rate: Decimal) -> str:
    return f"{(rate * _WHOLE).normalize():f} %"
