"""What pages call the reasons for which money moves: in general, and as a merchant reads them."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entrepot.ledger.terms import Code

_CODES: dict[Code, Promise] = {
    Code.CAPTURED: _("Shopper paid"),
    Code.PROMOTED: _("Discount we bear"),
    Code.PROMOTION_RETURNED: _("Discount we bore, come back"),
    Code.PSP_FEE: _("Payment provider's fee"),
    Code.PSP_SETTLED: _("Paid into the bank by the provider"),
    Code.PSP_RESERVED: _("Kept back by the provider"),
    Code.RELEASED_MERCHANT: _("Released to the merchant"),
    Code.RELEASED_COMMISSION: _("Commission"),
    Code.RELEASED_COMMISSION_TAX: _("Tax on the commission"),
    Code.RELEASED_DUTY: _("Duty set aside"),
    Code.RELEASED_TAX: _("Tax set aside"),
    Code.RELEASED_FREIGHT: _("Freight set aside"),
    Code.RELEASED_FEES: _("Border fees set aside"),
    Code.EXCHANGED: _("Exchanged"),
    Code.ROUNDED: _("Rounding"),
    Code.MATURED: _("Became available"),
    Code.RESERVED: _("Kept as a reserve"),
    Code.RESERVE_RETURNED: _("Reserve given back"),
    Code.FULFILMENT: _("Fulfilment fee"),
    Code.RETURN_CARRIED: _("Carrying goods back"),
    Code.REFUND_OPENED: _("Refund opened"),
    Code.REFUND_COMMISSION: _("Commission given back"),
    Code.REFUND_DUTY: _("Duty given back"),
    Code.REFUND_TAX: _("Tax given back"),
    Code.REFUND_FREIGHT: _("Freight given back"),
    Code.REFUND_FEES: _("Border fees given back"),
    Code.REFUND_SENT: _("Refund sent"),
    Code.GOODWILL: _("Goodwill"),
    Code.CREDIT_SPENT: _("Paid with credit"),
    Code.CLAWED_BACK: _("Taken back for a refund"),
    Code.NETTED: _("Set off against what was owed"),
    Code.WRITTEN_OFF: _("Written off"),
    Code.DISPUTE_OPENED: _("Dispute opened"),
    Code.DISPUTE_SET_ASIDE: _("Set aside for a dispute"),
    Code.DISPUTE_WON: _("Dispute won"),
    Code.DISPUTE_LOST: _("Dispute lost"),
    Code.PAYOUT: _("Payout"),
    Code.PAYOUT_SET_ASIDE: _("Payout set aside"),
    Code.PAYOUT_CONFIRMED: _("Payout confirmed by the bank"),
    Code.PAYOUT_FAILED: _("Payout failed"),
    Code.PAYOUT_RETURNED: _("Payout sent back by the bank"),
    Code.FX_SETTLED: _("Currency exchanged at the bank"),
    Code.FX_SPREAD: _("Cost of an exchange"),
    Code.FX_RESULT: _("Result of an exchange"),
    Code.REMITTED: _("Paid to whom it was owed"),
    Code.REVERSED: _("Reversed"),
    Code.ADJUSTED: _("Adjusting entry"),
}

# Where the merchant stands on the other side of it, or has another word for it.
_TO_MERCHANT: Final[dict[Code, Promise]] = {
    Code.RELEASED_MERCHANT: _("Sale released"),
    Code.RESERVE_RETURNED: _("Reserve came back"),
    Code.NETTED: _("Paid what you owed"),
    Code.WRITTEN_OFF: _("What you owed was given up"),
    Code.DISPUTE_SET_ASIDE: _("Set aside for a chargeback"),
    Code.DISPUTE_WON: _("Chargeback won"),
    Code.DISPUTE_LOST: _("Chargeback lost"),
    Code.PAYOUT_SET_ASIDE: _("Payout"),
    Code.PAYOUT_FAILED: _("Payout came back"),
    Code.PAYOUT_RETURNED: _("Payout came back"),
}


def code_name(code: Code) -> str:
    """Why money moved, in the reader's language."""
    return str(_CODES[code])


def move_name(code: Code) -> str:
    """Why a merchant's money moved, as the merchant reads it."""
    return str(_TO_MERCHANT.get(code) or _CODES[code])
