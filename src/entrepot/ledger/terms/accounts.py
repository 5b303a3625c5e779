"""The chart of accounts: what each kind is for, whose it is, and which side may never outweigh the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from entrepot.kernel.money import Money


class Guard(StrEnum):
    """Which side of an account may never outweigh the other, pending amounts included."""

    NONE = "none"
    CREDIT = "credit"  # what was credited bounds what may be debited: money we owe somebody
    DEBIT = "debit"  # the mirror: money somebody owes us


class Nature(StrEnum):
    """Where a kind stands in the books: assets and expenses grow by debits, the others by credits."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"


class Kind(StrEnum):
    """What an account is for. Its subject says whose: a consignment, a merchant, a payment, an authority, nobody."""

    PSP_RECEIVABLE = "psp_receivable"  # money at the payment provider
    PSP_DISPUTED = "psp_disputed"  # taken back by the provider while a card holder's dispute is open
    PSP_RESERVE = "psp_reserve"  # kept back by the payment provider
    BANK = "bank"  # the marketplace's own bank account
    FX_POSITION = "fx_position"  # one leg of a currency exchange stands here in each currency
    MERCHANT_RECEIVABLE = "merchant_receivable"  # what a merchant owes us; subject: merchant

    SHOPPER_CREDIT = "shopper_credit"  # money a shopper may spend here; subject: shopper
    HOLD = "hold"  # buyer protection: kept until release; subject: consignment
    MERCHANT_PENDING = "merchant_pending"  # released, not yet ready for payout; subject: merchant
    MERCHANT_AVAILABLE = "merchant_available"  # a merchant's own money, ready for payout; subject: merchant
    MERCHANT_RESERVE = "merchant_reserve"  # a merchant's money kept back for claims to come; subject: merchant
    DISPUTE_SET_ASIDE = "dispute_set_aside"  # a merchant's money while a dispute is open; subject: dispute
    PAYOUT_IN_TRANSIT = "payout_in_transit"  # given to the bank, not yet confirmed; subject: payout
    REFUND_IN_TRANSIT = "refund_in_transit"  # on its way back to the shopper; subject: payment
    DUTY_PAYABLE = "duty_payable"  # owed to a customs authority; subject: its country
    TAX_PAYABLE = "tax_payable"  # owed to a tax authority; subject: its country
    FREIGHT_PAYABLE = "freight_payable"  # owed to carriers
    FEES = "fees"  # entry and service fees owed at the border; subject: the country

    COMMISSION = "commission"
    FULFILMENT_FEE = "fulfilment_fee"  # what merchants pay for storing, packing and sending
    FX_GAIN = "fx_gain"  # what an exchange brought in or cost beyond rounding
    ROUNDING = "rounding"  # what rounding to the minor unit leaves over

    PSP_FEES = "psp_fees"
    PROMOTION = "promotion"  # the part of a discount that the marketplace bears
    GOODWILL = "goodwill"  # given to shoppers though nothing was owed
    CHARGEBACK_LOSS = "chargeback_loss"  # disputes lost that no merchant answers for
    BAD_DEBT = "bad_debt"  # what merchants owed and never paid


@dataclass(frozen=True, slots=True)
class Line:
    """A kind's line in the chart of accounts. subject: what its accounts belong to, empty for the marketplace's own."""

    nature: Nature
    guard: Guard = Guard.NONE
    subject: str = ""

    @property
    def hot(self) -> bool:
        """Whether its accounts are appended to and rolled up later, so that sales never queue for one row."""
        return self.guard is Guard.NONE


_OWED: Final = Guard.CREDIT

CHART: Final[Mapping[Kind, Line]] = {
    Kind.PSP_RECEIVABLE: Line(Nature.ASSET),
    Kind.PSP_DISPUTED: Line(Nature.ASSET),
    Kind.PSP_RESERVE: Line(Nature.ASSET),
    Kind.BANK: Line(Nature.ASSET),
    Kind.FX_POSITION: Line(Nature.ASSET),
    Kind.MERCHANT_RECEIVABLE: Line(Nature.ASSET, Guard.DEBIT, "merchant"),
    Kind.SHOPPER_CREDIT: Line(Nature.LIABILITY, _OWED, "shopper"),
    Kind.HOLD: Line(Nature.LIABILITY, _OWED, "consignment"),
    Kind.MERCHANT_PENDING: Line(Nature.LIABILITY, _OWED, "merchant"),
    Kind.MERCHANT_AVAILABLE: Line(Nature.LIABILITY, _OWED, "merchant"),
    Kind.MERCHANT_RESERVE: Line(Nature.LIABILITY, _OWED, "merchant"),
    Kind.DISPUTE_SET_ASIDE: Line(Nature.LIABILITY, _OWED, "dispute"),
    Kind.PAYOUT_IN_TRANSIT: Line(Nature.LIABILITY, _OWED, "payout"),
    Kind.REFUND_IN_TRANSIT: Line(Nature.LIABILITY, _OWED, "payment"),
    Kind.DUTY_PAYABLE: Line(Nature.LIABILITY, subject="country"),
    Kind.TAX_PAYABLE: Line(Nature.LIABILITY, subject="country"),
    Kind.FREIGHT_PAYABLE: Line(Nature.LIABILITY),
    Kind.FEES: Line(Nature.LIABILITY, subject="country"),
    Kind.COMMISSION: Line(Nature.INCOME),
    Kind.FULFILMENT_FEE: Line(Nature.INCOME),
    Kind.FX_GAIN: Line(Nature.INCOME),
    Kind.ROUNDING: Line(Nature.INCOME),
    Kind.PSP_FEES: Line(Nature.EXPENSE),
    Kind.PROMOTION: Line(Nature.EXPENSE),
    Kind.GOODWILL: Line(Nature.EXPENSE),
    Kind.CHARGEBACK_LOSS: Line(Nature.EXPENSE),
    Kind.BAD_DEBT: Line(Nature.EXPENSE),
}

MERCHANT_KINDS: Final = tuple(kind for kind, line in CHART.items() if line.subject == "merchant")


@dataclass(frozen=True, slots=True)
class AccountRef:
    """Names an account; its currency is the transfer's."""

    kind: Kind
    subject: int = 0

    @property
    def guard(self) -> Guard:
        """The guard accounts of this kind are opened with."""
        return CHART[self.kind].guard


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

    @property
    def owed(self) -> Money:
        """What may still be credited to an account guarded on its debit side: what somebody owes us."""
        return self.debits_posted - self.credits_posted - self.credits_pending


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the operator sees it. label: the subject where it has a plain name (CN)."""

    kind: Kind
    subject: int
    currency: str
    label: str
    balance: Balance


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


@dataclass(frozen=True, slots=True)
class ChainFault:
    """A batch of the chain, or, by its negative number, a transfer, that was changed, left out or put in later."""

    batch: int
    why: str
