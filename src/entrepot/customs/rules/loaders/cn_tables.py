"""China's current schedule, positive list, VAT and consumption tax as CSV tables of a documented layout.

The authority publishes them as PDF and spreadsheets; an operator saves them with these columns (docs/tariff-files.md).
Every row says from when until when it holds and where it stands.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from entrepot.customs.rules.loaders.cn_agreements import AGREEMENTS, LEAST_DEVELOPED, WITHOUT_TREATY
from entrepot.customs.rules.loaders.files import Loading, TariffFile, table_of
from entrepot.customs.rules.loaders.written import day, figure, rate_text, written
from entrepot.customs.terms import Dated, Goods, Measure, Rows, Speaks, UnitPrice

_DATED: Final = ("valid_from", "valid_until", "source")
_SCHEDULE: Final = (
    "code", "zh", "en", "mfn", "conventional", "special", "general", "provisional", "export", "units", *_DATED,
)  # fmt: skip
_LIST: Final = ("code", "zh", "remark", *_DATED)
_VAT: Final = ("code", "rate", *_DATED)
_EXCISE: Final = ("code", "rate", "at_least", "per", *_DATED)
_CODE: Final = re.compile(r"\d{8}(\d{2})?")
_PREFIX: Final = re.compile(r"\d{2,10}")


def schedule(file: TariffFile, *, at_least: int = 8_000) -> Loading:
    """Duty by column: `duty`, `duty_general`, `duty_conventional` by agreement, `duty_special`, `duty_provisional`.

    conventional: `RCEP-JP=7.5%; CH=Free`, an agreement's name and its rate. Raises TariffUnreadable with the line.
    """
    measures: list[Measure] = []
    goods: list[Dated[Goods]] = []
    first = date.max
    for number, row in table_of(text=file.text(), file=file.name, columns=_SCHEDULE, at_least=at_least):
        since, until, source = _period(file, number, row)
        code = _code(file, number, row["code"], _CODE)
        if not row["mfn"] and not row["general"]:
            raise file.refuse(f"the code {code} has neither a most-favoured-nation nor a general rate", number)
        first = min(first, since)
        text = {"zh-hans": row["zh"], "en": row["en"]}
        units = tuple(unit.strip() for unit in row["units"].split(";") if unit.strip())
        goods.append(Dated(Goods(code, {tag: name for tag, name in text.items() if name}, units, source), since, until))
        measures.extend(_columns(file, number, row))
    _once(file, measures)
    speaks = (Speaks("duty", first), Speaks("goods", first))
    findings = (
        f"{len(goods)} codes, {sum(one.kind == 'duty_provisional' for one in measures)} with a provisional rate",
    )
    return Loading(str(first.year), Rows(measures=tuple(measures), goods=tuple(goods), speaks=speaks), findings)


def positive_list(file: TariffFile, *, at_least: int = 1_000) -> Loading:
    """The positive list of retail CBEC imports as `cbec_list`, the remark as note. Raises TariffUnreadable."""
    measures = []
    for number, row in table_of(text=file.text(), file=file.name, columns=_LIST, at_least=at_least):
        since, until, source = _period(file, number, row)
        code = _code(file, number, row["code"], _PREFIX)
        measures.append(
            written(
                key=f"cbec_list.{code}", kind="cbec_list", rate="Free", codes=(code,), valid_from=since,
                valid_until=until, source=source, note=row["remark"],
            )
        )  # fmt: skip
    _once(file, measures)
    first = min(measure.valid_from for measure in measures)
    return Loading(str(first.year), Rows(measures=tuple(measures), speaks=(Speaks("cbec_list", first),)))


def vat_table(file: TariffFile, *, at_least: int = 2) -> Loading:
    """VAT by code; an empty code is the standard rate. Raises TariffUnreadable with the line."""
    measures = []
    for number, row in table_of(text=file.text(), file=file.name, columns=_VAT, at_least=at_least):
        since, until, source = _period(file, number, row)
        code = _code(file, number, row["code"], _PREFIX) if row["code"] else ""
        rate = rate_text(text=row["rate"], file=file, line=number)
        measures.append(
            written(
                key=f"vat.{code or 'standard'}", kind="vat", rate=rate, codes=(code,), valid_from=since,
                valid_until=until, source=source,
            )
        )  # fmt: skip
    if not any(measure.codes == ("",) for measure in measures):
        raise file.refuse("no row with an empty code, which is the standard rate", 2)
    _once(file, measures)
    first = min(measure.valid_from for measure in measures)
    return Loading(str(first.year), Rows(measures=tuple(measures), speaks=(Speaks("vat", first),)))


def consumption_table(file: TariffFile, *, at_least: int = 10) -> Loading:
    """Consumption tax by code. at_least and per: the price a unit from which it counts. Raises TariffUnreadable."""
    measures = []
    for number, row in table_of(text=file.text(), file=file.name, columns=_EXCISE, at_least=at_least):
        since, until, source = _period(file, number, row)
        code = _code(file, number, row["code"], _PREFIX)
        if bool(row["at_least"]) != bool(row["per"]):
            raise file.refuse("at_least and per go together", number)
        price = None
        if row["at_least"]:
            units = tuple(unit.strip() for unit in row["per"].split(";"))
            price = UnitPrice(figure(text=row["at_least"], file=file, line=number), units)
        measures.append(
            written(
                key=f"consumption_tax.{code}{'.' + row['per'].replace(';', '_') if price else ''}",
                kind="consumption_tax", rate=rate_text(text=row["rate"], file=file, line=number), codes=(code,),
                unit_price=price, valid_from=since, valid_until=until, source=source,
            )
        )  # fmt: skip
    _once(file, measures)
    first = min(measure.valid_from for measure in measures)
    return Loading(str(first.year), Rows(measures=tuple(measures), speaks=(Speaks("consumption_tax", first),)))


def _columns(file: TariffFile, number: int, row: Mapping[str, str]) -> Iterator[Measure]:
    since, until, source = _period(file, number, row)
    code = row["code"]
    for column, kind in (("mfn", "duty"), ("general", "duty_general"), ("provisional", "duty_provisional")):
        if row[column]:
            yield written(
                key=f"{column}.{code}",
                kind=kind,
                rate=rate_text(text=row[column], file=file, line=number),
                codes=(code,),
                origins=WITHOUT_TREATY if column == "general" else frozenset(),
                origins_except=frozenset() if column == "general" else WITHOUT_TREATY,
                valid_from=since,
                valid_until=until,
                source=f"{source}, {_NAMED[column]}",
            )
    if row["special"]:
        yield written(
            key=f"special.{code}", kind="duty_special", rate=rate_text(text=row["special"], file=file, line=number),
            codes=(code,), origins=LEAST_DEVELOPED, claim="LDC", valid_from=since, valid_until=until,
            source=f"{source}, special preferential rate",
        )  # fmt: skip
    for name, text in _agreements(file, number, row["conventional"]):
        yield written(
            key=f"{name}.{code}", kind="duty_conventional", rate=rate_text(text=text, file=file, line=number),
            codes=(code,), origins=AGREEMENTS[name], claim=name, valid_from=since, valid_until=until,
            source=f"{source}, conventional rate {name}",
        )  # fmt: skip


_NAMED: Final = {
    "mfn": "most-favoured-nation rate",
    "general": "general rate",
    "provisional": "provisional rate",
}


def _agreements(file: TariffFile, number: int, text: str) -> Iterator[tuple[str, str]]:
    for piece in filter(None, (piece.strip() for piece in text.split(";"))):
        name, equals, rate = piece.partition("=")
        name = name.strip()
        if not equals or name not in AGREEMENTS:
            raise file.refuse(f"{piece!r} is not an agreement we know with its rate, such as CH=3.5%", number)
        yield name, rate


def _period(file: TariffFile, number: int, row: Mapping[str, str]) -> tuple[date, date | None, str]:
    since = day(text=row["valid_from"], file=file, line=number)
    until = day(text=row["valid_until"], file=file, line=number) if row["valid_until"] else None
    if until is not None and until <= since:
        raise file.refuse(f"valid_until {until} is not after valid_from {since}", number)
    if not row["source"]:
        raise file.refuse("the row has no source", number)
    return since, until, row["source"]


def _code(file: TariffFile, number: int, text: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(text):
        raise file.refuse(f"{text!r} is not a code of the right length", number)
    return text


def _once(file: TariffFile, measures: list[Measure]) -> None:
    seen: set[tuple[str, date]] = set()
    for measure in measures:
        if (measure.key, measure.valid_from) in seen:
            raise file.refuse(f"{measure.key} begins twice on {measure.valid_from}")
        seen.add((measure.key, measure.valid_from))
