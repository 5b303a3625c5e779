"""What the books tell of one transfer, and of closing them."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.kernel.money import Money
from entrepot.ledger.terms.transfers import Entry


@dataclass(frozen=True, slots=True)
class Record:
    """A transfer with all that is recorded of it. group: what was posted with it, itself included.

    asked: of a clamped transfer, what was asked. ending_key: of the row that ended the promise. batch: the link of
    the chain that sealed it, none while it is in the tail.
    """

    entry: Entry
    group: tuple[Entry, ...]
    expires_at: datetime | None
    asked: Money | None
    ending_key: str
    ending_effective_at: datetime | None
    batch: int | None
    batch_hash: str
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClosingSum:
    """What closing takes in of one currency: transfers posted, and promises still open."""

    posted: int
    moved: Money
    promised: int
    promises: Money


@dataclass(frozen=True, slots=True)
class Closing:
    """The books from the last closing up to `until`. open: the oldest promises of that time that nobody ended."""

    closed: datetime | None
    until: datetime
    sums: tuple[ClosingSum, ...]
    open: tuple[Entry, ...]
