"""What a loader is given and what it gives: a file of an authority's, and the rows of law read from it."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from entrepot.customs.terms import Rows, TariffUnreadable

_HEAD: Final = 2000


@dataclass(frozen=True, slots=True)
class TariffFile:
    """One file, unpacked. beside: the other files its kind asks for, unpacked, by name; absent ones are absent."""

    name: str
    body: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)

    def text(self) -> str:
        """The file as text, without a byte-order mark. Raises TariffUnreadable when it is not UTF-8."""
        return text_of(body=self.body, file=self.name)

    def refuse(self, why: str, line: int | None = None) -> TariffUnreadable:
        """The error that says why the file is not taken, with the line where there is one; to be raised."""
        return TariffUnreadable(file=self.name, why=why if line is None else f"line {line}: {why}")


@dataclass(frozen=True, slots=True)
class Loading:
    """What a file says. findings: what the reader of the report should know, one English sentence each.

    stamp: what else the rows are made from, such as a table of ours: when it changes the file is to be loaded again.
    """

    edition: str
    rows: Rows
    findings: tuple[str, ...] = ()
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file we can read, and the part of an authority's law that it becomes.

    name: matches the whole file name in lower case, without `.gz`. mark: what the first bytes look like, for files of
    another name. beside: names (`*` allowed) of files that it is read together with. order: lower ones load first.
    """

    part: str
    jurisdiction: str
    what: str
    name: re.Pattern[str]
    read: Callable[[TariffFile], Loading]
    mark: re.Pattern[bytes] | None = None
    beside: tuple[str, ...] = ()
    order: int = 50


def recognised(*, kinds: Sequence[FileKind], name: str, head: bytes) -> FileKind | None:
    """The kind of a file by its name, else by its first bytes."""
    plain = name.lower().removesuffix(".gz")
    by_name = next((kind for kind in kinds if kind.name.fullmatch(plain)), None)
    return by_name or next((kind for kind in kinds if kind.mark and kind.mark.search(head[:_HEAD])), None)


def text_of(*, body: bytes, file: str) -> str:
    """Bytes as text, without a byte-order mark. Raises TariffUnreadable when they are not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise TariffUnreadable(file=file, why=f"byte {wrong.start} is not UTF-8 text") from wrong


def table_of(
    *, text: str, file: str, columns: Sequence[str], at_least: int, comment: str = ""
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their line numbers, blanks trimmed.

    columns: those it must have; at_least: fewer rows than this are not plausible; comment: lines that begin so are
    passed over. Raises TariffUnreadable with the line for missing columns, ragged rows and too few rows.
    """
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if not (comment and line.startswith(comment))), 0)
    reader = csv.reader(io.StringIO("\n".join(lines[first:])), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        missing = [name for name in columns if name not in names]
        if missing:
            raise TariffUnreadable(file=file, why=f"line {first + 1}: the column {missing[0]} is missing")
        count = 0
        for cells in reader:
            if not cells or (comment and cells[0].startswith(comment)):
                continue
            number = first + reader.line_num
            if len(cells) != len(names):
                why = f"line {number}: {len(cells)} cells where the heading has {len(names)}"
                raise TariffUnreadable(file=file, why=why)
            count += 1
            yield number, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    except csv.Error as wrong:
        raise TariffUnreadable(file=file, why=f"line {first + reader.line_num}: {wrong}") from wrong
    if count < at_least:
        raise TariffUnreadable(file=file, why=f"{count} rows; a whole file has {at_least} or more")
