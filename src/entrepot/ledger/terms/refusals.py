"""What the ledger refuses, and what to do about it."""

from typing import ClassVar, Final

from entrepot.kernel.errors import NotFound, Refused

_KIND_WORDS: Final = {
    "psp_receivable": "money at the payment provider",
    "merchant_receivable": "what the merchant owes",
    "shopper_credit": "the shopper's credit",
    "hold": "money held for buyer protection",
    "merchant_pending": "the merchant's money not yet available",
    "merchant_available": "the merchant's available money",
    "merchant_reserve": "the merchant's reserve",
    "dispute_set_aside": "money set aside for a dispute",
    "payout_in_transit": "payouts on their way",
    "refund_in_transit": "refunds on their way",
    "commission": "commission earned",
    "duty_payable": "duty owed",
    "tax_payable": "tax owed",
    "freight_payable": "freight owed",
    "fees": "border fees owed",
    "fx_position": "exchange position",
    "fx_gain": "exchange result",
    "rounding": "rounding",
    "psp_disputed": "money disputed at the payment provider",
    "psp_reserve": "money kept back by the payment provider",
    "bank": "bank",
    "fulfilment_fee": "fulfilment fees earned",
    "psp_fees": "the payment provider's fees",
    "promotion": "discounts we bear",
    "goodwill": "goodwill",
    "chargeback_loss": "disputes lost",
    "bad_debt": "debts written off",
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


class PeriodClosed(Refused):
    """A transfer would take effect in a period whose books are closed."""

    code = "ledger.period_closed"
    message = "The books are closed up to {until}."
    remedy = "Record an adjusting entry that takes effect in the open period."


class PartDiffers(Refused):
    """A part of a pending transfer is more than was promised, in another currency, or not what was posted before."""

    code = "ledger.part_differs"
    message = "The pending transfer {key} cannot be posted with {amount}."
    remedy = "Post at most what was promised, in its own currency; what was posted stays."


class PeriodMoves(Refused):
    """Books are closed up to a past moment, and only ever later ones."""

    code = "ledger.period_moves"
    message = "The books cannot be closed up to {until}."
    remedy = "Choose a moment that has passed and is later than the last closing."
