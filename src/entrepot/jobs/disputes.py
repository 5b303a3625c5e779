"""Disputes by the clock and by mail: deadlines that pass, money that was decided, and letters about every step."""

import logging
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from procrastinate.contrib.django import app

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.base.outbox import defer
from entrepot.disputes import queries as disputes
from entrepot.disputes import rules
from entrepot.disputes.services import lapse_claim, stall_claim
from entrepot.disputes.terms import Dispute, Side, State, Step, Verb
from entrepot.flows.end_dispute import end_dispute
from entrepot.flows.refund_consignment import refund_consignment
from entrepot.kernel.errors import Refused
from entrepot.parties import queries as parties

logger: Final = logging.getLogger(__name__)

# What a letter says of a step; {reason}-free, so that it tells no stranger who reads over a shoulder what it is about.
_LETTER_WORDS: Final[dict[Verb, str]] = {
    Verb.OPEN: gettext_noop("A dispute about {consignment} was opened."),
    Verb.PROPOSE: gettext_noop("The merchant made a proposal in the dispute about {consignment}."),
    Verb.REJECT: gettext_noop("The merchant rejected the claim about {consignment}."),
    Verb.COUNTER: gettext_noop("The shopper asks for something else in the dispute about {consignment}."),
    Verb.AGREE: gettext_noop("The dispute about {consignment} was agreed on."),
    Verb.ESCALATE: gettext_noop("The marketplace was asked to rule on the dispute about {consignment}."),
    Verb.WITHDRAW: gettext_noop("The claim about {consignment} was withdrawn."),
    Verb.SEND_BACK: gettext_noop("The goods of {consignment} are on their way back."),
    Verb.RECEIVE: gettext_noop("The goods of {consignment} are back."),
    Verb.CONTEST: gettext_noop("The merchant contests the goods that came back for {consignment}."),
    Verb.RULE: gettext_noop("The marketplace ruled on the dispute about {consignment}."),
    Verb.APPEAL: gettext_noop("The ruling on {consignment} was appealed."),
    Verb.RULE_AGAIN: gettext_noop("The marketplace ruled on the appeal about {consignment}."),
    Verb.LAPSE: gettext_noop("A deadline has passed in the dispute about {consignment}."),
    Verb.SETTLE: gettext_noop("The dispute about {consignment} has ended."),
    Verb.STALL: gettext_noop("The marketplace looks into the dispute about {consignment}."),
    Verb.SHOW: gettext_noop("Something new was shown in the dispute about {consignment}."),
}


@app.periodic(cron="* * * * *")
@app.task(name="disputes.sweep", queueing_lock="disputes.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """What silence means for disputes whose deadline has passed, and money of decided ones whose job was lost."""
    at = clock.now()
    for dispute_id, merchant_id in disputes.overdue_disputes(at=at):
        lapse_claim(dispute_id=dispute_id, merchant_id=merchant_id, at=at)
    for dispute_id, merchant_id in disputes.disputes_to_settle():
        defer("disputes.settle", once=f"disputes.settle:{dispute_id}", dispute_id=dispute_id, merchant_id=merchant_id)


@app.task(name="disputes.settle")
def settle(*, dispute_id: int, merchant_id: int) -> None:
    """Move the money that was decided, then end the dispute. Both may run twice; what cannot be goes to an operator."""
    dispute = disputes.dispute_by_id(dispute_id=dispute_id, merchant_id=merchant_id)
    if dispute.state is not State.SETTLING:
        return
    at = clock.now()
    ask = disputes.settling_ask(dispute=dispute, outcome=dispute.decided or rules.NOTHING)
    try:
        if ask is not None:
            refund_consignment(consignment_id=dispute.consignment_id, merchant_id=merchant_id, ask=ask, at=at)
    except Refused as refusal:
        logger.warning("dispute %s is not settled: %s", dispute.ref, refusal)
        stall_claim(dispute_id=dispute_id, merchant_id=merchant_id, trouble=refusal.code, at=at)
        return
    end_dispute(dispute_id=dispute_id, merchant_id=merchant_id, at=at)


@app.task(name="disputes.write")
def write(*, dispute_id: int, merchant_id: int, step: int) -> None:
    """Write to whoever did not take a step that it was taken: everybody in their own language, with the way there."""
    dispute = disputes.dispute_by_id(dispute_id=dispute_id, merchant_id=merchant_id)
    taken = next((one for one in disputes.steps_of(dispute=dispute) if one.number == step), None)
    if taken is None:
        return
    for side in (Side.SHOPPER, Side.MERCHANT, Side.OPERATOR):
        if side is taken.side or (side is Side.OPERATOR and taken.state not in {State.OPERATOR, State.APPEALED}):
            continue
        for address, language in _boxes(dispute, side):
            _send(dispute, taken, side, address, language)


def _boxes(dispute: Dispute, side: Side) -> tuple[tuple[str, str], ...]:
    if side is Side.SHOPPER:
        return parties.letter_boxes(shopper_id=dispute.shopper_id)
    if side is Side.MERCHANT:
        return parties.letter_boxes(merchant_id=dispute.merchant_id)
    return parties.letter_boxes(operators=True)


def _send(dispute: Dispute, taken: Step, side: Side, address: str, language: str) -> None:
    with translation.override(language):
        subject = gettext(_LETTER_WORDS[taken.verb]).format(consignment=dispute.consignment_ref)
        lines = [subject, ""]
        waits = {State.SHOPPER: Side.SHOPPER, State.MERCHANT: Side.MERCHANT}.get(taken.state)
        if dispute.due_at is not None and waits is side and taken.state is dispute.state:
            day = dispute.due_at.strftime("%Y-%m-%d %H:%M UTC")
            lines += [
                gettext("It is your turn until {day}. What your silence means stands on the page.").format(day=day),
                "",
            ]
        lines.append(f"{settings.SITE_URL.rstrip('/')}{_page(dispute, side)}")
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    defer(
        "mail.send", to=[address], subject=subject, body="\n".join(lines), from_email=settings.DEFAULT_FROM_EMAIL,
        message_id=f"<{dispute.ref}.{taken.number}.{new_reference('msg')}@{host}>",
    )  # fmt: skip


def _page(dispute: Dispute, side: Side) -> str:
    if side is Side.SHOPPER:
        return reverse("dispute", args=[dispute.ref])
    if side is Side.OPERATOR:
        return reverse("operator-dispute", args=[dispute.ref])
    slug = parties.merchant(merchant_id=dispute.merchant_id).slug
    return reverse("merchant-dispute", args=[slug, dispute.ref])
