"""China's most-favoured-nation duty and its counter-duties on American goods, 2018 and 2019, in the workbook's layout.

Columns: hs10, description_en, the duty of one day (`mfn_2018_01_01`), then changes in percentage points
(`chg_mfn_2018_07_01`, `add_us_2018_07_06`, `chg_us_2019_06_01`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from entrepot.customs.rules.loaders.files import Loading, TariffFile, table_of
from entrepot.customs.rules.loaders.written import day, figure, percent_text, written
from entrepot.customs.terms import Dated, Goods, Measure, Rows, Speaks

_COLUMN: Final = re.compile(r"(mfn|chg_mfn|add_us|chg_us)_(\d{4})_(\d{2})_(\d{2})")
_CODE: Final = re.compile(r"(\d{10})([A-Z]?)")
_AT_LEAST: Final = 10_000
_FINE: Final = Decimal("1e-5")
_CENTIPOINTS: Final = Decimal("0.01")
_SOURCE: Final = (
    "Tariff Commission schedule and notices of 2018 and 2019, PIIE workbook (Bown, Jung, Zhang, 12 June 2019)"
)
# What changed after the workbook: the yearly schedule, the step of July 2019 for information technology, and the
# counter-duties of 1 September 2019. Source: Tariff Commission 2019 No.4 and No.50, 2018 annual adjustment notice.
_NEXT_SCHEDULE: Final = date(2020, 1, 1)
_NEXT_TECHNOLOGY: Final = date(2019, 7, 1)
_NEXT_LISTS: Final = date(2019, 9, 1)
_TECHNOLOGY: Final = ("37", "84", "85", "88", "90", "95")
_FIRST_LISTS: Final = date(2018, 4, 2)

Step = tuple[date, Decimal | None]


def workbook(file: TariffFile, *, at_least: int = _AT_LEAST) -> Loading:
    """The file's rows. Raises TariffUnreadable for other columns, codes or figures, with the line.

    Duties that are not ad valorem stand there as equivalents or blanks: they are taken as unknown and reported.
    """
    measures: list[Measure] = []
    goods: list[Dated[Goods]] = []
    doubled: dict[str, int] = {}
    lines = list(table_of(text=file.text(), file=file.name, columns=("hs10", "description_en"), at_least=at_least))
    columns = _columns(file, lines[0][1])
    first = min(on for kind, on in columns.values() if kind == "mfn")
    for _, row in lines:
        code = row["hs10"][:10]
        doubled[code] = doubled.get(code, 0) + 1
    listed: dict[tuple[Step, ...], list[str]] = {}
    vague: list[str] = []
    seen: set[str] = set()
    for number, row in lines:
        matched = _CODE.fullmatch(row["hs10"])
        if matched is None:
            raise file.refuse(f"{row['hs10']!r} is not a code of ten digits", number)
        code = matched[1]
        if doubled[code] > 1 and not matched[2]:
            raise file.refuse(f"the code {code} stands twice", number)
        if code in seen:
            continue
        seen.add(code)
        known = _figures(file, number, row, columns)
        favoured = _steps(known, ("mfn", "chg_mfn"))
        if doubled[code] > 1 or any(rate is None or rate % _CENTIPOINTS for _, rate in favoured):
            favoured = [(favoured[0][0], None)]
            vague.append(code)
        measures.extend(_favoured(code, favoured))
        listed.setdefault(tuple(_steps(known, ("add_us", "chg_us"))), []).append(code)
        text = {"en": row["description_en"]}
        goods.append(Dated(Goods(code, text, (), _SOURCE), first))
    measures.extend(_counter_duties(listed))
    findings = [f"{len(vague)} codes have a duty that is not ad valorem: unknown here ({', '.join(vague[:5])} ...)"]
    return Loading(
        edition="2018-2019",
        rows=Rows(
            measures=tuple(measures),
            goods=tuple(goods),
            speaks=(Speaks("duty", first), Speaks("additional_us_list", _FIRST_LISTS, _NEXT_LISTS)),
        ),
        findings=tuple(findings) if vague else (),
    )


def _columns(file: TariffFile, row: Mapping[str, str]) -> dict[str, tuple[str, date]]:
    found = {}
    for name in row:
        matched = _COLUMN.fullmatch(name)
        if matched:
            day_text = "-".join(matched.groups()[1:])
            found[name] = (matched[1], day(text=day_text, file=file, line=1))
    if not any(kind == "mfn" for kind, _ in found.values()):
        raise file.refuse("no column mfn_YYYY_MM_DD with the duty of a day", 1)
    return found


def _figures(
    file: TariffFile, number: int, row: Mapping[str, str], columns: Mapping[str, tuple[str, date]]
) -> list[tuple[str, date, Decimal | None]]:
    found: list[tuple[str, date, Decimal | None]] = []
    for name, (kind, on) in columns.items():
        value = figure(text=row[name], file=file, line=number) if row[name] else None
        if value is not None and not -_MOST <= value <= _MOST:
            raise file.refuse(f"{name} is {value} per cent", number)
        found.append((kind, on, value))
    return sorted(found, key=lambda one: one[1])


_MOST: Final = Decimal(300)


def _steps(known: Iterable[tuple[str, date, Decimal | None]], kinds: tuple[str, str]) -> list[Step]:
    """The rate from each day on which it changes; None from a blank on."""
    steps: list[Step] = []
    rate: Decimal | None = Decimal(0)
    for kind, on, change in known:
        if kind not in kinds:
            continue
        rate = None if rate is None or change is None else rate + change
        told = None if rate is None else rate.quantize(_FINE, ROUND_HALF_EVEN)
        if not steps or steps[-1][1] != told:
            steps.append((on, told))
    return steps


def _periods(steps: Iterable[Step]) -> Iterator[tuple[date, date | None, Decimal | None]]:
    known = list(steps)
    for (since, rate), after in zip(known, [*known[1:], None], strict=True):
        yield since, after[0] if after else None, rate


def _favoured(code: str, steps: Iterable[Step]) -> Iterator[Measure]:
    for since, until, rate in _periods(steps):
        moves = code.startswith(_TECHNOLOGY) and rate != 0
        next_known = _NEXT_TECHNOLOGY if moves else _NEXT_SCHEDULE
        yield written(
            key=f"mfn.{code}",
            kind="duty",
            rate="unknown" if rate is None else percent_text(value=rate),
            codes=(code,),
            valid_from=since,
            valid_until=until,
            unknown_from=next_known if until is None else None,
            source=f"{_SOURCE}: most-favoured-nation duty",
        )


def _counter_duties(listed: Mapping[tuple[Step, ...], list[str]]) -> Iterator[Measure]:
    # Codes of the same history share their rows: a few lists instead of thousands of lines.
    for number, (steps, codes) in enumerate(sorted(listed.items(), key=lambda one: one[1][0])):
        for since, until, rate in _periods(steps):
            yield written(
                key=f"us_list.{number:02}",
                kind="additional_us_list",
                rate="unknown" if rate is None else percent_text(value=rate),
                codes=codes,
                origins=frozenset({"US"}),
                valid_from=since,
                valid_until=until,
                unknown_from=_NEXT_LISTS if until is None else None,
                source=f"{_SOURCE}: counter-duty on goods of the United States since {since}",
            )
