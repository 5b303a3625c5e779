"""The payment provider: what it can be asked, and what it answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from entrepot.kernel.money import Money


class IntentStatus(StrEnum):
    """A payment as the provider sees it. authorised: the card's bank has promised the money, nobody has taken it."""

    REQUIRES_CARD = "requires_card"
    PROCESSING = "processing"
    AUTHORISED = "authorised"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class TransitStatus(StrEnum):
    """A payout as the provider sees it. failed: the money came back, be it after it was said to have arrived."""

    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"


class ChargebackStatus(StrEnum):
    """A card holder's dispute as the provider sees it. inquiry: the bank only asks, no money was taken yet."""

    INQUIRY = "inquiry"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"  # an inquiry that came to nothing


@dataclass(frozen=True, slots=True)
class ProviderIntent:
    """The provider's answer about a payment. reference: ours. captured: what was taken, once it was."""

    id: str
    status: IntentStatus
    pay_url: str
    amount: Money
    reference: str
    reason: str = ""
    captured: Money | None = None

    @property
    def taken(self) -> Money:
        """What was taken of the shopper's money; all that was asked unless the provider says otherwise."""
        return self.captured or self.amount


@dataclass(frozen=True, slots=True)
class ProviderPayout:
    """The provider's answer about a payout. reference: ours."""

    id: str
    status: TransitStatus
    amount: Money
    reference: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProviderProof:
    """The provider has taken (or paid out) this much, under this id of its own."""

    provider_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ProviderChargeback:
    """The provider's answer about a chargeback. reference: our payment's. due_by: until when evidence counts.

    taken: whether the provider has taken the amount. fee: what it took for its trouble; fee_back: what of it came back.
    """

    id: str
    reference: str
    status: ChargebackStatus
    amount: Money
    fee: Money
    fee_back: Money
    taken: bool
    reason: str
    due_by: datetime | None


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A document handed in against a chargeback. kind: `shipping`, `receipt`, `communication` or `other`."""

    kind: str
    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class MissedMessage:
    """A message of the provider that we fetched ourselves, as it would have been sent."""

    event_id: str
    body: bytes


class Cards(Protocol):
    """Payments of shoppers at a provider. Every call may be repeated: `key` makes a second one answer like the first.

    All raise ProviderSilent when the answer is not known, ProviderRefused when the provider says no.
    """

    def open_intent(
        self, *, key: str, amount: Money, return_url: str, description: str, locale: str, manual: bool = False
    ) -> ProviderIntent:
        """Ask for a page on which the shopper pays; `key` is also the reference. manual: authorise, capture later."""
        ...

    def intent(self, *, intent_id: str) -> ProviderIntent:
        """How a payment stands."""
        ...

    def capture_intent(self, *, key: str, intent_id: str, amount: Money) -> ProviderIntent:
        """Take this much of what was authorised, once; the rest is given free. What was taken before stays so."""
        ...

    def cancel_intent(self, *, key: str, intent_id: str) -> ProviderIntent:
        """Close the page, or give an authorisation free; a payment that was made stays made, as the answer says."""
        ...

    def refund(self, *, key: str, intent_id: str, amount: Money, reason: str) -> ProviderProof:
        """Give money of a payment back: part or all, as often as there is something left."""
        ...


class Payouts(Protocol):
    """Payouts to merchants at a provider; repeated and refused like `Cards`."""

    def send_payout(self, *, key: str, amount: Money, destination: str) -> ProviderPayout:
        """Send money to a merchant's bank; `key` is also the reference."""
        ...

    def payout(self, *, payout_id: str) -> ProviderPayout:
        """How a payout stands."""
        ...

    def recall_payout(self, *, key: str, payout_id: str) -> None:
        """Have the money of a payout that failed back with the marketplace. What is back changes nothing."""
        ...


class Chargebacks(Protocol):
    """Card holders' disputes at a provider, and the messages we may have missed; repeated and refused like `Cards`."""

    def chargeback(self, *, chargeback_id: str) -> ProviderChargeback:
        """How a chargeback stands."""
        ...

    def answer_chargeback(
        self, *, key: str, chargeback_id: str, text: str, files: Sequence[EvidenceFile]
    ) -> ProviderChargeback:
        """Hand all evidence in, once and for all. Raises ProviderRefused when it is too late."""
        ...

    def messages(self, *, since: datetime) -> Iterable[MissedMessage]:
        """What the provider has told since then about chargebacks and payouts, oldest first."""
        ...


class PaymentProvider(Cards, Payouts, Chargebacks, Protocol):
    """A payment provider."""
