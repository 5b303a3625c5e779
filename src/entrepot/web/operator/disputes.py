"""The marketplace's queue of disputes: by deadline, each with what a ruling would move, and the ruling itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.disputes import queries as disputes
from entrepot.disputes.services import answer_claim
from entrepot.disputes.terms import Dispute, DisputeUnknown, Outcome, Side, State, Verb
from entrepot.kernel.errors import Conflict, Refused
from entrepot.kernel.money import Money
from entrepot.ledger.terms import PaidBack
from entrepot.payments.terms import Bearer, Part, RefundPart
from entrepot.web.disputes import (
    bearer_name,
    listed,
    outcome_name,
    outcome_of,
    part_name,
    sentence,
    shown,
    state_name,
    told_by,
)
from entrepot.web.viewer import operators_only, viewer_of

_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Preview:
    """What a ruling would move: rows of the shopper's refund by part and by whose hands, and of where it comes from."""

    outcome: str
    refund: tuple[tuple[str, Money, str, str], ...]
    sources: tuple[tuple[str, Money, str, str], ...]


@operators_only
def listing(request: HttpRequest) -> HttpResponse:
    """What waits for a ruling, due first first; any other state by choice."""
    viewer, chosen = viewer_of(request), request.GET.get("state", "")
    state, after = (State(chosen) if chosen in set(State) else None), request.GET.get("after", "")
    found = disputes.disputes_to_rule(viewer=viewer, state=state, after=after, limit=_PAGE + 1)
    context = {
        "disputes": [listed(one) for one in found[:_PAGE]],
        "counts": disputes.dispute_counts(viewer=viewer),
        "states": list(State),
        "state_name": state_name,
        "chosen": chosen,
        "following": found[_PAGE - 1].ref if state is State.ENDED and len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "operator/disputes.html", context)


@operators_only
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """One dispute; with a remedy in the address, what ruling so would move."""
    return _page(request, ref, [])


def _page(request: HttpRequest, ref: str, wrong: list[tuple[str, str]]) -> HttpResponse:
    dispute = disputes.dispute(viewer=viewer_of(request), ref=ref)
    asked = request.GET if request.method == "GET" else request.POST
    preview = None
    if asked.get("remedy") and dispute.state in {State.OPERATOR, State.APPEALED}:
        try:
            outcome = outcome_of(asked.dict(), dispute.currency)
            preview = _preview(dispute, outcome)
        except Refused as refusal:
            wrong = [*wrong, ("", sentence(refusal))]
    context = {
        "dispute": shown(dispute, Side.OPERATOR),
        "bearers": [(one.value, bearer_name(one)) for one in Bearer],
        "asked": asked,
        "preview": preview,
        "wrong": wrong,
    }
    return render(request, "operator/dispute.html", context, status=422 if wrong else 200)


def _preview(dispute: Dispute, outcome: Outcome) -> Preview:
    found = disputes.preview(dispute=dispute, outcome=outcome)
    if found is None:
        return Preview(outcome_name(outcome), (), ())
    parts, moves = found
    return Preview(outcome_name(outcome), _refund_rows(parts), _source_rows(moves))


def _refund_rows(parts: Sequence[RefundPart]) -> tuple[tuple[str, Money, str, str], ...]:
    rows = []
    for part in Part:
        for bearer in Bearer:
            mine = [one.amount for one in parts if (one.part, one.bearer) == (part, bearer)]
            if mine:
                why = _("given up by %(who)s") % {"who": bearer_name(bearer)}
                rows.append((part_name(part), Money.total(mine, mine[0].currency), why, ""))
    currency = parts[0].amount.currency
    total = Money.total((one.amount for one in parts), currency)
    return (*rows, (_("To the shopper"), total, "", "sum"))


def _source_rows(moves: PaidBack) -> tuple[tuple[str, Money, str, str], ...]:
    back = moves.back
    rows = [
        (_("Out of the held money"), moves.held, "", ""),
        (_("Goodwill of the marketplace"), moves.goodwill, "", ""),
    ]
    if back is not None:
        own = "" if back.merchant_own.currency == back.merchant.currency else str(back.merchant_own)
        rows += [
            (_("Taken from the merchant"), back.merchant, own, ""),
            (_("Commission given back"), back.commission + back.commission_tax, "", ""),
            (_("Duty given back"), back.duty, "", ""),
            (_("Tax given back"), back.tax, "", ""),
            (_("Freight given back"), back.freight, "", ""),
            (_("Border fees given back"), back.fees, "", ""),
        ]
    rows += [
        (
            _("Our part of discounts, home to us"),
            -moves.promoted if moves.released else Money.zero(moves.held.currency),
            "",
            "",
        ),
        (_("Onward to the carrier"), -moves.carried, "", ""),
    ]
    shown_rows = [row for row in rows if row[1]]
    total = Money.total((row[1] for row in shown_rows), moves.held.currency)
    return (*shown_rows, (_("Together"), total, "", "sum"))


@operators_only
@require_POST
def rule(request: HttpRequest, ref: str) -> HttpResponse:
    """The ruling, or the ruling on the appeal, with its reason."""
    dispute = disputes.dispute(viewer=viewer_of(request), ref=ref)
    if dispute.state not in {State.OPERATOR, State.APPEALED}:
        raise DisputeUnknown
    verb = Verb.RULE if dispute.state is State.OPERATOR else Verb.RULE_AGAIN
    try:
        told = told_by(request, Side.OPERATOR, outcome_of(request.POST.dict(), dispute.currency))
        answer_claim(viewer=viewer_of(request), ref=ref, verb=verb, told=told, at=clock.now())
    except (Refused, Conflict) as refusal:
        return _page(request, ref, [("", sentence(refusal))])
    messages.success(request, _("Ruled. Both sides have been told."))
    return HttpResponseRedirect(reverse("operator-dispute", args=[ref]))
