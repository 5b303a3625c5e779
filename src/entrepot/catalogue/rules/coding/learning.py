"""Labelled texts read from files: our own words, the nomenclature, tariffs, authorities' search terms, taught titles."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from entrepot.catalogue.rules.coding.words import words
from entrepot.catalogue.terms import CodingFileUnreadable, Kind, Labelled
from entrepot.kernel.text import Text

_CODE: Final = re.compile(r"[0-9]{6,10}")
_MARKUP: Final = re.compile(r"<[^>]+>")
_REVISION: Final = re.compile(r"hts_([0-9]{4})_(?:rev_)?([0-9]+|basic)")
# Columns in which a table of taught titles may keep its codes and its texts.
_CODE_COLUMNS: Final = ("code", "goods_code", "hs_code", "hs6", "hs10_cn", "Commodity Code")
_TEXT_COLUMNS: Final = ("title", "text", "description", "title_tokens_zh", "Goods Description")
HELD_OUT_ONE_IN: Final = 10
FOLDS: Final = 8


def own_words(text: str, file: str) -> tuple[tuple[Labelled, ...], Mapping[str, Text]]:
    """Our table of everyday words: the texts, and a plain title for each code. Raises CodingFileUnreadable."""
    texts: list[Labelled] = []
    titles: dict[str, Text] = {}
    for row in _table(text, file, ("code", "title_en", "title_zh", "words_en", "words_zh", "source")):
        code = _code(row["code"], file)
        titles[code] = {"en": row["title_en"], "zh-hans": row["title_zh"]}
        said = [row["title_en"], *row["words_en"].split("; "), row["title_zh"], *row["words_zh"].split("；")]
        texts += [Labelled(word.strip(), code, Kind.OWN, row["source"]) for word in said if word.strip()]
    return tuple(texts), titles


def nomenclature(text: str, file: str) -> Mapping[str, str]:
    """The Harmonized System's names by code of two, four and six digits. Raises CodingFileUnreadable."""
    found = {row["hscode"]: row["description"] for row in _table(text, file, ("hscode", "description"))}
    if sum(1 for code in found if len(code) == 6) < 5_000:
        raise CodingFileUnreadable(file=file, why="fewer than 5,000 codes of six digits; the whole list has 5,613")
    return found


def of_nomenclature(names: Mapping[str, str]) -> Iterator[Labelled]:
    """The six-digit names as texts."""
    for code, name in names.items():
        if len(code) == 6:
            yield Labelled(name, code, Kind.LAW, "HS 2022")


def of_hts(text: str, file: str) -> Iterator[Labelled]:
    """The lines of a United States schedule with the line above each. Raises CodingFileUnreadable."""
    try:
        rows = json.loads(text)
        stack: list[str] = []
        for row in rows:
            depth = int(row["indent"])
            stack = [*stack[:depth], _MARKUP.sub("", row["description"]).strip(" :")]
            code = row["htsno"].replace(".", "")
            if len(code) >= 6 and not code.startswith(("98", "99")):
                yield Labelled(" ".join(stack[-2:]), code[:6], Kind.LAW, "HTS")
    except (ValueError, KeyError, TypeError) as wrong:
        raise CodingFileUnreadable(file=file, why=f"it is not a schedule in JSON ({wrong})") from wrong


def of_chinese_tariff(text: str, file: str) -> Iterator[Labelled]:
    """Chinese names of tariff lines: columns `hs8` and `name_zh`, or `hs6` and `names_zh_joined`."""
    head = text.partition("\n")[0]
    code, name = ("hs8", "name_zh") if "hs8" in head else ("hs6", "names_zh_joined")
    for row in _table(text, file, (code, name)):
        for part in row[name].split("；"):
            yield Labelled(part, row[code][:6], Kind.LAW, "中国进出口税则")


def of_search_references(text: str, file: str) -> Iterator[Labelled]:
    """The United Kingdom's search references: a JSON object from term to code. Raises CodingFileUnreadable."""
    try:
        terms: Mapping[str, str] = json.loads(text)
        for term, code in terms.items():
            yield Labelled(term, _code(code, file), Kind.TRADE, "UK Trade Tariff search references, OGL v3")
    except (ValueError, AttributeError) as wrong:
        raise CodingFileUnreadable(file=file, why=f"it is not an object from term to code ({wrong})") from wrong


def of_goods(text: str, file: str, source: str, kind: Kind = Kind.GOODS) -> Iterator[Labelled]:
    """Descriptions with codes, one a row, under any of the usual headings. Raises CodingFileUnreadable."""
    head = next(csv.reader(io.StringIO(text.partition("\n")[0])), [])
    code = next((name for name in _CODE_COLUMNS if name in head), "code")
    said = next((name for name in _TEXT_COLUMNS if name in head), "title")
    bad = 0
    for number, row in enumerate(_table(text, file, (code, said)), start=1):
        digits = row[code].replace(".", "").replace(" ", "")
        # A spreadsheet drops the leading nought of chapters 1 to 9.
        digits = digits.zfill(len(digits) + len(digits) % 2)
        if _CODE.fullmatch(digits):
            yield Labelled(row[said], digits[:6], kind, source)
        else:
            # Files that people typed have a slip here and there; many are another kind of file.
            bad += 1
            if bad > 3 and bad * 50 > number:
                raise CodingFileUnreadable(
                    file=file, why=f"row {number}: {row[code][:20]!r} is no goods code, nor others before"
                )


def successors(text: str, file: str) -> Mapping[str, str]:
    """Six-digit codes of earlier editions by what most of their goods are under in HS 2022."""
    return {row["code"]: row["successor"] for row in _table(text, file, ("code", "successor", "source"))}


def current(texts: Iterable[Labelled], valid: frozenset[str], moved: Mapping[str, str]) -> Iterator[Labelled]:
    """The texts whose code stands in the current edition, those that moved under their new one; others are dropped."""
    for one in texts:
        code = one.code if one.code in valid else moved.get(one.code, "")
        if code in valid and words(one.text):
            yield one if code == one.code else Labelled(one.text, code, one.kind, one.source)


def is_held_out(text: str) -> bool:
    """Whether a text belongs to the tenth that measures: decided by its words alone, so its like goes with it."""
    digest = _digest(text)
    return digest[0] * 256 + digest[1] < 65_536 // HELD_OUT_ONE_IN


def fold_of(text: str) -> int:
    """Which eighth a text belongs to, 0 to 7, when each is asked without its own; like goes with like here too."""
    return _digest(text)[2] % FOLDS


def newest_hts(names: Sequence[str]) -> str | None:
    """Of several revisions of the schedule, the name of the newest."""
    dated = [
        (int(match[1]), -1 if match[2] == "basic" else int(match[2]), name)
        for name in names
        if (match := _REVISION.search(name))
    ]
    return max(dated)[2] if dated else None


def _digest(text: str) -> bytes:
    return hashlib.sha256("\0".join(sorted(set(words(text)))).encode()).digest()


def _table(text: str, file: str, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise CodingFileUnreadable(file=file, why=f"line 1: the column {missing[0]} is missing")
    try:
        for row in reader:
            if any(row[name] is None for name in columns):
                raise CodingFileUnreadable(file=file, why=f"line {reader.line_num}: cells are missing")
            yield row
    except csv.Error as wrong:
        raise CodingFileUnreadable(file=file, why=f"line {reader.line_num}: {wrong}") from wrong


def _code(text: str, file: str) -> str:
    if not _CODE.fullmatch(text):
        raise CodingFileUnreadable(file=file, why=f"{text[:20]!r} is no goods code")
    return text[:6]
