"""The words of reconciliation: items of both sides, how they are matched, and the queue of what is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, Protocol

from entrepot.kernel.errors import Conflict, NotFound, Refused, Upstream
from entrepot.kernel.money import Money


class Place(StrEnum):
    """Where money of ours is kept by somebody else who reports about it."""

    PROVIDER = "provider"
    BANK = "bank"


class Side(StrEnum):
    """Whose word it is."""

    BOOKS = "books"
    THEIRS = "theirs"


class Kind(StrEnum):
    """Why money came or went, as far as both sides can say it."""

    CAPTURED = "captured"
    REFUND = "refund"
    PAYOUT = "payout"
    PAYOUT_BACK = "payout_back"
    CHARGEBACK = "chargeback"
    CHARGEBACK_BACK = "chargeback_back"
    CHARGEBACK_FEE = "chargeback_fee"
    FEE = "fee"  # what the provider keeps of one payment
    FEE_OTHER = "fee_other"  # a fee that belongs to nothing of ours
    SETTLED = "settled"  # the provider pays into our bank
    RESERVED = "reserved"
    REMITTED = "remitted"  # paid to an authority or a carrier
    EXCHANGED = "exchanged"
    MENDED = "mended"  # an adjusting entry
    OTHER = "other"


class Rule(StrEnum):
    """How two items found each other; the first three in this order of strength."""

    PROVIDER_ID = "provider_id"
    REFERENCE = "reference"
    AMOUNT_DAY = "amount_day"
    HAND = "hand"
    WRITTEN_OFF = "written_off"


class Why(StrEnum):
    """What is wrong with an item that nothing matches."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT = "amount"
    CURRENCY = "currency"
    DUPLICATE = "duplicate"
    FEE_UNKNOWN = "fee_unknown"


class CaseState(StrEnum):
    """How an exception stands. explained: still a difference, but somebody has said why."""

    OPEN = "open"
    EXPLAINED = "explained"
    MATCHED = "matched"


class Age(StrEnum):
    """How many days an exception has stood."""

    FRESH = "0-1"
    DAYS = "2-3"
    WEEK = "4-7"
    OLD = "8-"


class Verb(StrEnum):
    """What was done about an exception."""

    OPENED = "opened"
    RULE = "rule"
    REOPENED = "reopened"
    HAND = "hand"
    EXPLAINED = "explained"
    WRITTEN_OFF = "written_off"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line of a report. amount: positive when it is money for us. source: the provider's id of what it is about.

    number: the reporter's own, once in the world. reference: ours, where the reporter repeats it. line: in the file.
    """

    number: str
    kind: Kind
    source: str
    reference: str
    amount: Money
    at: datetime
    line: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class LineFault:
    """A line that could not be read. field: of which; said: what to do about it, a gettext id."""

    line: int
    field: str
    said: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What a reporter says stood there at the beginning and the end of a day."""

    day: date
    opening: Money
    closing: Money


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report as read. form: `sandbox`, `stripe`, `stripe.csv`, `camt.053`, `bank.csv`."""

    place: Place
    form: str
    lines: tuple[ReadLine, ...]
    faults: tuple[LineFault, ...] = ()
    stated: tuple[Stated, ...] = ()


@dataclass(frozen=True, slots=True)
class BookLine:
    """What our books say came or went at one place: one event, however many transfers it has."""

    place: Place
    number: str
    kind: Kind
    source: str
    reference: str
    amount: Money
    at: datetime
    transfers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was taken in. taken: lines that were new."""

    id: int
    ref: str
    place: Place
    form: str
    name: str
    lines: int
    taken: int
    faults: tuple[LineFault, ...]
    at: datetime
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of either side. rule: how it was matched; none while it is not."""

    id: int
    place: Place
    side: Side
    kind: Kind
    number: str
    source: str
    reference: str
    amount: Money
    at: datetime
    text: str
    report_id: int | None
    line: int | None
    transfers: tuple[int, ...]
    match_id: int | None = None
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an exception's trail. user_id: none where a rule did it."""

    verb: Verb
    user_id: int | None
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """An exception: an item that nothing matched. days: how long it has stood. other_id: the likely counterpart."""

    ref: str
    item: Item
    why: Why
    state: CaseState
    days: int
    other_id: int | None
    ended_at: datetime | None

    @property
    def age(self) -> Age:
        """Its class of age."""
        return next((age for most, age in AGES if self.days <= most), Age.OLD)


AGES: Final = ((1, Age.FRESH), (3, Age.DAYS), (7, Age.WEEK))


@dataclass(frozen=True, slots=True)
class Standing:
    """One place in one currency at the end of a day: what our books say, what they say, and what explains the gap.

    only_books, only_theirs: sums of what nothing matches by then. crossing: of pairs of which one side came by then.
    explained: how much of the unmatched has an explanation. stated: the closing balance that the reporter wrote itself.
    """

    place: Place
    currency: str
    books: Money
    theirs: Money
    only_books: Money
    only_theirs: Money
    crossing: Money
    explained: Money
    stated: Money | None
    open_cases: int

    @property
    def difference(self) -> Money:
        """What the books have more than the report."""
        return self.books - self.theirs

    @property
    def proven(self) -> bool:
        """Whether the gap is exactly the sum of the lines that make it."""
        return self.difference == self.only_books - self.only_theirs + self.crossing


@dataclass(frozen=True, slots=True)
class QueueAsk:
    """Which exceptions; what is none asks for all. explained: those that somebody explained, instead of the open ones."""

    place: Place | None = None
    why: Why | None = None
    age: Age | None = None
    explained: bool = False


@dataclass(frozen=True, slots=True)
class QueueTally:
    """How many exceptions stand open, by age and by what is wrong."""

    ages: Mapping[Age, int] = field(default_factory=dict)
    whys: Mapping[Why, int] = field(default_factory=dict)

    @property
    def all(self) -> int:
        """All of them."""
        return sum(self.ages.values())


@dataclass(frozen=True, slots=True)
class Matched:
    """What one run of the matching came to."""

    made: int
    undone: int
    opened: int
    closed: int


class ReportSource(Protocol):
    """Where reports are fetched."""

    def report(self, *, day: date) -> bytes:
        """All that happened on a day (UTC), as the provider's own document. Raises ReportSilent."""
        ...

    def settle(self, *, currency: str, minor: int, key: str) -> None:
        """Have the provider pay that much into our bank. Raises ReportSilent."""
        ...


_UNREADABLE_WORDS: Final = {
    "empty": "it is empty",
    "size": "it is larger than 16 MB",
    "lines": "it has more than 200,000 lines",
    "deep": "it is nested too deeply",
    "xml": "it is no whole, well-formed XML, or it declares a document type",
    "json": "it is no whole, well-formed JSON",
    "text": "it is no text in UTF-8",
    "form": "it is none of the forms we know",
    "statement": "it has no opening and closing balance of each statement",
    "count": "it has fewer entries than it says",
}


class ReportUnreadable(Refused):
    """A file is no report, or only a part of one."""

    code = "reconciliation.unreadable"
    message = "This report cannot be read: {why}."
    remedy = "Download it again from the provider or the bank, and give it as it is."
    words: ClassVar = {"why": _UNREADABLE_WORDS}


class StatementUnbalanced(Refused):
    """Opening balance and entries do not make the closing balance: lines are missing or changed."""

    code = "reconciliation.unbalanced"
    message = "The statement does not add up: its entries lead to {got}, but it says {asked}."
    remedy = "Nothing was taken from it. Download the whole statement again."


class CaseUnknown(NotFound):
    """There is no such exception."""

    code = "reconciliation.case_unknown"
    message = "We could not find that exception."
    remedy = "Look for it in the queue."


class CaseEnded(Conflict):
    """Somebody, or a rule, has matched it meanwhile."""

    code = "reconciliation.case_ended"
    message = "This exception was matched meanwhile."
    remedy = "Look at its trail."


class SumsDiffer(Refused):
    """What shall be matched by hand is not the same money on both sides."""

    code = "reconciliation.sums_differ"
    message = "Both sides must come to the same: our books have {asked}, the report has {got}."
    remedy = "Choose other lines, or write the difference off."


class NothingToWriteOff(Refused):
    """Both sides are equal."""

    code = "reconciliation.nothing_to_write_off"
    message = "Both sides come to the same, so there is nothing to write off."
    remedy = "Match them by hand."


class TextMissing(Refused):
    """A decision without a reason."""

    code = "reconciliation.text_missing"
    message = "Say why, in at most 500 characters."
    remedy = "Whoever audits the books reads it."


class LinesStrange(Refused):
    """Lines of another place or currency, or that are matched already."""

    code = "reconciliation.lines_strange"
    message = "Lines of one place and one currency are matched, and each only once."
    remedy = "Open the exception again and choose among the lines shown there."


class ReportSilent(Upstream):
    """The provider did not give its report."""

    code = "reconciliation.silent"
    message = "The payment provider did not give its report."
    remedy = "It is asked again by itself."
