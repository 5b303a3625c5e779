"""Why a dispute cannot do what is asked, with the words people read."""

from typing import ClassVar, Final

from entrepot.kernel.errors import Conflict, NotFound, Refused

VERB_WORDS: Final = {
    "open": "be opened",
    "propose": "take a proposal of the merchant",
    "reject": "be rejected",
    "counter": "take another wish of the shopper",
    "agree": "be agreed on",
    "escalate": "be given to the marketplace",
    "withdraw": "be withdrawn",
    "send_back": "have its goods sent back",
    "receive": "have its goods received",
    "contest": "have its return contested",
    "rule": "be ruled on",
    "appeal": "be appealed",
    "rule_again": "be ruled on again",
    "lapse": "lapse",
    "settle": "be settled",
    "stall": "be given back to the marketplace",
    "show": "take more evidence",
}
STATE_WORDS: Final = {
    "merchant": "waiting for the merchant's answer",
    "shopper": "waiting for the shopper's answer",
    "returning": "waiting for the goods to be sent back",
    "coming": "waiting for the goods that are on their way back",
    "operator": "waiting for the marketplace's ruling",
    "ruled": "ruled on",
    "appealed": "waiting for the ruling on the appeal",
    "settling": "decided",
    "ended": "ended",
}


class DisputeUnknown(NotFound):
    """There is no such dispute, or it is not the viewer's."""

    code = "disputes.unknown"
    message = "We could not find that dispute."
    remedy = "Look for it in the list of your disputes."


class WrongMoment(Refused):
    """The state does not allow it, or it is the other side's turn."""

    code = "disputes.wrong_moment"
    message = "The dispute cannot {verb} now, because it is {state}."
    words: ClassVar = {"verb": VERB_WORDS, "state": STATE_WORDS}
    remedy = "Reload the page to see how it stands and whose turn it is."


class AlreadyOpen(Conflict):
    """The consignment has an open dispute."""

    code = "disputes.already_open"
    message = "A dispute about this consignment is open already."
    remedy = "Go on with that one: add what is missing there."


class TooEarly(Refused):
    """The parcel may still come, or has not arrived."""

    code = "disputes.too_early"
    message = "This can be claimed from {on} on."
    remedy = "Wait until then; the money stays held meanwhile."


class NotArrived(Refused):
    """What is said of the goods can only be said of goods that have arrived."""

    code = "disputes.not_arrived"
    message = "The parcel has not arrived yet, so nobody can say how the goods are."
    remedy = "Wait until it has arrived. If it does not come in time, claim that it was not received."


class TooLate(Refused):
    """The time to claim is over."""

    code = "disputes.too_late"
    message = "This could be claimed until {until}."
    remedy = "Write to the merchant; they may still help."


class NothingToClaim(Refused):
    """No money was paid for it, or all of it has gone back."""

    code = "disputes.nothing_to_claim"
    message = "Nothing is left of this consignment's money that could be claimed."
    remedy = "Look at what was given back before."


_OUTCOME_WORDS: Final = {
    "amount": "the amount must be above zero and at most what is left",
    "remedy": "what did not arrive cannot be sent back",
    "mind": "who changes their mind sends the goods back first",
    "lines": "choose articles of this consignment",
    "nothing": "it must say what is to be given",
    "note": "it must say why",
    "bearer": "goods that never arrived are paid by their merchant",
    "": "it does not fit this dispute",
}


class OutcomeUnfit(Refused):
    """The remedy or its amount cannot be."""

    code = "disputes.outcome_unfit"
    message = "This cannot be proposed: {why}."
    words: ClassVar = {"why": _OUTCOME_WORDS}
    remedy = "Correct it and send it again."


class SameOperator(Refused):
    """The operator who ruled cannot rule on the appeal."""

    code = "disputes.same_operator"
    message = "An appeal is ruled on by another operator than the first ruling."
    remedy = "Leave it to a colleague."


class AppealedBefore(Refused):
    """There is one appeal."""

    code = "disputes.appealed_before"
    message = "This dispute was appealed once; the second ruling stands."
    remedy = "Nothing more can be done here."


_EVIDENCE_WORDS: Final = {
    "size": "a file has at most 8 MB",
    "type": "files are JPEG, PNG or WebP pictures, or PDF documents",
    "many": "each side can show at most ten files",
    "empty": "it is empty",
    "": "it cannot be read",
}


class EvidenceUnfit(Refused):
    """The file cannot be taken."""

    code = "disputes.evidence_unfit"
    message = "This file cannot be taken: {why}."
    words: ClassVar = {"why": _EVIDENCE_WORDS}
    remedy = "Choose another file."


class LabelUnfit(Refused):
    """The return cannot go with a label of ours."""

    code = "disputes.label_unfit"
    message = "We have no label for this way back."
    remedy = "Send it with a carrier of your own and enter the tracking number."
