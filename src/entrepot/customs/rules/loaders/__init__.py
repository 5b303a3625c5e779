"""The kinds of tariff file we read: one row a kind. A loader is pure, its rows are written by `load_part`."""

import re
from typing import Final

from entrepot.customs.rules.loaders.files import FileKind, Loading, TariffFile, recognised
from entrepot.customs.rules.loaders.hts import CONCORDANCE, DATES, read_hts
from entrepot.customs.rules.loaders.unused import why_unused
from entrepot.customs.rules.loaders.us_kinds import US_KINDS
from entrepot.customs.rules.loaders.world_kinds import WORLD_KINDS

# Files load in the order of `order`, then of their names. A new loader adds its row here.
KINDS: Final[tuple[FileKind, ...]] = (
    FileKind(
        part="us.hts",
        jurisdiction="US",
        what="Harmonized Tariff Schedule of the United States, one revision, JSON export of the USITC",
        name=re.compile(r"hts_\d{4}_(basic|rev_\d+)\.json"),
        mark=re.compile(rb'"htsno"'),
        beside=(DATES, CONCORDANCE),
        read=read_hts,
        order=10,
    ),
    *US_KINDS,
    *WORLD_KINDS,
)


def recognise(*, name: str, head: bytes) -> FileKind | None:
    """The kind of a file by its name or first bytes; None when we cannot read it."""
    return recognised(kinds=KINDS, name=name, head=head)


__all__ = ["KINDS", "FileKind", "Loading", "TariffFile", "recognise", "why_unused"]
