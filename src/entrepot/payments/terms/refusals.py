"""Why money cannot move: the refusals of payments, with the words people read for their codes."""

from typing import ClassVar, Final

from entrepot.kernel.errors import NotFound, Refused, Upstream


class PaymentUnknown(NotFound):
    """There is no such payment, or it is not the viewer's."""

    code = "payments.unknown"
    message = "We could not find that payment."
    remedy = "Look for it among your orders."


class HoldUnknown(NotFound):
    """No money is held for that consignment."""

    code = "payments.hold_unknown"
    message = "No money is held for that consignment."
    remedy = "Check whether the order is paid."


class PayoutUnknown(NotFound):
    """There is no such payout, or it is not the viewer's."""

    code = "payments.payout_unknown"
    message = "We could not find that payout."
    remedy = "Look for it among your payouts."


_VERB_WORDS: Final = {
    "open": "be opened",
    "await": "wait for the shopper",
    "capture": "be booked as paid",
    "fail": "be marked as failed",
    "cancel": "be cancelled",
    "return": "be given back",
    "send": "be sent",
    "settle": "be booked as arrived",
    "release": "be released to the merchant",
    "authorise": "be authorised",
    "collect": "be taken",
    "drop": "be changed",
    "take": "be disputed by the bank",
    "win": "be won",
    "lose": "be lost",
    "close": "be closed",
}
_STATE_WORDS: Final = {
    "created": "not opened at the provider yet",
    "opening": "being opened at the provider",
    "awaiting": "waiting for the shopper",
    "captured": "paid",
    "failed": "declined or sent back",
    "cancelled": "cancelled",
    "returning": "on its way back to the shopper",
    "returned": "given or sent back",
    "open": "held or set aside",
    "sent": "on its way to the bank",
    "paid": "paid out",
    "released": "released to the merchant",
    "refunded": "given back to the shopper",
    "authorised": "authorised and not taken yet",
    "inquiry": "an inquiry of the bank",
    "won": "won",
    "lost": "lost",
    "closed": "closed",
}


class WrongMoment(Refused):
    """The state does not allow it."""

    code = "payments.wrong_moment"
    message = "This money cannot {verb} now, because it is {state}."
    words: ClassVar = {"verb": _VERB_WORDS, "state": _STATE_WORDS}
    remedy = "Reload the page to see how it stands now."


class AmountDiffers(Refused):
    """The provider took another amount than was asked."""

    code = "payments.amount_differs"
    message = "The provider reports {got}, but {asked} was asked."
    remedy = "Nothing was booked. The operator compares the payment with the provider's records."


class BadSignature(Refused):
    """The message does not prove that the provider sent it."""

    code = "payments.bad_signature"
    message = "The signature of this message is missing, wrong or too old."
    remedy = "Sign with the agreed secret, and send within five minutes of the timestamp."


class Unreadable(Refused):
    """The message is signed but has no shape we know."""

    code = "payments.unreadable"
    message = "This message cannot be read: {why}."
    remedy = "Send a JSON object with type and data."


class NotDue(Refused):
    """The hold's release date has not come."""

    code = "payments.not_due"
    message = "The money for this consignment is held until its release date."
    remedy = "It is released by itself when the date comes, or when the shopper confirms receipt."


class NotVerified(Refused):
    """Payouts go to verified merchants only."""

    code = "payments.not_verified"
    message = "Payouts start once your business is verified."
    remedy = "Complete the verification; your money stays safe on your account meanwhile."


class AccountMissing(Refused):
    """Nobody has said where the merchant's money goes."""

    code = "payments.account_missing"
    message = "We do not know a bank account of this business."
    remedy = "Enter the bank account first; the money stays safe meanwhile."


class PayoutsHeld(Refused):
    """An operator holds the merchant's payouts."""

    code = "payments.payouts_held"
    message = "The marketplace holds the payouts of this business while it looks into something."
    remedy = "Ask the marketplace what it needs from you."


class OnlyInRuns(Refused):
    """This marketplace pays out in files to its bank, all together."""

    code = "payments.only_in_runs"
    message = "This marketplace pays out on fixed days only, not when asked."
    remedy = "Choose your payout days; what is available goes out with the next one."


class OwesMoney(Refused):
    """The merchant owes the marketplace money."""

    code = "payments.owes_money"
    message = "This business owes the marketplace money from refunds or claims."
    remedy = "What is released next pays it off; then payouts go on by themselves."


class NothingAvailable(Refused):
    """There is nothing to pay out."""

    code = "payments.nothing_available"
    message = "There is no money available in {currency}."
    remedy = "Money becomes available when consignments are delivered and their release date has passed."


_SCHEDULE_WORDS: Final = {
    "day": "there is no such day; of the week 1 to 7, of the month 1 to 28",
    "least": "the least amount is zero or more",
    "every": "choose daily, weekly, monthly or when asked",
}


class ScheduleInvalid(Refused):
    """When a merchant is paid out cannot be what it says. `field` is where to look, `why` what is wrong."""

    code = "payments.schedule_invalid"
    message = "Payouts cannot be made like this: {why}."
    remedy = "Correct it and try again."
    words: ClassVar = {"why": _SCHEDULE_WORDS}


_EXTEND_WORDS: Final = {
    "moment": "it is not delivered yet, or its money has gone already",
    "early": "it can be put off only when few days are left",
    "once": "you have put it off once before",
    "most": "it has been put off as long as the channel allows",
}


class CannotExtend(Refused):
    """The release of held money cannot be put off, or not any more."""

    code = "payments.cannot_extend"
    message = "The release of this money cannot be put off: {why}."
    remedy = "If something is wrong with the goods, open a claim: it stops the clock."
    words: ClassVar = {"why": _EXTEND_WORDS}


class PayoutKeyReused(Refused):
    """The key came before with another currency."""

    code = "payments.payout_key_reused"
    message = "This key was used before for another payout."
    remedy = "Use a new key for a new payout."


class ProviderSilent(Upstream):
    """The provider did not answer, or answered with a breakdown: the effect is not known. Asking again is safe."""

    code = "payments.provider_silent"
    message = "The payment provider did not answer."
    remedy = "Nothing is lost. We ask again by ourselves in a moment."


_REASON_WORDS: Final = {
    "bad_destination": "it does not know the bank account",
    "bad_amount": "it does not take this amount",
    "bad_currency": "it does not take this currency",
    "not_found": "it does not know this payment",
    "not_captured": "nothing was paid for it",
    "not_cancellable": "it has been paid or ended already",
    "refund_exceeds_captured": "there is nothing left to give back",
    "refund_failed": "the shopper's bank did not take the money back",
    "disputed": "the card's bank has taken the payment back",
    "evidence_closed": "the bank takes no evidence any more",
    "idempotency_key_reused": "the same key came before with another request",
    "": "for a reason that its own records name",
}


class ProviderRefused(Upstream):
    """The provider understood and said no; asking again gives the same answer."""

    words: ClassVar = {"reason": _REASON_WORDS}

    code = "payments.provider_refused"
    message = "The payment provider refused: {reason}."
    remedy = "The operator looks into it."


class ReasonMissing(Refused):
    """An operator decided something without saying why."""

    code = "payments.reason_missing"
    message = "This needs a reason of at least five characters."
    remedy = "Write what you found and did, for whoever looks at it later."
