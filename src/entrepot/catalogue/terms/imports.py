"""Import runs: one file of one merchant on its way into the catalogue, and what was found in it row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from entrepot.kernel.errors import NotFound, Refused


class ImportState(StrEnum):
    """Queued, running, then done or failed. A done run may be undone, which takes a while too."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


class Dialect(StrEnum):
    """The kinds of file that are recognised by their headings."""

    SHOPIFY_LEGACY = "shopify_legacy"
    SHOPIFY = "shopify"
    SHOPIFY_INVENTORY = "shopify_inventory"


class Severity(StrEnum):
    """error: the row did not go in; warning: it went in, but look at it; note: good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a row. line: the row's first line in the file, 0 for the whole file.

    code: a key of `rules.findings.MESSAGES`, which holds the sentence and the remedy; facts fill them.
    """

    line: int
    handle: str
    field: str
    code: str
    severity: Severity
    facts: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class TroubleCount:
    """How often one code occurs in a run, with where it stands first and what is said there."""

    code: str
    severity: Severity
    count: int
    line: int
    facts: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """A run, while it works and afterwards. progress: from 0 to 100.

    trouble: the code of what stopped it, with `trouble_facts`; empty unless failed.
    """

    ref: str
    merchant_id: int
    state: ImportState
    filename: str
    size_bytes: int
    channel: str
    currency: str
    encoding: str
    dialect: str
    progress: int
    rows_read: int
    rows_rejected: int
    products: int
    listings_created: int
    listings_changed: int
    listings_same: int
    stock_set: int
    errors: int
    warnings: int
    notes: int
    codes: tuple[TroubleCount, ...]
    trouble: str
    trouble_facts: Mapping[str, str | int]
    opened_at: datetime
    ended_at: datetime | None
    undoable: bool

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in {ImportState.DONE, ImportState.FAILED, ImportState.UNDONE}


@dataclass(frozen=True, slots=True)
class ImportWork:
    """What the import job needs to know of a run. started: its encoding is settled, and its reading may go on."""

    path: Path
    currency: str
    encoding: str
    started: bool


@dataclass(frozen=True, slots=True)
class ImportPage:
    """A merchant's runs, newest first. next: what to ask `after` for more, or empty."""

    rows: tuple[ImportReport, ...]
    next: str


@dataclass(frozen=True, slots=True)
class RowPage:
    """Findings in the order of the file. next: what to ask `after` for more, or 0."""

    rows: tuple[Finding, ...]
    next: int


class ImportUnknown(NotFound):
    """There is no such import, or it is not yours."""

    code = "catalogue.import_unknown"
    message = "We could not find that import."
    remedy = "Open it from the list of imports."


class ImportTrouble(Refused):
    """The file as a whole cannot be imported; `why` is a key of `rules.findings.MESSAGES`."""

    code = "catalogue.import_trouble"
    message = "The file cannot be imported: {why}."
    remedy = "Correct the file and import it again."

    def __init__(self, why: str, **facts: str | int) -> None:
        super().__init__(why=why, **facts)
        self.why = why
        self.details: Mapping[str, str | int] = facts


class NotUndoable(Refused):
    """Only a finished import can be undone, and only once."""

    code = "catalogue.not_undoable"
    message = "This import cannot be undone."
    remedy = "Only a finished import can be undone, and only once."
