"""A chargeback: a card holder's dispute with the bank, its parts by merchant, and the evidence against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, NewType

from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.money import Money

ChargebackId = NewType("ChargebackId", int)

# News. Owner: the merchant of the part.
CHARGEBACK_OPENED: Final = "payments.chargeback_opened"
CHARGEBACK_ENDED: Final = "payments.chargeback_ended"


class ChargebackState(StrEnum):
    """inquiry: the bank asks before it takes money. open: it has taken it. closed: an inquiry that came to nothing."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


class ChargebackVerb(StrEnum):
    """What can happen to a chargeback."""

    TAKE = "take"
    WIN = "win"
    LOSE = "lose"
    CLOSE = "close"


class EvidenceKind(StrEnum):
    """What a document shows; banks ask for them by these kinds."""

    SHIPPING = "shipping"
    RECEIPT = "receipt"
    COMMUNICATION = "communication"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Chargeback:
    """One dispute of a card holder about a payment. fee: the provider's, in its own currency.

    answered_at: when the evidence went to the bank, for good.
    """

    id: ChargebackId
    ref: str
    shopper_id: int
    payment_id: int
    order_id: int
    order_ref: str
    provider_id: str
    amount: Money
    fee: Money
    reason: str
    state: ChargebackState
    due_by: datetime | None
    opened_at: datetime
    taken_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A document that a merchant handed in."""

    id: int
    kind: EvidenceKind
    name: str
    media_type: str
    size: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ChargebackPart:
    """What a chargeback is about of one consignment; its merchant answers it.

    aside: what was set aside of the merchant's own money because the hold had been released. due_by: the bank's date.
    lost: what was taken from the merchant in the end, in the merchant's currency.
    """

    id: int
    ref: str
    merchant_id: int
    shopper_id: int
    chargeback_id: ChargebackId
    order_id: int
    consignment_id: int
    amount: Money
    aside: Money
    lost: Money
    reason: str
    state: ChargebackState
    due_by: datetime | None
    opened_at: datetime
    text: str
    handed_in_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    files: tuple[KeptFile, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether evidence may still be added."""
        return self.state in {ChargebackState.INQUIRY, ChargebackState.OPEN} and self.answered_at is None


class ChargebackUnknown(NotFound):
    """There is no such chargeback, or it is not the viewer's."""

    code = "payments.chargeback_unknown"
    message = "We could not find that chargeback."
    remedy = "Look for it among your chargebacks."


class EvidenceLate(Refused):
    """The evidence has gone to the bank, or its date is over."""

    code = "payments.evidence_late"
    message = "No evidence can be added to this chargeback any more."
    remedy = "The bank decides with what it has."


class DisputedByBank(Refused):
    """The card's bank has taken the money back; giving it back as well would pay twice."""

    code = "payments.disputed_by_bank"
    message = "The card's bank has taken this payment back, so it cannot be refunded now."
    remedy = "Wait until the bank has decided."


_WHY_WORDS: Final[Mapping[str, str]] = {
    "empty": "write what happened, or add a document",
    "text": "a text has at most 10,000 characters",
    "many": "at most five documents can be handed in",
    "size": "a document has at most 2 MB",
    "type": "documents are PDF, JPEG or PNG files",
    "": "it cannot be read",
}


class EvidenceUnfit(Refused):
    """The evidence cannot be taken as it is."""

    words: ClassVar = {"why": _WHY_WORDS}

    code = "payments.evidence_unfit"
    message = "This evidence cannot be handed in: {why}."
    remedy = "Change it and send it again."
