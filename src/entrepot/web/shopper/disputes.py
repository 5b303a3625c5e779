"""A shopper's disputes: opening one, following it, answering, sending goods back, appealing."""

from collections.abc import Mapping
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.carriage import queries as carriage
from entrepot.disputes import queries as disputes
from entrepot.disputes import rules
from entrepot.disputes.services import answer_claim, show_evidence
from entrepot.disputes.terms import RETURN, DisputeUnknown, OutcomeUnfit, Reason, Side, Verb
from entrepot.flows.open_dispute import open_dispute
from entrepot.flows.send_return import send_return
from entrepot.kernel.errors import Conflict, Refused
from entrepot.orders import queries as orders
from entrepot.orders.terms import ConsignmentUnknown, ConsignmentView
from entrepot.payments.terms import Part
from entrepot.web.disputes import (
    ACCEPTED,
    files_of,
    listed,
    outcome_of,
    reason_name,
    sentence,
    shown,
    told_by,
)
from entrepot.web.templating import text
from entrepot.web.viewer import signed_in, viewer_of

_PAGE: Final = 20
_ANSWERS: Final = frozenset({Verb.AGREE, Verb.COUNTER, Verb.ESCALATE, Verb.WITHDRAW, Verb.APPEAL})


@signed_in
def listing(request: HttpRequest) -> HttpResponse:
    """The reader's own disputes, latest first."""
    after = request.GET.get("after", "")
    found = disputes.disputes_of_shopper(viewer=viewer_of(request), after=after, limit=_PAGE + 1)
    context = {
        "disputes": [listed(one) for one in found[:_PAGE]],
        "following": found[_PAGE - 1].ref if len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "shopper/disputes.html", context)


@signed_in
def begin(request: HttpRequest, ref: str, consignment: str) -> HttpResponse:
    """The form that opens a dispute about a parcel; a refusal comes back with what was written."""
    order = orders.order(viewer=viewer_of(request), ref=ref)
    part = next((one for one in order.consignments if one.ref == consignment), None)
    if part is None or order.shopper_id != viewer_of(request).shopper_id:
        raise ConsignmentUnknown
    wrong: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            dispute = _opened(request, part)
        except (Refused, Conflict) as refusal:
            wrong = [("", sentence(refusal))]
        else:
            messages.success(request, _("The dispute is open. The merchant has been asked, and the money stays held."))
            return HttpResponseRedirect(reverse("dispute", args=(dispute,)))
    return render(request, "shopper/dispute_open.html", _form(part, request.POST, wrong), status=422 if wrong else 200)


def _opened(request: HttpRequest, part: ConsignmentView) -> str:
    posted = request.POST
    if posted.get("reason", "") not in set(Reason):
        raise OutcomeUnfit(why="note")
    lines = tuple(sorted({int(one) for one in posted.getlist("lines") if one.isdigit()}))
    outcome = outcome_of(posted.dict(), part.amounts.total.currency)
    dispute = open_dispute(
        viewer=viewer_of(request),
        consignment=(part.order_ref, part.ref),
        reason=Reason(posted["reason"]),
        lines=() if len(lines) == len(part.lines) else lines,
        told=told_by(request, Side.SHOPPER, outcome),
        files=files_of(request),
        at=clock.now(),
    )
    return dispute.ref


def _form(part: ConsignmentView, posted: Mapping[str, str], wrong: list[tuple[str, str]]) -> dict[str, object]:
    at = clock.now()
    facts, policy = disputes.opening_facts(consignment=part), disputes.policy(channel=part.channel, at=at)
    reasons = rules.claimable(facts=facts, policy=policy, at=at)
    left = None
    if facts.refundable:
        money, given = disputes.claim_money(consignment=part)
        left = rules.claim_left(lines=money, given=given, numbers=(), parts=tuple(Part))
    return {
        "part": part,
        "reasons": [(one.value, reason_name(one)) for one in reasons],
        "lines": [
            (number, f"{text(line.title)} × {line.quantity}", line.amounts.goods)
            for number, line in enumerate(part.lines, start=1)
        ],
        "left": left,
        "policy": policy,
        "arrived": facts.delivered_at is not None,
        "late_from": facts.expected_at,
        "posted": posted,
        "wrong": wrong,
        "accepted": ACCEPTED,
        "key": new_reference("key"),
    }


@signed_in
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """One dispute."""
    return _page(request, ref, [])


def _page(request: HttpRequest, ref: str, wrong: list[tuple[str, str]]) -> HttpResponse:
    dispute = disputes.dispute(viewer=viewer_of(request), ref=ref)
    if dispute.shopper_id != viewer_of(request).shopper_id:
        raise DisputeUnknown
    context = {"dispute": shown(dispute, Side.SHOPPER), "wrong": wrong, "posted": request.POST, "accepted": ACCEPTED}
    return render(request, "shopper/dispute.html", context, status=422 if wrong else 200)


@require_POST
@signed_in
def answer(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """The shopper agrees, asks for something else, asks the marketplace, withdraws or appeals."""
    dispute = disputes.dispute(viewer=viewer_of(request), ref=ref)
    if verb not in _ANSWERS or dispute.shopper_id != viewer_of(request).shopper_id:
        raise DisputeUnknown
    try:
        outcome = outcome_of(request.POST.dict(), dispute.currency) if verb == Verb.COUNTER else None
        told = told_by(request, Side.SHOPPER, outcome)
        answer_claim(viewer=viewer_of(request), ref=ref, verb=Verb(verb), told=told, at=clock.now())
    except (Refused, Conflict) as refusal:
        return _page(request, ref, [("", sentence(refusal))])
    messages.success(request, _("Done. The other side has been told."))
    return HttpResponseRedirect(reverse("dispute", args=(ref,)))


@require_POST
@signed_in
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """The shopper shows pictures or documents."""
    try:
        told = told_by(request, Side.SHOPPER)
        show_evidence(viewer=viewer_of(request), ref=ref, files=files_of(request), told=told, at=clock.now())
    except (Refused, Conflict) as refusal:
        return _page(request, ref, [("", sentence(refusal))])
    messages.success(request, _("Added to the timeline. The other side can see it."))
    return HttpResponseRedirect(reverse("dispute", args=(ref,)))


@require_POST
@signed_in
def send_back(request: HttpRequest, ref: str) -> HttpResponse:
    """The goods are on their way back, with a label of ours or a carrier of the shopper's own."""
    posted = request.POST
    number = posted.get("number", "").strip() if posted.get("way") == "own" else ""
    try:
        if posted.get("way") == "own" and not number:
            raise OutcomeUnfit(why="note")
        send_return(
            viewer=viewer_of(request),
            ref=ref,
            told=told_by(request, Side.SHOPPER),
            carrier=posted.get("carrier", "").strip(),
            number=number,
            at=clock.now(),
        )
    except (Refused, Conflict) as refusal:
        return _page(request, ref, [("", sentence(refusal))])
    messages.success(request, _("Thank you. The money follows when the goods are back."))
    return HttpResponseRedirect(reverse("dispute", args=(ref,)))


@signed_in
def label(request: HttpRequest, ref: str) -> HttpResponse:
    """The label of a return that we bought."""
    dispute = disputes.dispute(viewer=viewer_of(request), ref=ref)
    pdf = carriage.label_pdf(merchant_id=dispute.merchant_id, subject=RETURN, subject_id=dispute.id)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="return-{dispute.ref}.pdf"'
    return response
