"""China's table of personal articles: class, rate and scheduled value by its own eight-digit code."""

import re
from datetime import date
from typing import Final

from entrepot.customs.rules.loaders.files import Loading, TariffFile, table_of
from entrepot.customs.rules.loaders.written import figure, percent_text, written
from entrepot.customs.terms import Measure, Rows

_AT_LEAST: Final = 250
_COLUMNS: Final = ("article_code8", "name_zh", "tax_rate_pct", "scheduled_value_cny", "unit_zh")
_RATES: Final = frozenset({"3", "13", "20", "50"})
_CODE: Final = re.compile(r"\d{8}")
# The sign that keeps the table's codes apart from goods codes of eight digits.
_TABLE: Final = "#"
_SINCE: Final = date(2024, 12, 1)
_SOURCE: Final = (
    "Tariff Commission 2024 No.11, table of inbound articles (transcribed; its date of issue is not verified)"
)
_MEASURED: Final = {"千克": "kg", "克": "g", "平方米": "m2", "升": "l", "毫升": "ml"}
_COUNTED: Final = frozenset("件个支张瓶条块双套架盘把辆盒副只本片根台")


def articles_table(file: TariffFile, *, at_least: int = _AT_LEAST) -> Loading:
    """The table's rows as `articles_tax` and `articles_value`. Raises TariffUnreadable with the line."""
    measures: list[Measure] = []
    seen: set[str] = set()
    for number, row in table_of(text=file.text(), file=file.name, columns=_COLUMNS, at_least=at_least):
        code, rate = row["article_code8"], row["tax_rate_pct"]
        if not _CODE.fullmatch(code):
            raise file.refuse(f"{code!r} is not a code of eight digits", number)
        if code in seen:
            raise file.refuse(f"the code {code} stands twice", number)
        if rate not in _RATES:
            raise file.refuse(f"{rate!r} is no rate of the table (3, 13, 20, 50)", number)
        if not row["name_zh"]:
            raise file.refuse(f"the article {code} has no name", number)
        seen.add(code)
        measures.append(
            written(
                key=f"articles_tax.{code}",
                kind="articles_tax",
                rate=percent_text(value=figure(text=rate, file=file, line=number)),
                codes=(f"{_TABLE}{code}",),
                valid_from=_SINCE,
                source=_SOURCE,
                note=row["name_zh"],
            )
        )
        if row["scheduled_value_cny"]:
            measures.append(_value(file, number, row))
    valued = sum(measure.kind == "articles_value" for measure in measures)
    return Loading("2024", Rows(measures=tuple(measures)), (f"{len(seen)} articles, {valued} with a scheduled value",))


def _value(file: TariffFile, number: int, row: dict[str, str]) -> Measure:
    amount = figure(text=row["scheduled_value_cny"], file=file, line=number)
    unit = _MEASURED.get(row["unit_zh"]) or ("each" if row["unit_zh"] in _COUNTED else "")
    if amount <= 0:
        raise file.refuse(f"a scheduled value of {amount}", number)
    if not unit:
        raise file.refuse(f"{row['unit_zh']!r} is no unit of the table", number)
    return written(
        key=f"articles_value.{row['article_code8']}",
        kind="articles_value",
        rate=f"CNY {amount.normalize():f}/{unit}",
        codes=(f"{_TABLE}{row['article_code8']}",),
        valid_from=_SINCE,
        source=_SOURCE,
        note=row["unit_zh"],
    )
