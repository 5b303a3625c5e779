"""Compiled law on disk, below the market's own folder: checked when it is read, and made anew when it is not right."""

import contextlib
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from entrepot.base.postgres import home
from entrepot.customs.rules.packed import Unpackable, form, packed, unpacked
from entrepot.customs.terms import LawIndex

# Smaller laws are read from their tables as fast.
_WORTH_KEEPING: Final = 2_000
_KEPT: Final = 8


def kept_index(*, jurisdiction: str, digest: str, version: str) -> LawIndex | None:
    """The compiled index of all loads that `digest` stands for; None when there is none, or a damaged one."""
    try:
        content = _path(jurisdiction, digest).read_bytes()
    except OSError:
        return None
    try:
        return unpacked(content=content, version=version)
    except Unpackable:
        return None


def keep_index(*, jurisdiction: str, digest: str, index: LawIndex) -> None:
    """Put a large index on disk, whole or not at all; older ones make room. A full or read-only disk is no error."""
    if len(index.measures) < _WORTH_KEEPING:
        return
    path = _path(jurisdiction, digest)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as fresh:
            fresh.write(packed(index=index))
        Path(fresh.name).replace(path)
        known = sorted(path.parent.glob(f"{jurisdiction}-*.law"), key=lambda one: one.stat().st_mtime)
        for old in known[:-_KEPT]:
            old.unlink(missing_ok=True)


def _path(jurisdiction: str, digest: str) -> Path:
    return home() / "cache" / "law" / f"{jurisdiction}-{digest[:32]}-{form()}.law"
