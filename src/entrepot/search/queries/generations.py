"""Which generation serves: the pointer on disk, followed by every process within one query."""

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from entrepot.search.queries.engine import TantivyReader
from entrepot.search.terms import EDITION, Generation

_POINTER: Final = "current"
_Stamp = tuple[int, int]


@dataclass(slots=True)
class _Open:
    """A generation opened in this process, with what pointer and last commit looked like then."""

    generation: Generation
    pointer: _Stamp
    commit: _Stamp
    reader: TantivyReader


_lock = threading.Lock()
_open: dict[Path, _Open] = {}


def root() -> Path:
    """The folder of all generations."""
    return Path(settings.SEARCH_INDEX)


def pointer() -> Path:
    """The small file that names the serving generation. Replaced in one step, never edited."""
    return root() / _POINTER


def place(*, number: int) -> Path:
    """The folder of one generation."""
    return root() / f"gen-{number}"


def serving() -> Generation | None:
    """The generation that serves, or nothing: none was ever finished, or it is of another edition."""
    named = pointed()
    return named[0] if named else None


def pointed() -> tuple[Generation, str] | None:
    """The serving generation with the mark of the market it was built from."""
    try:
        kept = json.loads(pointer().read_text())
    except FileNotFoundError:
        return None
    if kept["edition"] != EDITION:
        return None
    return Generation(int(kept["generation"]), place(number=int(kept["generation"]))), str(kept["mark"])


def reader() -> TantivyReader | None:
    """The serving generation as of its last commit, opened once in a process; nothing when none serves."""
    with _lock:
        for _ in range(3):
            try:
                return _reader()
            except (ValueError, FileNotFoundError):
                # Removed between reading the pointer and opening it: the pointer names the next one by now.
                _open.pop(root(), None)
        return None


def _reader() -> TantivyReader | None:
    try:
        now = _stamp(pointer())
    except FileNotFoundError:
        _open.pop(root(), None)
        return None
    known = _open.get(root())
    if known is None or known.pointer != now:
        generation = serving()
        if generation is None:
            return None
        commit = _stamp(generation.path / "meta.json")
        known = _open[root()] = _Open(generation, now, commit, TantivyReader(generation.path))
        return known.reader
    commit = _stamp(known.generation.path / "meta.json")
    if commit != known.commit:
        known.reader.reload()
        known.commit = commit
    return known.reader


def _stamp(path: Path) -> _Stamp:
    found = path.stat()
    return found.st_mtime_ns, found.st_ino


def documents_in(*, generation: Generation) -> int:
    """How many listings a generation holds, serving or not."""
    return TantivyReader(generation.path).documents()
