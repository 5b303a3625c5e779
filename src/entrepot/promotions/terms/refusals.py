"""Why a promotion cannot be made, and why a code takes nothing off."""

from collections.abc import Mapping
from typing import ClassVar, Final

from entrepot.kernel.errors import Conflict, NotFound, Refused


class PromotionUnknown(NotFound):
    """There is no such promotion, or it is not the viewer's."""

    code = "promotions.unknown"
    message = "We could not find that promotion."
    remedy = "Look for it in the list of promotions."


_UNCLEAR_WORDS: Final = {
    "title": "It needs a name of at most 80 characters.",
    "percent": "The percentage is more than 0 and at most 100, with at most two decimals; off the goods it is less than 100.",
    "amount": "The amount is missing.",
    "pieces": "Buy 1 to 99 pieces, of which fewer or as many are free.",
    "minimum": "The least to spend is more than nothing.",
    "code": "A code has 3 to 24 letters, digits and hyphens.",
    "until": "It ends after it begins, and not before now.",
    "uses": "How often it can be used is a whole number from 1.",
    "uses_each": "One shopper cannot use it more often than all together.",
    "rank": "The order is a whole number from 1 to 999.",
    "bearer": "A merchant's promotion is borne by that merchant alone.",
    "share": "The marketplace bears 0 to 100 percent.",
    "scope": "A merchant's promotion is for that merchant's goods.",
    "listing": "One of the listings is not known.",
    "currency": "All amounts of one promotion are in one currency.",
}


class PromotionUnclear(Refused):
    """The terms do not make a promotion. why: what is wrong with them."""

    code = "promotions.unclear"
    message = "{why}"
    words: ClassVar = {"why": _UNCLEAR_WORDS}
    remedy = "Correct it and try again."


class CodeTaken(Conflict):
    """The same code stands on another promotion of the same maker."""

    code = "promotions.code_taken"
    message = "You have used the code {given} before."
    remedy = "Choose another code; an old one would mislead whoever kept it."


class PromotionUsedUp(Conflict):
    """Between quote and order others took the last uses, or the promotion ended."""

    code = "promotions.used_up"
    message = "The promotion {title} cannot be had any more."
    remedy = "Open the basket to see the price without it, and confirm again."


class CodesMany(Refused):
    """A basket takes so many codes."""

    code = "promotions.codes_many"
    message = "A basket takes {codes_max} codes."
    remedy = "Take one out first."


class CodeUnreadable(Refused):
    """What was entered cannot be a code."""

    code = "promotions.code_unreadable"
    message = "A code has 3 to 24 letters, digits and hyphens."
    remedy = "Check how it is written."


class ConsentNotAsked(Refused):
    """The promotion does not ask this merchant to bear anything."""

    code = "promotions.consent_not_asked"
    message = "This promotion does not need your consent."
    remedy = "You take part without bearing anything."


class CodeUnknown(Refused):
    """None of the merchants in the basket has it."""

    code = "promotions.code_unknown"
    message = "There is no such code for the goods in your basket."
    remedy = "Check how it is written, and whether it is for another merchant."


class CodeNotBegun(Refused):
    """It does not hold yet."""

    code = "promotions.code_not_begun"
    message = "This code counts from {moment}."
    remedy = "Come back then."


class CodeExpired(Refused):
    """It does not hold any more."""

    code = "promotions.code_expired"
    message = "This code was good until {moment}."
    remedy = "Take it out, or use another one."


class CodeEnded(Refused):
    """Whoever made it has ended it."""

    code = "promotions.code_ended"
    message = "This code has been ended."
    remedy = "Take it out, or use another one."


class CodeUsedUp(Refused):
    """All its uses are held by orders."""

    code = "promotions.code_used_up"
    message = "All uses of this code are taken."
    remedy = "Take it out, or use another one."


class CodeUsedByYou(Refused):
    """The shopper's orders hold it as often as one may."""

    code = "promotions.code_used_by_you"
    message = "You have used this code as often as one person may."
    remedy = "Take it out, or use another one."


class CodeMinimum(Refused):
    """The goods it is for cost too little."""

    code = "promotions.code_minimum"
    message = "This code counts from {minimum}; the goods it is for come to {now}."
    remedy = "Add goods for {missing}."


class CodeNotTheseGoods(Refused):
    """Nothing in the basket is among its goods."""

    code = "promotions.code_not_these_goods"
    message = "This code is not for any of the goods in your basket."
    remedy = "Take it out, or use it for other goods."


class CodeMerchantNotIn(Refused):
    """No merchant of its goods agreed to bear a part."""

    code = "promotions.code_merchant_not_in"
    message = "The merchants of your goods do not take part in this promotion."
    remedy = "It counts for goods of merchants who do."


class CodeNotTogether(Refused):
    """Another promotion shuts it out, and saves more."""

    code = "promotions.code_not_together"
    message = "This code does not go together with {other}."
    remedy = "What saves you more is used."


class CodeNoRate(Refused):
    """Its amount cannot be told in the basket's currency."""

    code = "promotions.code_no_rate"
    message = "This code is in {currency}, which we cannot tell in yours today."
    remedy = "Pay in {currency}, or try again later."


class CodeNothingLeft(Refused):
    """What it could lower is nothing already."""

    code = "promotions.code_nothing_left"
    message = "There is nothing left that this code could lower."
    remedy = "Take it out, or use another one."


# Why a code takes nothing off, by the reason of its answer.
CODE_REFUSALS: Final[Mapping[str, type[Refused]]] = {
    "unknown": CodeUnknown,
    "not_begun": CodeNotBegun,
    "expired": CodeExpired,
    "ended": CodeEnded,
    "used_up": CodeUsedUp,
    "used_by_you": CodeUsedByYou,
    "minimum": CodeMinimum,
    "not_these_goods": CodeNotTheseGoods,
    "merchant_not_in": CodeMerchantNotIn,
    "not_together": CodeNotTogether,
    "no_rate": CodeNoRate,
    "nothing_left": CodeNothingLeft,
}
