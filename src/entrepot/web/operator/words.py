"""What the operator's pages call accounts, codes and states."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.kernel.errors import fill
from entrepot.ledger.terms import Kind
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
