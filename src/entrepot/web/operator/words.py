"""What the operator's pages call accounts, codes and states."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entrepot.ledger.terms import Code, Kind

_ACCOUNTS: dict[Kind, Promise] = {
    Kind.PSP_RECEIVABLE: _("At the payment provider"),
    Kind.HOLD: _("Held for buyer protection"),
    Kind.MERCHANT_AVAILABLE: _("Merchant's available money"),
    Kind.REFUND_IN_TRANSIT: _("Refunds on their way"),
    Kind.COMMISSION: _("Commission earned"),
    Kind.DUTY_PAYABLE: _("Duty owed"),
    Kind.TAX_PAYABLE: _("Tax owed"),
    Kind.FREIGHT_PAYABLE: _("Freight owed"),
    Kind.FEES: _("Border fees owed"),
    Kind.FX_POSITION: _("Exchange position"),
    Kind.FX_GAIN: _("Exchange result"),
    Kind.ROUNDING: _("Rounding"),
}
_CODES: dict[Code, Promise] = {
    Code.CAPTURED: _("Shopper paid"),
    Code.RELEASED_MERCHANT: _("Released to the merchant"),
    Code.RELEASED_COMMISSION: _("Commission"),
    Code.RELEASED_DUTY: _("Duty set aside"),
    Code.RELEASED_TAX: _("Tax set aside"),
    Code.RELEASED_FREIGHT: _("Freight set aside"),
    Code.RELEASED_FEES: _("Border fees set aside"),
    Code.EXCHANGED: _("Exchanged"),
    Code.ROUNDED: _("Rounding"),
    Code.REFUND_OPENED: _("Refund opened"),
    Code.REFUND_SENT: _("Refund sent"),
    Code.PAYOUT: _("Payout"),
}


def account_name(kind: Kind) -> str:
    """An account's kind in the reader's language."""
    return str(_ACCOUNTS[kind])


def code_name(code: Code) -> str:
    """Why money moved, in the reader's language."""
    return str(_CODES[code])
