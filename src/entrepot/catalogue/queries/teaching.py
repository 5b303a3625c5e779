"""The files that goods-code suggestion learns from, as an operator keeps them: found, recognised, read."""

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from entrepot.catalogue.rules.coding import learning
from entrepot.catalogue.terms import NOMENCLATURE, CodingFileUnreadable, Kind, Labelled
from entrepot.kernel.text import Text

SHIPPED: Final = Path(__file__).parents[1] / "coding"
_SUFFIXES: Final = (".csv", ".json", ".csv.gz", ".json.gz")
_BYTES_MAX: Final = 200_000_000


@dataclass(frozen=True, slots=True)
class Taught:
    """What was read. read: the files by name with how many texts each gave; nomenclature: edition of the codes."""

    texts: tuple[Labelled, ...]
    titles: Mapping[str, Text]
    read: Mapping[str, int]
    nomenclature: str


@cache
def shipped_words() -> tuple[tuple[Labelled, ...], Mapping[str, Text]]:
    """The everyday words that come with the program, with a title for each code."""
    return learning.own_words((SHIPPED / "words.csv").read_text(encoding="utf-8"), "words.csv")


@cache
def successors() -> Mapping[str, str]:
    """Codes of earlier editions by what they became."""
    return learning.successors((SHIPPED / "successors.csv").read_text(encoding="utf-8"), "successors.csv")


def coding_files(*, paths: Sequence[Path]) -> dict[str, Path]:
    """The files below `paths` that suggestion can learn from, by what they are. Of schedules the newest only."""
    inside = [one for path in paths for one in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    files = [one for one in inside if one.is_file() and one.name.endswith(_SUFFIXES)]
    newest = learning.newest_hts([one.name for one in files])
    known: dict[str, Path] = {}
    for one in files:
        name = one.name.lower()
        if name.startswith("hs_nomenclature_en"):
            known["nomenclature"] = one
        elif one.name == newest:
            known["hts"] = one
        elif name.startswith("uk_search_references"):
            known["references"] = one
        elif name.startswith("uk_goods_descriptions"):
            known["goods"] = one
        elif name.startswith(("hs6_zh_labels", "cn_mfn_")) and "_zh" in name:
            known[f"chinese:{name}"] = one
    return known


def taught(*, paths: Sequence[Path]) -> Taught:
    """Everything to learn from below `paths`, with our own words; codes of earlier editions under those of today.

    Raises CodingFileUnreadable.
    """
    files = coding_files(paths=paths)
    own, titles = shipped_words()
    if "nomenclature" not in files:
        raise CodingFileUnreadable(
            file="hs_nomenclature_en.csv", why="it is not there; the codes of today are taken from it"
        )
    names = learning.nomenclature(text_of(path=files["nomenclature"]), files["nomenclature"].name)
    valid = frozenset(code for code in names if len(code) == 6)
    texts = [*own]
    read: dict[str, int] = {}
    for what, path in files.items():
        found = tuple(learning.current(_read(what, path, names), valid, successors()))
        read[path.name] = len(found)
        texts += found
    named = {code: {"en": names[code]} for code in valid}
    return Taught(tuple(texts), {**named, **{c: t for c, t in titles.items() if c in valid}}, read, NOMENCLATURE)


def labelled_titles(*, path: Path, valid: Iterable[str]) -> tuple[Labelled, ...]:
    """Titles with codes from a table of the operator's own. Raises CodingFileUnreadable."""
    rows = learning.of_goods(text_of(path=path), path.name, path.name, Kind.MEMORY)
    return tuple(learning.current(rows, frozenset(valid), successors()))


def text_of(*, path: Path) -> str:
    """A file's text, unpacked. Raises CodingFileUnreadable."""
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            body = file.read(_BYTES_MAX + 1)
        if len(body) > _BYTES_MAX:
            raise CodingFileUnreadable(file=path.name, why="it is larger than 200 MB")
        return body.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as wrong:
        raise CodingFileUnreadable(file=path.name, why=str(wrong)) from wrong


def _read(what: str, path: Path, names: Mapping[str, str]) -> Iterable[Labelled]:
    if what == "nomenclature":
        return learning.of_nomenclature(names)
    text = text_of(path=path)
    if what == "hts":
        return learning.of_hts(text, path.name)
    if what == "references":
        return learning.of_search_references(text, path.name)
    if what == "goods":
        return learning.of_goods(text, path.name, "UK Trade Tariff goods descriptions, OGL v3")
    return learning.of_chinese_tariff(text, path.name)
