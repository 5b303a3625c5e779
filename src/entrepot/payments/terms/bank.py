"""The words of bank files: our own account, what a file's lines say, and what a bank may answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Final

from entrepot.kernel.errors import Refused
from entrepot.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Debtor:
    """Our own account, from which merchants are paid. number: its IBAN; bic: of our bank."""

    name: str
    country: str
    number: str
    bic: str


@dataclass(frozen=True, slots=True)
class BankLimits:
    """What our bank takes in one file: so many lines, and by currency so many minor units, where it has a limit."""

    lines: int = 5000
    totals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Credit:
    """One line of a file: who gets what, and where. number: the IBAN, else the plain number at `bank_code`."""

    reference: str
    amount: Money
    holder: str
    country: str
    bank_code: str
    number: str


@dataclass(frozen=True, slots=True)
class BankFile:
    """What one file says, from which its bytes are written. day: when our bank shall pay."""

    message_id: str
    made_at: datetime
    day: date
    debtor: Debtor
    credits: tuple[Credit, ...]

    @property
    def total(self) -> Money:
        """All lines together."""
        return Money.total((one.amount for one in self.credits), self.credits[0].amount.currency)


class BankUnset(Refused):
    """Payouts by bank file need an account of our own, and none is set."""

    code = "payments.bank_unset"
    message = "No bank account of the marketplace is set, so no file for the bank can be made."
    remedy = "Set ENTREPOT_PAYOUT_BANK, or have the payment provider send the payouts."


_UNREADABLE: Final = {
    "kind": "it is neither CSV with reference and status, nor pain.002, nor camt.054",
    "xml": "it is no well-formed XML, or it declares a document type",
    "status": "a line has another status than confirmed, failed or returned",
    "amount": "an amount is no number with its currency",
}


class BankAnswerUnreadable(Refused):
    """A bank's answer has no form we know."""

    code = "payments.bank_answer_unreadable"
    message = "This answer of the bank cannot be read: {why}."
    remedy = "Download it from the bank again, and upload it as it is."
    words: ClassVar = {"why": _UNREADABLE}
