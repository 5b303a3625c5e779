"""The ledger's words: accounts, one-row transfers, what posting them answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.money import Money

SLOTS: Final = 16


class Guard(StrEnum):
    """Which side of an account may never outweigh the other, pending amounts included."""

    NONE = "none"
    CREDIT = "credit"  # what was credited bounds what may be debited: money we owe somebody
    DEBIT = "debit"  # the mirror


class Kind(StrEnum):
    """What an account is for. Its subject says whose: a consignment, a merchant, a payment, an authority, nobody."""

    PSP_RECEIVABLE = "psp_receivable"  # money at the payment provider
    HOLD = "hold"  # buyer protection: kept until release; subject: consignment
    MERCHANT_AVAILABLE = "merchant_available"  # a merchant's own money, ready for payout; subject: merchant
    REFUND_IN_TRANSIT = "refund_in_transit"  # on its way back to the shopper; subject: payment
    COMMISSION = "commission"
    DUTY_PAYABLE = "duty_payable"  # owed to a customs authority; subject: its country
    TAX_PAYABLE = "tax_payable"  # owed to a tax authority; subject: its country
    FREIGHT_PAYABLE = "freight_payable"  # owed to carriers
    FEES = "fees"  # entry and service fees owed at the border; subject: the country
    FX_POSITION = "fx_position"  # one leg of a currency exchange stands here in each currency
    FX_GAIN = "fx_gain"  # what an exchange brought in or cost beyond rounding
    ROUNDING = "rounding"  # what rounding to the minor unit leaves over


GUARDS: Final[Mapping[Kind, Guard]] = {
    Kind.HOLD: Guard.CREDIT,
    Kind.MERCHANT_AVAILABLE: Guard.CREDIT,
    Kind.REFUND_IN_TRANSIT: Guard.CREDIT,
}


class State(StrEnum):
    """A transfer's state; only a pending one ever changes, and once."""

    POSTED = "posted"
    PENDING = "pending"
    VOIDED = "voided"


class Code(StrEnum):
    """Why money moved."""

    CAPTURED = "captured"
    RELEASED_MERCHANT = "released.merchant"
    RELEASED_COMMISSION = "released.commission"
    RELEASED_DUTY = "released.duty"
    RELEASED_TAX = "released.tax"
    RELEASED_FREIGHT = "released.freight"
    RELEASED_FEES = "released.fees"
    EXCHANGED = "exchanged"
    ROUNDED = "rounded"
    REFUND_OPENED = "refund.opened"
    REFUND_SENT = "refund.sent"
    PAYOUT = "payout"


class Result(StrEnum):
    """What posting one transfer, or resolving one pending transfer, came to."""

    CREATED = "created"
    EXISTS = "exists"  # the same was done before; nothing changed now
    CHANGED = "changed"  # the key came before with other content
    OVERDRAWN = "overdrawn"  # the account's guard says no
    LINKED = "linked"  # another transfer of its group was refused
    UNKNOWN = "unknown"  # no pending transfer has this key
    OTHERWISE = "otherwise"  # it was resolved the other way before
    EXPIRED = "expired"  # its time ran out before it was posted


@dataclass(frozen=True, slots=True)
class AccountRef:
    """Names an account; its currency is the transfer's.

    slot: unguarded accounts that every sale touches are kept as SLOTS rows, so that sales do not queue for one row;
    what is read is always their sum. Guarded accounts have slot 0 only.
    """

    kind: Kind
    subject: int = 0
    slot: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.slot < SLOTS or (self.slot and self.guard is not Guard.NONE):
            raise ValueError(f"{self.kind} has no slot {self.slot}")

    @property
    def guard(self) -> Guard:
        """The guard accounts of this kind are opened with."""
        return GUARDS.get(self.kind, Guard.NONE)


@dataclass(frozen=True, slots=True)
class About:
    """What a transfer is about, for finding it again from an order, a consignment, a merchant or a payout."""

    order_id: int | None = None
    consignment_id: int | None = None
    merchant_id: int | None = None
    payout_id: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """One debit, one credit, one positive amount. `key` is its identity for ever: posting it again changes nothing."""

    key: str
    debit: AccountRef
    credit: AccountRef
    amount: Money
    code: Code
    about: About = About()
    pending: bool = False
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.amount.minor <= 0:
            raise ValueError("a transfer moves a positive amount")
        if self.debit == self.credit:
            raise ValueError("a transfer joins two accounts")
        if self.expires_at is not None and not self.pending:
            raise ValueError("only a pending transfer can expire")


@dataclass(frozen=True, slots=True)
class Shares:
    """What the money held for one consignment is made of, in the shopper's currency, and the merchant's part of it.

    commission is part of goods. merchant_net: goods less commission in the merchant's currency, frozen on the order.
    fx: units of the merchant's currency for one unit of the shopper's, frozen on the order. authority: the country
    that duty, tax and fees are owed to.
    """

    order_id: int
    consignment_id: int
    merchant_id: int
    authority: str
    goods: Money
    freight: Money
    duty: Money
    tax: Money
    fees: Money
    commission: Money
    merchant_net: Money
    fx: Decimal

    def __post_init__(self) -> None:
        for part in (self.goods, self.freight, self.duty, self.tax, self.fees, self.commission, self.merchant_net):
            if part.minor < 0:
                raise ValueError("shares are never negative")
        if self.commission > self.goods:
            raise ValueError("commission is part of the goods")

    @property
    def total(self) -> Money:
        """What the shopper pays for the consignment."""
        return self.goods + self.freight + self.duty + self.tax + self.fees

    @property
    def about(self) -> About:
        """What transfers of this consignment are found by."""
        return About(order_id=self.order_id, consignment_id=self.consignment_id, merchant_id=self.merchant_id)


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's four counters; `posted` and `available` are read from the side its guard protects."""

    debits_pending: Money
    debits_posted: Money
    credits_pending: Money
    credits_posted: Money

    @property
    def posted(self) -> Money:
        """Credits less debits, pending ones left out."""
        return self.credits_posted - self.debits_posted

    @property
    def available(self) -> Money:
        """What may still be debited: posted, less what is already promised away."""
        return self.posted - self.debits_pending


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the operator sees it, its slots summed. label: the subject where it has a plain name (CN)."""

    kind: Kind
    subject: int
    currency: str
    label: str
    balance: Balance


@dataclass(frozen=True, slots=True)
class Entry:
    """A transfer as recorded. id: in the order of recording."""

    id: int
    key: str
    group: str
    code: Code
    state: State
    debit_kind: Kind
    debit_subject: int
    credit_kind: Kind
    credit_subject: int
    amount: Money
    about: About
    effective_at: datetime
    recorded_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One line of the trial balance: everything of one kind in one currency, at a moment."""

    currency: str
    kind: Kind
    debits: Money
    credits: Money
    pending_debits: Money
    pending_credits: Money


@dataclass(frozen=True, slots=True)
class Drift:
    """An account row whose counters are not the sum of its transfers. There must never be one."""

    account_id: int
    kind: str
    subject: int
    currency: str
    counted: tuple[int, int, int, int]
    summed: tuple[int, int, int, int]


_KIND_WORDS: Final = {
    "psp_receivable": "money at the payment provider",
    "hold": "money held for buyer protection",
    "merchant_available": "the merchant's available money",
    "refund_in_transit": "refunds on their way",
    "commission": "commission earned",
    "duty_payable": "duty owed",
    "tax_payable": "tax owed",
    "freight_payable": "freight owed",
    "fees": "border fees owed",
    "fx_position": "exchange position",
    "fx_gain": "exchange result",
    "rounding": "rounding",
}


class Overdrawn(Refused):
    """An account would give more than it holds."""

    words: ClassVar = {"kind": _KIND_WORDS}

    code = "ledger.overdrawn"
    message = "There is not enough money on the account ({kind})."
    remedy = "Check the balance and the transfers that are still pending."


class KeyTaken(Refused):
    """A transfer's key came before with other content."""

    code = "ledger.key_taken"
    message = "The transfer {key} was recorded before with other content."
    remedy = "Look at the recorded transfer; corrections are new transfers."


class PendingUnknown(NotFound):
    """No pending transfer has that key."""

    code = "ledger.pending_unknown"
    message = "There is no pending transfer {key}."
    remedy = "Check the key."


class ResolvedOtherwise(Refused):
    """A pending transfer was already posted, voided or has run out, and now the other was asked."""

    code = "ledger.resolved_otherwise"
    message = "The pending transfer {key} was already settled another way."
    remedy = "Look at the recorded transfer; corrections are new transfers."
