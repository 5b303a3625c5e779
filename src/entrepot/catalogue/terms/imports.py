"""Import runs: one file of one merchant on its way into the catalogue, and what was found in it row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final

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


# Why a file as a whole does not go in, and what to do about it.
FILE_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "feed.empty": ("The file is empty.", "Export it again and check that it has rows."),
    "feed.excel": (
        "This is an Excel workbook, not a CSV file.",
        "In Excel choose Save as, then CSV UTF-8, and import that file.",
    ),
    "feed.zip": ("This is a ZIP archive, not a CSV file.", "Unpack it and import the CSV file inside."),
    "feed.pdf": ("This is a PDF document, not a CSV file.", "Export the products from your shop as CSV."),
    "feed.html": (
        "This is a web page, not a CSV file.",
        "Sign in to your shop and export the products as CSV; the download was a page.",
    ),
    "feed.json": ("This is JSON, not a CSV file.", "Export the products from your shop as CSV."),
    "feed.picture": ("This is a picture, not a CSV file.", "Export the products from your shop as CSV."),
    "feed.binary": ("This is not a text file.", "Export the products from your shop as CSV."),
    "feed.gzip_broken": ("The compressed file is damaged or cut off.", "Compress it again, or import it uncompressed."),
    "feed.gzip_twice": ("The file is compressed twice.", "Unpack it once and import it again."),
    "feed.bomb": (
        "The compressed file unpacks to far more than a product file holds.",
        "Import the CSV file uncompressed.",
    ),
    "feed.too_large": (
        "The file is larger than {megabytes} MB.",
        "Split it into parts; rows of one product must stay together.",
    ),
    "feed.not_decodable": (
        "The file is not in the encoding {encoding}.",
        "Choose another encoding, or let us recognise it.",
    ),
    "feed.encoding_unknown": (
        "We do not know the encoding {encoding}.",
        "Choose UTF-8, UTF-16, GB18030 or Windows-1252.",
    ),
    "feed.line_too_long": (
        "Line {line} is longer than {limit} characters.",
        "Check that the file is a CSV file with one row a line.",
    ),
    "feed.quote_open": (
        "The quotation mark that opens in line {line} is never closed.",
        "Close it, or double every quotation mark inside the text.",
    ),
    "feed.heading_unknown": (
        "None of the headings is known: {found}.",
        "Import a product or inventory file as your shop exports it; the first line holds the headings.",
    ),
    "feed.heading_missing": (
        "The column {column} is missing.",
        "Add the column {column}, or export the file again with all columns.",
    ),
    "feed.heading_twice": ("The column {column} is there twice.", "Remove or rename one of the two."),
    "feed.too_many_columns": (
        "The file has {count} columns; {limit} are the most.",
        "Remove columns that are not needed.",
    ),
    "feed.currency": ("Prices in {currency} cannot be offered in the channel {channel}.", "Choose one of: {allowed}."),
    "feed.broken_off": (
        "The import broke off because of a fault of ours.",
        "Start it again; what was done is kept, and nothing is done twice.",
    ),
}

# The presets; a market's own channels are called by their address.
_CHANNEL_WORDS: Final = {"bazaar": "Bazaar", "mall": "Mall", "export": "Export"}


class ImportTrouble(Refused):
    """The file as a whole cannot be imported; `why` is a key of `FILE_SENTENCES`, which says it."""

    code = "catalogue.import_trouble"
    words: ClassVar = {"channel": _CHANNEL_WORDS}
    message = "The file cannot be imported."
    remedy = "Correct the file and import it again."

    def __init__(self, why: str, **facts: str | int) -> None:
        super().__init__(why=why, **facts)
        self.why = why
        self.details: Mapping[str, str | int] = facts

    def templates(self) -> tuple[str, str]:
        """The sentence of its own reason."""
        return FILE_SENTENCES.get(self.why, (self.message, self.remedy))


class NotUndoable(Refused):
    """Only a finished import can be undone, and only once."""

    code = "catalogue.not_undoable"
    message = "This import cannot be undone."
    remedy = "Only a finished import can be undone, and only once."
