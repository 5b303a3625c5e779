"""The words of payments: the shopper's payment, money held, refunds, payouts, and what the provider says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from entrepot.kernel.money import Money
from entrepot.ledger.terms import Shares
from entrepot.payments.terms.payouts import Way

PaymentId = NewType("PaymentId", int)
PayoutId = NewType("PayoutId", int)
RefundId = NewType("RefundId", int)

# News. Owner of the first five: the shopper; of the others: the merchant.
AUTHORISED: Final = "payments.authorised"
CAPTURED: Final = "payments.captured"
FAILED: Final = "payments.failed"
CAME_LATE: Final = "payments.came_late"
RETURNED: Final = "payments.returned"
HOLD_RELEASED: Final = "payments.hold_released"
PAYOUT_OPENED: Final = "payments.payout_opened"
PAYOUT_PAID: Final = "payments.payout_paid"
PAYOUT_FAILED: Final = "payments.payout_failed"


class State(StrEnum):
    """A payment's state. failed is not the end: another card may be tried on the same page."""

    CREATED = "created"
    OPENING = "opening"  # the provider may already know it
    AWAITING = "awaiting"  # the shopper can pay
    AUTHORISED = "authorised"  # the card's bank has promised the money; it is taken when the merchants agree
    CAPTURED = "captured"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RETURNING = "returning"  # money came after the end; it is on its way back
    RETURNED = "returned"


class Verb(StrEnum):
    """What can happen to a payment."""

    OPEN = "open"
    AWAIT = "await"
    AUTHORISE = "authorise"
    CAPTURE = "capture"
    COLLECT = "collect"  # take what was authorised
    FAIL = "fail"
    CANCEL = "cancel"
    RETURN = "return"


class HoldState(StrEnum):
    """open: kept until release. released: paid to the merchant. refunded: given back to the shopper."""

    OPEN = "open"
    RELEASED = "released"
    REFUNDED = "refunded"


class PayoutState(StrEnum):
    """open: the money is set aside. sent: the provider has it in hand. paid: it arrived. failed: it never did.

    returned: it had arrived, and the merchant's bank sent it back.
    """

    OPEN = "open"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"


class PayoutVerb(StrEnum):
    """What can happen to a payout."""

    SEND = "send"
    SETTLE = "settle"
    FAIL = "fail"
    RETURN = "return"


class RefundState(StrEnum):
    """open: owed to the shopper. done: the provider has given it back."""

    OPEN = "open"
    DONE = "done"


class Outcome(StrEnum):
    """What an event of the provider came to."""

    APPLIED = "applied"
    NO_EFFECT = "no_effect"  # known before, or nothing to do
    UNMATCHED = "unmatched"  # about nothing of ours; kept for the operator
    REFUSED = "refused"  # against a rule; kept for the operator
    HANDLED = "handled"  # an operator has looked into it


class OperatorVerb(StrEnum):
    """What an operator can do about a payment in trouble, or about an odd message."""

    ASK = "ask"  # ask the provider again
    HANDLED = "handled"  # it was settled elsewhere; the reason says how
    GIVE_BACK = "give_back"  # the order ends, and whatever was taken goes back


@dataclass(frozen=True, slots=True)
class OperatorAction:
    """One thing an operator did. user_id: who."""

    at: datetime
    user_id: int
    verb: OperatorVerb
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentOpened:
    """A payment that now waits to be opened at the provider."""

    id: PaymentId
    ref: str


@dataclass(frozen=True, slots=True)
class Payment:
    """A shopper's payment of one order. pay_url: where to pay, empty until the provider has answered."""

    id: PaymentId
    ref: str
    shopper_id: int
    order_id: int
    order_ref: str
    amount: Money
    state: State
    intent_id: str
    pay_url: str
    return_url: str
    description: str
    language: str
    reason: str
    trouble: str
    created_at: datetime
    captured_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentToSettle:
    """What settling needs to know of a payment; nothing is locked, so its write says again what was read."""

    id: int
    ref: str
    shopper_id: int
    order_id: int
    state: State
    amount: Money
    intent_id: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Money kept for one consignment under buyer protection. release_at: none until it is delivered.

    shares: as at the sale; left: what has not been given back to the shopper, which is what a release pays out.
    A claim stops the consignment's clock, not this date: it says from when on the release is tried.
    """

    id: int
    merchant_id: int
    payment_id: int
    shares: Shares
    left: Shares
    state: HoldState
    opened_at: datetime
    release_at: datetime | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Payout:
    """Money on its way from the marketplace to a merchant's bank.

    destination: the reference of the bank account that was in use when it was opened. run_id: of which run it is, none
    when the merchant asked. file_number: in which file of the run it stands.
    """

    id: PayoutId
    ref: str
    merchant_id: int
    amount: Money
    state: PayoutState
    key: str
    destination: str
    provider_id: str
    reason: str
    opened_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    way: Way = Way.PROVIDER
    run_id: int | None = None
    file_number: int | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money owed back to a shopper. consignment_id: what for, none for a whole order; asked: the wish in one line."""

    id: RefundId
    ref: str
    shopper_id: int
    payment_id: PaymentId
    order_id: int
    intent_id: str
    amount: Money
    reason: str
    state: RefundState
    consignment_id: int | None
    asked: str
    opened_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class MerchantMoney:
    """A merchant's money in one currency, each figure backed by transfers or holds that can be listed.

    pending: released, not yet ready for payout. reserve: kept back for claims to come. owed: what the merchant owes.
    """

    held: Money
    available: Money
    in_transit: Money
    paid_out: Money
    pending: Money
    reserve: Money
    owed: Money


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """One message of the provider, as it came. data: the object it is about, empty when it is not readable."""

    id: int
    event_id: str
    kind: str
    object_id: str
    data: Mapping[str, object]
    received_at: datetime
    processed_at: datetime | None
    outcome: Outcome | None
    trouble: str
    tries: int


@dataclass(frozen=True, slots=True)
class ProviderMessage:
    """A message whose signature was checked. event_id: the provider's; data: the object it is about; body: as it came."""

    event_id: str
    kind: str
    object_id: str
    data: Mapping[str, object]
    body: bytes


@dataclass(frozen=True, slots=True)
class HeldDiffers:
    """A consignment whose open hold and ledger account disagree. There must never be one."""

    consignment_id: int
    currency: str
    hold: int
    ledger: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What an event is called. event: ours, one for all its parts; source: the provider's id of it; payment: of its payment."""

    event: str
    source: str
    reference: str
    payment: str
