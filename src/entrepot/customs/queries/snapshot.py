"""Compiled law on disk, below the market's own folder: checked when it is read, and made anew when it is not right."""

import contextlib
import hashlib
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from entrepot.base.postgres import home
from entrepot.customs.queries import stored
from entrepot.customs.rules import facts, index, packed
from entrepot.customs.terms import LawIndex

# Smaller laws are read from their tables as fast.
_WORTH_KEEPING: Final = 2_000
_KEPT: Final = 8
# What makes an index of rows: when the program does it otherwise, what was kept before is not taken.
_MAKERS: Final = tuple(Path(str(module.__file__)) for module in (stored, facts, index, packed))


def kept_index(*, jurisdiction: str, digest: str, version: str) -> LawIndex | None:
    """The compiled index of all loads that `digest` stands for; None when there is none, or a damaged one."""
    try:
        content = _path(jurisdiction, digest).read_bytes()
    except OSError:
        return None
    try:
        return packed.unpacked(content=content, version=version)
    except packed.Unpackable:
        return None


def keep_index(*, jurisdiction: str, digest: str, made: LawIndex) -> None:
    """Put a large index on disk, whole or not at all; older ones make room. A full or read-only disk is no error."""
    if len(made.measures) < _WORTH_KEEPING:
        return
    with contextlib.suppress(OSError):
        path = _path(jurisdiction, digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, packed.packed(index=made))
        known = sorted(path.parent.glob(f"{jurisdiction}-*.law"), key=lambda one: one.stat().st_mtime)
        for old in known[:-_KEPT]:
            old.unlink(missing_ok=True)


def _put(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as fresh:
        beside = Path(fresh.name)
        try:
            fresh.write(content)
            fresh.flush()
            beside.replace(path)
        finally:
            # What a full disk cut short must not go on filling it.
            beside.unlink(missing_ok=True)


def _path(jurisdiction: str, digest: str) -> Path:
    return home() / "cache" / "law" / f"{jurisdiction}-{digest[:32]}-{_program(_MAKERS)}.law"


@lru_cache(maxsize=2)
def _program(makers: tuple[Path, ...]) -> str:
    """A short print of the form that indexes are packed in and of the program that makes them."""
    found = hashlib.sha256(packed.form().encode())
    for maker in makers:
        found.update(maker.read_bytes())
    return found.hexdigest()[:12]
