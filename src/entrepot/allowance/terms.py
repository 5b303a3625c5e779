"""A person as customs know them, and the year's allowance for cross-border retail imports that hangs on them.

The allowance is the person's, not the account's: whoever shops under two accounts has one. What we count is a lower
bound, for purchases on other platforms count too and only customs know them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from entrepot.kernel.errors import Conflict, NotFound, Refused
from entrepot.kernel.money import Money

PersonId = NewType("PersonId", int)
IdentityId = NewType("IdentityId", int)

# News about a shopper's allowance; owner: the shopper, subject: the order.
CORRECTED: Final = "allowance.corrected"


class IdentityKind(StrEnum):
    """Which document the number is of. resident: the Chinese resident identity card; other: any other document."""

    RESIDENT = "resident"
    OTHER = "other"


class EntryKind(StrEnum):
    """What happened to the allowance.

    held: kept for an order. released: the order was given up. used: the goods were delivered. restored: they came back
    in time. customs_says: customs refused a parcel, so more is used than we knew.
    """

    HELD = "held"
    RELEASED = "released"
    USED = "used"
    RESTORED = "restored"
    CUSTOMS_SAYS = "customs_says"


class ReadFor(StrEnum):
    """Why somebody read an identity number in the clear."""

    CUSTOMS_PAPERS = "customs_papers"
    CUSTOMS_QUESTION = "customs_question"


@dataclass(frozen=True, slots=True)
class MaskedIdentity:
    """An identity as it may be shown: `*` for all but the last four signs of the number and the first of the name."""

    id: IdentityId
    shopper_id: int
    kind: IdentityKind
    name: str
    number: str
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity in the clear, for customs papers only; whoever reads one is written down."""

    kind: IdentityKind
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one calendar year's allowance is gone, as far as we know: all in renminbi.

    held: by orders under way; used: delivered; elsewhere: what customs let us know of other platforms.
    """

    year: int
    held: Money
    used: Money
    elsewhere: Money

    @property
    def known(self) -> Money:
        """All of it: a lower bound of what customs count."""
        return self.held + self.used + self.elsewhere


@dataclass(frozen=True, slots=True)
class Part:
    """A consignment of an order that counts to the allowance. number: its place in the order, from one."""

    number: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the allowance's ledger; entries are added, never changed."""

    year: int
    order_id: int
    part: int
    kind: EntryKind
    amount: Money
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody read an identity number in the clear."""

    reader_id: int
    shopper_id: int
    why: ReadFor
    subject: str
    at: datetime


class NameMissing(Refused):
    """No name was given."""

    code = "allowance.name_missing"
    message = "The name on the identity document is missing."
    remedy = "Enter the name exactly as it stands on the document."


class NumberMistyped(Refused):
    """The resident identity number does not check."""

    code = "allowance.number_mistyped"
    message = "This is not a valid resident identity number."
    remedy = "Check the 18 characters; the last may be X."


class DocumentUnreadable(Refused):
    """The number of another document has an impossible form."""

    code = "allowance.document_unreadable"
    message = "This is not the number of an identity document."
    remedy = "Enter 5 to 20 letters and digits, as they stand on the document."


class PayerNotOrderer(Refused):
    """The shopper did not confirm to buy and pay in person."""

    code = "allowance.payer_not_orderer"
    message = "Customs ask that whoever orders also pays, for own use."
    remedy = "Confirm that you order and pay for yourself."


class IdentityNeeded(Refused):
    """An order by cross-border retail needs a name and an identity number."""

    code = "allowance.identity_needed"
    message = "Customs ask for the name and identity number of whoever orders."
    remedy = "Enter them at the checkout; they are kept encrypted and used for customs only."


class AllowanceSpent(Conflict):
    """The year's allowance does not suffice for the order."""

    code = "allowance.spent"
    message = "This order would pass the yearly allowance for cross-border retail imports; {left} is left of {limit}."
    remedy = "Order less this year, or buy in general trade. Purchases on other platforms count too."


class TooLateToRestore(Refused):
    """The goods did not come back in time."""

    code = "allowance.too_late_to_restore"
    message = "Customs restore the allowance for goods that are back within 45 days of their release."
    remedy = "The allowance stays used."


class NothingHeld(NotFound):
    """The order holds no allowance."""

    code = "allowance.nothing_held"
    message = "This parcel does not count to a yearly allowance."
    remedy = "Check the number of the parcel."
