"""A merchant's disputes: the queue with its deadlines, answering, receiving goods that come back."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.disputes import queries as disputes
from entrepot.disputes.services import answer_claim, show_evidence
from entrepot.disputes.terms import Dispute, DisputeUnknown, Side, Verb
from entrepot.flows.receive_return import receive_return
from entrepot.kernel.errors import Conflict, Refused
from entrepot.orders import queries as orders
from entrepot.parties.terms import Merchant
from entrepot.web.disputes import ACCEPTED, files_of, listed, outcome_of, sentence, shown, told_by
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.templating import text
from entrepot.web.viewer import viewer_of

_PAGE: Final = 50
_ANSWERS: Final = frozenset({Verb.AGREE, Verb.PROPOSE, Verb.REJECT, Verb.ESCALATE, Verb.CONTEST, Verb.APPEAL})


@for_merchant
def listing(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The open disputes, those that wait for the merchant first, by deadline; or the ended ones."""
    ended, after = request.GET.get("ended") == "1", request.GET.get("after", "")
    found = disputes.disputes_of_merchant(
        viewer=viewer_of(request), merchant_id=merchant.id, ended=ended, after=after, limit=_PAGE + 1
    )
    context = {
        "merchant": merchant,
        "disputes": [listed(one) for one in found[:_PAGE]],
        "ended": ended,
        "waiting": disputes.waiting_for_merchant(viewer=viewer_of(request), merchant_id=merchant.id),
        "following": found[_PAGE - 1].ref if ended and len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "merchant/disputes.html", context)


@for_merchant
def show(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """One dispute."""
    return _page(request, merchant, ref, [])


def _own(request: HttpRequest, merchant: Merchant, ref: str) -> Dispute:
    dispute = disputes.dispute(viewer=viewer_of(request), ref=ref)
    if dispute.merchant_id != merchant.id:
        raise DisputeUnknown
    return dispute


def _page(request: HttpRequest, merchant: Merchant, ref: str, wrong: list[tuple[str, str]]) -> HttpResponse:
    dispute = _own(request, merchant, ref)
    consignment = orders.consignment_by_id(consignment_id=dispute.consignment_id, merchant_id=merchant.id)
    context = {
        "merchant": merchant,
        "dispute": shown(dispute, Side.MERCHANT),
        "lines": [
            (number, f"{text(line.title)} × {line.quantity}")
            for number, line in enumerate(consignment.lines, start=1)
            if not dispute.lines or number in dispute.lines
        ],
        "wrong": wrong,
        "posted": request.POST,
        "accepted": ACCEPTED,
    }
    return render(request, "merchant/dispute.html", context, status=422 if wrong else 200)


@for_merchant
@require_POST
def answer(request: HttpRequest, merchant: Merchant, ref: str, verb: str) -> HttpResponse:
    """The merchant agrees, proposes, rejects, asks the marketplace, contests a return or appeals."""
    dispute = _own(request, merchant, ref)
    if verb not in _ANSWERS:
        raise DisputeUnknown
    try:
        outcome = outcome_of(request.POST.dict(), dispute.currency) if verb == Verb.PROPOSE else None
        told = told_by(request, Side.MERCHANT, outcome)
        answer_claim(viewer=viewer_of(request), ref=ref, verb=Verb(verb), told=told, at=clock.now())
    except (Refused, Conflict) as refusal:
        return _page(request, merchant, ref, [("", sentence(refusal))])
    messages.success(request, _("Done. The shopper has been told."))
    return HttpResponseRedirect(reverse("merchant-dispute", args=[merchant.slug, ref]))


@for_merchant
@require_POST
def add(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """The merchant shows pictures or documents."""
    _own(request, merchant, ref)
    try:
        told = told_by(request, Side.MERCHANT)
        show_evidence(viewer=viewer_of(request), ref=ref, files=files_of(request), told=told, at=clock.now())
    except (Refused, Conflict) as refusal:
        return _page(request, merchant, ref, [("", sentence(refusal))])
    messages.success(request, _("Added to the timeline. The shopper can see it."))
    return HttpResponseRedirect(reverse("merchant-dispute", args=[merchant.slug, ref]))


@for_merchant
@require_POST
def receive(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """The goods are back: what can be sold again goes into stock, the rest is written off."""
    _own(request, merchant, ref)
    good = frozenset(int(one) for one in request.POST.getlist("good") if one.isdigit())
    try:
        told = told_by(request, Side.MERCHANT)
        receive_return(viewer=viewer_of(request), ref=ref, restock=good, told=told, at=clock.now())
    except (Refused, Conflict) as refusal:
        return _page(request, merchant, ref, [("", sentence(refusal))])
    messages.success(request, _("Written down. The shopper's money goes back now."))
    return HttpResponseRedirect(reverse("merchant-dispute", args=[merchant.slug, ref]))
