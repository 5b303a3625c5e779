"""`entrepot tariff load`: the authorities' own files into the law, each whole or not at all, with what changed."""

import gc
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from entrepot.base import clock
from entrepot.catalogue.queries.teaching import coding_files
from entrepot.catalogue.services import build_coding
from entrepot.cli.tariff import tariff
from entrepot.customs.rules.loaders import KINDS, FileKind, TariffFile, recognise, why_unused
from entrepot.customs.services import load_part
from entrepot.customs.terms import TariffUnreadable
from entrepot.kernel.errors import EntrepotError
from entrepot.rates.rules import rates_kind
from entrepot.rates.services import load_rates

_say: Final = Console(stderr=True)
_HEAD: Final = 2000
_MOST: Final = 400_000_000
_FIGURES: Final = re.compile(r"(\d+)")


@dataclass(slots=True)
class _Line:
    """What became of one file. refused: why nothing of it was taken."""

    file: str
    part: str = ""
    edition: str = ""
    load: int | None = None
    new: int = 0
    ended: int = 0
    changed: int = 0
    same: int = 0
    refused: str = ""
    findings: list[str] = field(default_factory=list)


@tariff.command("load")
def load(
    paths: Annotated[list[Path], typer.Argument(exists=True, readable=True, help="Files, or folders of them.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Put in the authorities' own files. Each is taken whole or not at all; loading it again changes nothing.

    Ends with 3 when a file was refused, and with 4 when there was none that we can read.
    """
    files = sorted({path for given in paths for path in _files(given)}, key=_natural)
    known, unknown, rates, companions = _sorted_out(files)
    # The same folder holds the texts that goods codes are suggested from.
    texts = set(coding_files(paths=paths).values())
    unknown = [name for name in unknown if name not in {path.name for path in texts}]
    unused = {name: why for name in unknown if (why := why_unused(name))}
    unknown = [name for name in unknown if name not in unused]
    lines: list[_Line] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_say, disable=as_json or not _say.is_terminal) as bars:
        bar = bars.add_task("Loading", total=len(known) + len(rates))
        for path in rates:
            bars.update(bar, description=path.name)
            lines.append(_rates(path))
            bars.advance(bar)
        for path, kind in known:
            bars.update(bar, description=path.name)
            lines.append(_one(path, kind, files))
            bars.advance(bar)
    if len(texts) > 1 and any(path.name.startswith("hs_nomenclature_en") for path in texts):
        lines.append(_words(paths, bars_off=as_json))
    if as_json:
        shown = {"files": [asdict(line) for line in lines], "beside": companions, "unused": unused, "unknown": unknown}
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        _show(lines, companions, unused, unknown)
    if any(line.refused for line in lines):
        raise typer.Exit(3)
    if not lines:
        raise typer.Exit(4)


def _files(given: Path) -> Iterable[Path]:
    if given.is_dir():
        yield from (path for path in given.rglob("*") if path.is_file() and not path.name.startswith("."))
    else:
        yield given


def _natural(path: Path) -> tuple[tuple[int, str], ...]:
    """rev_4 before rev_10."""
    pieces = (piece for piece in _FIGURES.split(str(path)) if piece)
    return tuple((int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces)


def _sorted_out(files: Sequence[Path]) -> tuple[list[tuple[Path, FileKind]], list[str], list[Path], list[str]]:
    """Files of a known kind in the order of loading, unknown ones, exchange rates, and those read beside others."""
    known, unknown, rates, companions = [], [], [], []
    wanted = {pattern for kind in KINDS for pattern in kind.beside}
    for path in files:
        kind = recognise(name=path.name, head=_head(path))
        if kind is not None:
            known.append((path, kind))
        elif rates_kind(name=path.name):
            rates.append(path)
        elif any(fnmatch(_plain(path), pattern) for pattern in wanted):
            companions.append(path.name)
        else:
            unknown.append(path.name)
    return sorted(known, key=lambda one: one[1].order), unknown, rates, companions


def _plain(path: Path) -> str:
    return path.name.lower().removesuffix(".gz")


def _head(path: Path) -> bytes:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as packed:
                return packed.read(_HEAD)
        with path.open("rb") as plain:
            return plain.read(_HEAD)
    except (OSError, EOFError, zlib.error):
        return b""


def body_of(path: Path) -> bytes:
    """The file unpacked. Raises TariffUnreadable for a damaged archive or one that is far too large."""
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as packed:
                body = packed.read(_MOST + 1)
        else:
            with path.open("rb") as plain:
                body = plain.read(_MOST + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as wrong:
        raise TariffUnreadable(file=path.name, why=f"the archive is damaged ({wrong})") from wrong
    except OSError as wrong:
        raise TariffUnreadable(file=path.name, why=f"it cannot be read ({wrong.strerror})") from wrong
    if len(body) > _MOST:
        raise TariffUnreadable(file=path.name, why=f"it unpacks to more than {_MOST:,} bytes")
    return body


def _beside(kind: FileKind, files: Sequence[Path]) -> Mapping[str, bytes]:
    return {
        _plain(path): body_of(path) for path in files if any(fnmatch(_plain(path), pattern) for pattern in kind.beside)
    }


def tariff_file(path: Path, kind: FileKind, files: Sequence[Path]) -> TariffFile:
    """A file of a kind, unpacked, with those of `files` that it is read beside. Raises TariffUnreadable."""
    return TariffFile(_plain(path), body_of(path), _beside(kind, files))


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for cycles: the rows of a revision have none, and looking through them takes half the time."""
    gc.disable()
    try:
        yield
    finally:
        # What was read stays out of the later searches too, the one at the end included.
        gc.freeze()
        gc.enable()


def _one(path: Path, kind: FileKind, files: Sequence[Path]) -> _Line:
    line = _Line(path.name, f"{kind.part}")
    try:
        file = tariff_file(path, kind, files)
        digest = hashlib.sha256(file.body)
        for name in sorted(file.beside):
            digest.update(file.beside[name])
        with uncollected():
            loading = kind.read(file)
        digest.update(loading.stamp.encode())
        line.edition, line.findings = loading.edition, list(loading.findings)
        report = load_part(
            jurisdiction=kind.jurisdiction,
            part=kind.part,
            edition=loading.edition,
            rows=loading.rows,
            digest=digest.hexdigest(),
            at=clock.now(),
            file=path.name,
        )
    except EntrepotError as refused:
        line.refused = refused.text()
        return line
    line.load, line.new, line.ended = report.load, report.new, report.ended
    line.changed, line.same = report.changed, report.same
    return line


def _words(paths: Sequence[Path], *, bars_off: bool) -> _Line:
    line = _Line("goods code texts", "suggestion")
    try:
        with _say.status("Weighing words for goods codes ...") if not bars_off else nullcontext():
            line.new = len(build_coding(paths=paths).texts)
    except EntrepotError as refused:
        line.refused = refused.text()
    return line


def _rates(path: Path) -> _Line:
    line = _Line(path.name, "exchange rates")
    try:
        line.new = load_rates(kind=rates_kind(name=path.name), text=body_of(path).decode("utf-8-sig", "replace"))
    except EntrepotError as refused:
        line.refused = refused.text()
    return line


def _show(lines: Sequence[_Line], companions: Sequence[str], unused: Mapping[str, str], unknown: Sequence[str]) -> None:
    table = Table(box=None)
    for name, side in (("File", "left"), ("Part", "left"), ("New", "right"), ("Ended", "right"), ("Changed", "right")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for line in lines:
        if line.refused:
            table.add_row(line.file, line.part, "", "", "", style="red")
        elif line.load is None and line.part not in {"exchange rates", "suggestion"}:
            table.add_row(line.file, line.part, "as before", "", "", style="dim")
        else:
            table.add_row(line.file, line.part, f"{line.new:,}", f"{line.ended:,}", f"{line.changed:,}")
    if lines:
        _say.print(table)
    _tell(lines, companions, unused, unknown)


def _tell(lines: Sequence[_Line], companions: Sequence[str], unused: Mapping[str, str], unknown: Sequence[str]) -> None:
    for line in lines:
        if line.refused:
            _say.print(f"Refused: {line.refused}", style="red", markup=False)
        for finding in line.findings:
            _say.print(f"{line.file}: {finding}", style="yellow", markup=False)
    if companions:
        _say.print(f"Read beside others: {', '.join(companions)}.", style="dim", markup=False)
    by_reason: dict[str, list[str]] = {}
    for name, why in unused.items():
        by_reason.setdefault(why, []).append(name)
    for why, names in by_reason.items():
        _say.print(f"Known, not loaded: {', '.join(names)}: {why}.", style="dim", markup=False)
    if unknown:
        _say.print(f"Not of a kind we can read: {', '.join(unknown)}.", style="yellow", markup=False)
