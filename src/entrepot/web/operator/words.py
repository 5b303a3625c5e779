"""What the operator's pages call accounts, codes and states."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.kernel.errors import fill
from entrepot.ledger.terms import Code, Kind
from entrepot.payments.terms import AmountDiffers, OperatorVerb, ProviderRefused, ProviderSilent, Why

_ACCOUNTS: dict[Kind, Promise] = {
    Kind.PSP_RECEIVABLE: _("At the payment provider"),
    Kind.PSP_DISPUTED: _("Disputed at the payment provider"),
    Kind.PSP_RESERVE: _("Kept back by the payment provider"),
    Kind.BANK: _("Bank"),
    Kind.FX_POSITION: _("Exchange position"),
    Kind.MERCHANT_RECEIVABLE: _("Owed by merchants"),
    Kind.SHOPPER_CREDIT: _("Shoppers' credit"),
    Kind.HOLD: _("Held for buyer protection"),
    Kind.MERCHANT_PENDING: _("Merchant's money not yet available"),
    Kind.MERCHANT_AVAILABLE: _("Merchant's available money"),
    Kind.MERCHANT_RESERVE: _("Merchant's reserve"),
    Kind.DISPUTE_SET_ASIDE: _("Set aside for a dispute"),
    Kind.PAYOUT_IN_TRANSIT: _("Payouts on their way"),
    Kind.REFUND_IN_TRANSIT: _("Refunds on their way"),
    Kind.DUTY_PAYABLE: _("Duty owed"),
    Kind.TAX_PAYABLE: _("Tax owed"),
    Kind.FREIGHT_PAYABLE: _("Freight owed"),
    Kind.FEES: _("Border fees owed"),
    Kind.COMMISSION: _("Commission earned"),
    Kind.FULFILMENT_FEE: _("Fulfilment fees earned"),
    Kind.FX_GAIN: _("Exchange result"),
    Kind.ROUNDING: _("Rounding"),
    Kind.PSP_FEES: _("Payment provider's fees"),
    Kind.PROMOTION: _("Discounts we bear"),
    Kind.GOODWILL: _("Goodwill"),
    Kind.CHARGEBACK_LOSS: _("Disputes lost"),
    Kind.BAD_DEBT: _("Debts written off"),
}
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


_WHYS: dict[Why, Promise] = {
    Why.NOT_VERIFIED: _("The business is not verified"),
    Why.NO_ACCOUNT: _("No bank account is known"),
    Why.HELD: _("Held by an operator"),
    Why.OWES: _("Owes the marketplace money"),
    Why.BELOW_LEAST: _("Below the least amount"),
    Why.NOT_DUE: _("Not its day"),
    Why.MOVED: _("The money was taken by something else meanwhile"),
}


def why_name(why: Why) -> str:
    """Why somebody is not paid out, in the reader's language."""
    return str(_WHYS[why])


def account_name(kind: Kind) -> str:
    """An account's kind in the reader's language."""
    return str(_ACCOUNTS[kind])


def code_name(code: Code) -> str:
    """Why money moved, in the reader's language."""
    return str(_CODES[code])


def trouble_name(written: str) -> str:
    """A payment's trouble, which is kept in English, in the reader's language where it is one of ours."""
    for kind in (AmountDiffers, ProviderRefused, ProviderSilent):
        form = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(kind.message))
        found = re.fullmatch(form, written)
        if found:
            return fill(gettext(kind.message), {name: gettext(fact) for name, fact in found.groupdict().items()})
    return written


_ACTIONS: dict[OperatorVerb, Promise] = {
    OperatorVerb.ASK: _("Had the provider asked again"),
    OperatorVerb.HANDLED: _("Marked as handled"),
    OperatorVerb.GIVE_BACK: _("Ended the order and had the money given back"),
}


def action_name(verb: OperatorVerb) -> str:
    """What an operator did, in the reader's language."""
    return str(_ACTIONS[verb])
