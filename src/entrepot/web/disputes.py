"""What the pages of all sides show of a dispute, and how their forms are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.base.problems import said
from entrepot.disputes import queries as disputes
from entrepot.disputes import rules
from entrepot.disputes.terms import (
    Dispute,
    DutyLaw,
    Ending,
    Evidence,
    EvidenceUnfit,
    GivesBack,
    Outcome,
    OutcomeUnfit,
    Reason,
    Remedy,
    ReturnParcel,
    Side,
    State,
    Step,
    Told,
    Verb,
)
from entrepot.kernel.errors import EntrepotError
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.payments.terms import Bearer, Part
from entrepot.web.templating import money, text
from entrepot.web.viewer import signed_in, viewer_of

ACCEPTED: Final = "image/jpeg,image/png,image/webp,application/pdf"
_REASONS: Final[Mapping[Reason, Promise]] = {
    Reason.NOT_RECEIVED: _("It has not arrived"),
    Reason.NOT_AS_DESCRIBED: _("It is not as described"),
    Reason.DAMAGED: _("It is damaged"),
    Reason.COUNTERFEIT: _("It is a fake"),
    Reason.WRONG_ITEM: _("It is the wrong article"),
    Reason.MISSING_PARTS: _("Something is missing"),
    Reason.CHANGED_MIND: _("I have changed my mind"),
}
_STATES: Final[Mapping[State, tuple[Promise, str]]] = {
    State.MERCHANT: (_("The merchant's turn"), "held"),
    State.SHOPPER: (_("The shopper's turn"), "held"),
    State.RETURNING: (_("Goods to be sent back"), "going"),
    State.COMING: (_("Goods on their way back"), "going"),
    State.OPERATOR: (_("The marketplace looks into it"), "held"),
    State.RULED: (_("Ruled; can be appealed"), "held"),
    State.APPEALED: (_("Appealed"), "held"),
    State.SETTLING: (_("Decided; being carried out"), "going"),
    State.ENDED: (_("Dispute ended"), "quiet"),
}
_VERBS: Final[Mapping[Verb, Promise]] = {
    Verb.OPEN: _("Opened the dispute"),
    Verb.PROPOSE: _("Made a proposal"),
    Verb.REJECT: _("Rejected the claim"),
    Verb.COUNTER: _("Asked for something else"),
    Verb.AGREE: _("Agreed"),
    Verb.ESCALATE: _("Asked the marketplace to rule"),
    Verb.WITHDRAW: _("Withdrew the claim"),
    Verb.SEND_BACK: _("Sent the goods back"),
    Verb.RECEIVE: _("Received the goods"),
    Verb.CONTEST: _("Contested what came back"),
    Verb.RULE: _("Ruled"),
    Verb.APPEAL: _("Appealed"),
    Verb.RULE_AGAIN: _("Ruled on the appeal"),
    Verb.LAPSE: _("The deadline passed"),
    Verb.SETTLE: _("Carried out; the dispute has ended"),
    Verb.STALL: _("Could not be carried out"),
    Verb.SHOW: _("Showed something"),
}
_SIDES: Final[Mapping[Side, Promise]] = {
    Side.SHOPPER: _("Shopper"),
    Side.MERCHANT: _("Merchant"),
    Side.OPERATOR: _("Marketplace"),
    Side.MARKET: _("Marketplace, by the clock"),
}
_REMEDIES: Final[Mapping[Remedy, Promise]] = {
    Remedy.REFUND: _("Money back, the goods stay"),
    Remedy.RETURN: _("Goods back, then the money"),
    Remedy.NOTHING: _("Nothing goes back"),
}
_ENDINGS: Final[Mapping[Ending, Promise]] = {
    Ending.REFUNDED: _("The money is on its way back to the shopper."),
    Ending.WITHDRAWN: _("The shopper withdrew the claim."),
    Ending.REJECTED: _("The claim was not granted."),
    Ending.LAPSED: _("The claim lapsed, because nobody went on with it in time."),
}
# What silence means, said before it happens.
_SILENCE: Final[Mapping[State, Promise]] = {
    State.MERCHANT: _("If the merchant says nothing by then, what was asked for counts as agreed."),
    State.SHOPPER: _(
        "If the shopper says nothing by then, what was offered counts as agreed; after a rejection the claim ends."
    ),
    State.RETURNING: _("If the goods are not sent back by then, the claim ends and the merchant gets the money."),
    State.COMING: _(
        "If nothing is said by then, goods that the carrier has delivered count as received; otherwise the marketplace looks into it."
    ),
    State.OPERATOR: _("The marketplace rules by then; its silence decides nothing."),
    State.RULED: _("If nobody appeals by then, the ruling is carried out."),
    State.APPEALED: _("Another person of the marketplace rules by then, and that ruling stands."),
}
_GIVES_BACK: Final[Mapping[GivesBack, Promise]] = {
    GivesBack.YES: _("Given back by law, when the goods are back in time"),
    GivesBack.APPLICATION: _("Only on an application of whoever declared the goods"),
    GivesBack.UNKNOWN: _("Not known"),
}
_PARTS: Final[Mapping[Part, Promise]] = {
    Part.GOODS: _("Goods"),
    Part.FREIGHT: _("Delivery"),
    Part.DUTY: _("Duty"),
    Part.TAX: _("Tax"),
    Part.FEES: _("Fees"),
}
_BEARERS: Final[Mapping[Bearer, Promise]] = {
    Bearer.HOLDER: _("whoever it was paid to"),
    Bearer.MERCHANT: _("the merchant, on top"),
    Bearer.MARKETPLACE: _("the marketplace"),
}


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file that was shown. picture: it can be looked at in the page."""

    ref: str
    name: str
    picture: bool
    size: int


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step of the timeline."""

    who: str
    side: str
    what: str
    outcome: str
    note: str
    at: datetime
    files: tuple[FileShown, ...]


@dataclass(frozen=True, slots=True)
class LawShown:
    """What the law of the destination says of duty on goods that go back."""

    verdict: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class DisputeShown:
    """A dispute's page, for whichever side. may: the verbs that its reader can do now."""

    ref: str
    order_ref: str
    consignment_ref: str
    merchant_name: str
    reason: str
    state: str
    code: str
    tone: str
    wanted: str
    offered: str
    decided: str
    due_at: datetime | None
    overdue: bool
    silence: str
    ending: str
    trouble: str
    may: frozenset[str]
    acts: bool
    rejected: bool
    titles: tuple[str, ...]
    left: Money
    parcel: ReturnParcel | None
    label_possible: bool
    law: LawShown | None
    steps: tuple[StepShown, ...]
    key: str


@dataclass(frozen=True, slots=True)
class DisputeListed:
    """A dispute in a list."""

    ref: str
    consignment_ref: str
    merchant_name: str
    reason: str
    wanted: str
    state: str
    tone: str
    due_at: datetime | None
    overdue: bool
    opened_at: datetime


def listed(dispute: Dispute) -> DisputeListed:
    """A dispute for a list."""
    state, tone = _STATES[dispute.state]
    return DisputeListed(
        ref=dispute.ref,
        consignment_ref=dispute.consignment_ref,
        merchant_name=dispute.merchant_name,
        reason=reason_name(dispute.reason),
        wanted=outcome_name(dispute.decided or dispute.offered or dispute.wanted),
        state=str(state),
        tone=tone,
        due_at=dispute.due_at,
        overdue=dispute.due_at is not None and dispute.due_at < clock.now(),
        opened_at=dispute.opened_at,
    )


def shown(dispute: Dispute, side: Side) -> DisputeShown:
    """A dispute for its page as one side sees it."""
    consignment = orders.consignment_by_id(consignment_id=dispute.consignment_id, merchant_id=dispute.merchant_id)
    state, tone = _STATES[dispute.state]
    law = rules.duty_law(destination=consignment.destination, mode=consignment.mode, on=consignment.placed_at.date())
    verbs = rules.may(state=dispute.state, side=side)
    if dispute.appealed:
        verbs -= {Verb.APPEAL}
    abroad = consignment.ship_from != consignment.destination
    return DisputeShown(
        ref=dispute.ref,
        order_ref=dispute.order_ref,
        consignment_ref=dispute.consignment_ref,
        merchant_name=dispute.merchant_name,
        reason=reason_name(dispute.reason),
        state=str(state),
        code=str(dispute.state),
        tone=tone,
        wanted=outcome_name(dispute.wanted),
        offered=outcome_name(dispute.offered) if dispute.offered else "",
        decided=outcome_name(dispute.decided) if dispute.decided else "",
        due_at=dispute.due_at,
        overdue=dispute.due_at is not None and dispute.due_at < clock.now(),
        silence=str(_SILENCE.get(dispute.state, "")),
        ending=str(_ENDINGS[dispute.ending]) if dispute.ending and dispute.state is State.ENDED else "",
        trouble=dispute.trouble,
        may=frozenset(str(verb) for verb in verbs),
        rejected=dispute.offered is not None and dispute.offered.remedy is Remedy.NOTHING,
        acts=bool(verbs - {Verb.SHOW}),
        titles=tuple(
            f"{text(line.title)} × {line.quantity}"
            for number, line in enumerate(consignment.lines, start=1)
            if not dispute.lines or number in dispute.lines
        ),
        left=disputes.left_of(dispute=dispute),
        parcel=dispute.parcel,
        label_possible=rules.return_paid_by(dispute.reason) is Side.MERCHANT,
        law=_law(law) if abroad else None,
        steps=tuple(_step(step) for step in disputes.steps_of(dispute=dispute)),
        key=new_reference("key"),
    )


def _law(law: DutyLaw | None) -> LawShown:
    if law is None:
        unknown = gettext(
            "We do not know the law of this destination on duty for goods that go back. Nothing is counted on."
        )
        return LawShown(str(_GIVES_BACK[GivesBack.UNKNOWN]), unknown, "")
    return LawShown(str(_GIVES_BACK[law.gives_back]), text(law.note), law.source)


def _step(step: Step) -> StepShown:
    return StepShown(
        who=str(_SIDES[step.side]),
        side=str(step.side),
        what=str(_VERBS[step.verb]),
        outcome=outcome_name(step.outcome) if step.outcome else "",
        note=step.note if step.verb is not Verb.STALL else "",
        at=step.at,
        files=tuple(_file(one) for one in step.files),
    )


def _file(one: Evidence) -> FileShown:
    return FileShown(one.ref, one.name, one.media_type.startswith("image/"), one.size)


def reason_name(reason: Reason) -> str:
    """A reason in the reader's language."""
    return str(_REASONS[reason])


def state_name(state: State) -> str:
    """A state in the reader's language."""
    return str(_STATES[state][0])


def part_name(part: Part) -> str:
    """A part of a price in the reader's language."""
    return str(_PARTS[part])


def bearer_name(bearer: Bearer) -> str:
    """Who gives a part up, in the reader's language."""
    return str(_BEARERS[bearer])


def remedy_name(remedy: Remedy) -> str:
    """A remedy in the reader's language."""
    return str(_REMEDIES[remedy])


def outcome_name(outcome: Outcome) -> str:
    """What is wanted or offered, in one line."""
    if outcome.amount is None:
        return remedy_name(outcome.remedy)
    return f"{remedy_name(outcome.remedy)}: {money(outcome.amount)}"


# --- forms


def told_by(request: HttpRequest, side: Side, outcome: Outcome | None = None) -> Told:
    """What a form says with a step."""
    posted = request.POST
    key = posted.get("key", "")[:64] or new_reference("key")
    return Told(side, viewer_of(request).user_id, key, posted.get("note", "").strip(), outcome)


def outcome_of(fields: Mapping[str, str], currency: str) -> Outcome:
    """The remedy and amount of a form; an empty amount means all that is left. Raises OutcomeUnfit."""
    remedy = fields.get("remedy", "")
    if remedy not in set(Remedy):
        raise OutcomeUnfit(why="nothing")
    amount = fields.get("amount", "").strip().replace(",", "")
    try:
        worth = Money.parse(amount, currency) if amount and remedy != Remedy.NOTHING else None
    except ValueError as unreadable:
        raise OutcomeUnfit(why="amount") from unreadable
    borne = {part: Bearer(fields[name]) for part, name in _BORNE if fields.get(name) in set(Bearer)}
    return Outcome(Remedy(remedy), worth, borne or None)


_BORNE: Final = (
    (Part.FREIGHT, "freight"),
    (Part.DUTY, "charges"),
    (Part.TAX, "charges"),
    (Part.FEES, "charges"),
)


def files_of(request: HttpRequest) -> list[tuple[str, bytes]]:
    """The files of a form. Raises EvidenceUnfit for one that is too large to be read."""
    found = []
    for one in request.FILES.getlist("files"):
        if (one.size or 0) > rules.SIZE_MAX:
            raise EvidenceUnfit(why="size")
        found.append((one.name or "file", one.read()))
    return found


def sentence(refusal: EntrepotError) -> str:
    """A refusal as one line above the form that caused it."""
    return " ".join(filter(None, said(refusal)))


@signed_in
def show_file(request: HttpRequest, ref: str, file: str) -> HttpResponse:
    """A file that was shown, to the two sides and operators. Documents are taken away, never opened in the page."""
    found, content = disputes.evidence_file(viewer=viewer_of(request), ref=ref, file=file)
    response = HttpResponse(content, content_type=found.media_type)
    way = "inline" if found.media_type.startswith("image/") else "attachment"
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in found.name)
    response.headers["Content-Disposition"] = f'{way}; filename="{safe}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
