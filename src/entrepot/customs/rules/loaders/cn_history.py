"""China's duties of 2009 to 2014 as the schedules of two free trade agreements print them, with Chinese names."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from entrepot.customs.rules.loaders.files import Loading, TariffFile, table_of
from entrepot.customs.rules.loaders.written import figure, percent_text, written
from entrepot.customs.terms import Dated, Goods, Measure, Rows

_AT_LEAST: Final = 7_000
_CODE: Final = re.compile(r"\d{8}")
_PER_UNIT: Final = re.compile(r"(\d+(?:\.\d+)?)元/(平方米|千克|公斤|升|吨|米)")
_UNITS: Final = {"平方米": "m2", "千克": "kg", "公斤": "kg", "升": "l", "吨": "t"}


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of rates: what they are, for whom, and from when until when."""

    name: str
    kind: str
    origin: str
    claim: str
    since: date
    until: date
    source: str


# Source: Sino-Swiss FTA in force 1 July 2014, annex I; China-Costa Rica FTA in force 1 August 2011, annex 2.
_SWISS: Final = (
    _Column("mfn_pct", "duty", "", "", date(2014, 1, 1), date(2015, 1, 1), "Sino-Swiss FTA annex I: base rate of 2014"),
    _Column(
        "fta_ch_pct", "duty_conventional", "CH", "FTA-CH", date(2014, 7, 1), date(2015, 1, 1), "Sino-Swiss FTA annex I"
    ),
)
_COSTA_RICA: Final = (
    _Column("mfn_2009_pct", "duty", "", "", date(2009, 1, 1), date(2010, 1, 1), "China-Costa Rica FTA annex 2: base rate"),
    _Column("mfn_2011_pct", "duty", "", "", date(2011, 1, 1), date(2012, 1, 1), "China-Costa Rica FTA annex 2: 2011"),
    _Column(
        "fta_cr_2011_pct", "duty_conventional", "CR", "FTA-CR", date(2011, 8, 1), date(2012, 1, 1),
        "China-Costa Rica FTA annex 2",
    ),
)  # fmt: skip


def swiss_schedule(file: TariffFile, *, at_least: int = _AT_LEAST) -> Loading:
    """The base rates of 2014 and the Swiss ones. Raises TariffUnreadable with the line."""
    return _read(file, _SWISS, "2014", date(2014, 1, 1), date(2015, 1, 1), at_least)


def costa_rica_schedule(file: TariffFile, *, at_least: int = _AT_LEAST) -> Loading:
    """The rates of 2009 and 2011 and the Costa Rican ones. Raises TariffUnreadable with the line."""
    return _read(file, _COSTA_RICA, "2011", date(2009, 1, 1), date(2012, 1, 1), at_least)


def _read(
    file: TariffFile, columns: tuple[_Column, ...], edition: str, since: date, until: date, at_least: int
) -> Loading:
    # Codes of one rate share a row: old duties are asked for seldom, and should cost little to have.
    rates: dict[tuple[_Column, str], list[str]] = {}
    goods: list[Dated[Goods]] = []
    seen: set[str] = set()
    names = ("hs8", "name_zh", *(column.name for column in columns))
    for number, row in table_of(text=file.text(), file=file.name, columns=names, at_least=at_least):
        code = row["hs8"]
        if not _CODE.fullmatch(code):
            raise file.refuse(f"{code!r} is not a code of eight digits", number)
        if code in seen:
            raise file.refuse(f"the code {code} stands twice", number)
        if not row["name_zh"]:
            raise file.refuse(f"the code {code} has no name", number)
        seen.add(code)
        for column in columns:
            if row[column.name]:
                rates.setdefault((column, _rate(file, number, row[column.name])), []).append(code)
        goods.append(Dated(Goods(code, {"zh-hans": row["name_zh"]}, (), columns[0].source), since, until))
    vague = {code for (_, rate), codes in rates.items() if rate == "unknown" for code in codes}
    findings = [f"{len(vague)} codes have a duty by class of price: unknown here"] if vague else []
    measures = tuple(_measure(column, rate, codes) for (column, rate), codes in rates.items())
    return Loading(edition, Rows(measures=measures, goods=tuple(goods)), tuple(findings))


def _measure(column: _Column, rate: str, codes: list[str]) -> Measure:
    return written(
        key=f"{column.name}.{rate}"[:64],
        kind=column.kind,
        rate=rate,
        codes=codes,
        origins=frozenset({column.origin}) if column.origin else frozenset(),
        claim=column.claim,
        valid_from=column.since,
        valid_until=column.until,
        source=column.source,
    )


def _rate(file: TariffFile, number: int, text: str) -> str:
    per_unit = _PER_UNIT.fullmatch(text)
    if per_unit:
        return f"CNY {per_unit[1]}/{_UNITS[per_unit[2]]}" if per_unit[2] in _UNITS else "unknown"
    if "元" in text or "：" in text or "%" in text:
        return "unknown"
    value = figure(text=text, file=file, line=number)
    if not 0 <= value <= 200:
        raise file.refuse(f"a duty of {value} per cent", number)
    return percent_text(value=value)
