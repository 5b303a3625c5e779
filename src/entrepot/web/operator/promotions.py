"""The marketplace's promotions: what runs, a new one with a preview, who takes part, ending one."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.base.problems import said
from entrepot.parties import queries as parties
from entrepot.parties.terms import NotYours
from entrepot.promotions import queries as promotions
from entrepot.promotions.services import end_promotion, make_promotion
from entrepot.promotions.terms import MARKETPLACE, CodeTaken, Promotion, PromotionUnclear, Terms
from entrepot.web.promoting import (
    PreviewShown,
    blank,
    choices,
    field_of,
    preview_of,
    shown,
    span_of,
    terms_of,
    typed_of,
)
from entrepot.web.viewer import operators_only, viewer_of

_PAGE = 50


@operators_only
def listing(request: HttpRequest) -> HttpResponse:
    viewer, at = viewer_of(request), clock.now()
    after = request.GET.get("after", "")
    found = promotions.promotions_of(viewer=viewer, owner_id=MARKETPLACE, after=after or None, limit=_PAGE + 1)
    page = found[:_PAGE]
    spent = promotions.spent(viewer=viewer, owner_id=MARKETPLACE, promotion_ids=[one.id for one in page])
    names = _names(page)
    context = {
        "rows": [
            shown(one, at, spent.get(one.id, ()), names.get(one.terms.scope.merchant_id or 0, "")) for one in page
        ],
        "span": span_of,
        "following": page[-1].ref if len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "operator/promotions.html", context)


def _names(page: tuple[Promotion, ...]) -> dict[int, str]:
    owners = {one.terms.scope.merchant_id for one in page if one.terms.scope.merchant_id}
    return {owner: merchant.name for owner, merchant in parties.merchants_by_id(merchant_ids=sorted(owners)).items()}


@operators_only
def make(request: HttpRequest) -> HttpResponse:
    """A new promotion of the marketplace: its form, what a shopper would meet, and putting it up."""
    at = clock.now()
    typed, wrong = blank("USD", at), []
    preview: PreviewShown | None = None
    if request.method == "POST":
        typed = typed_of(request.POST)
        try:
            terms = _terms(typed, at)
            if "make" in request.POST:
                key = request.POST.get("key", "")[:64] or new_reference("key")
                make_promotion(viewer=viewer_of(request), owner_id=MARKETPLACE, terms=terms, key=key, at=at)
                messages.success(request, _("The promotion is up. Prices show it from its beginning on."))
                return HttpResponseRedirect(reverse("operator-promotions"))
            preview = preview_of(terms, owner_id=MARKETPLACE, example=None, at=at)
        except PromotionUnclear as unclear:
            wrong = [(field_of(unclear), said(unclear)[0])]
        except NotYours as unknown:
            wrong = [("merchant", said(unknown)[0])]
        except CodeTaken as taken:
            wrong = [("code", " ".join(said(taken)))]
    context = {
        "typed": typed,
        "wrong": wrong,
        "errors": dict(wrong),
        "preview": preview,
        "key": request.POST.get("key", "")[:64] or new_reference("key"),
        **choices(),
    }
    return render(request, "operator/promotion_new.html", context, status=422 if wrong else 200)


def _terms(typed: dict[str, str], at: datetime) -> Terms:
    merchant_id = parties.merchant_by_slug(slug=typed["merchant"]).id if typed["merchant"] else None
    return terms_of(typed, owner_id=MARKETPLACE, merchant_id=merchant_id, listing_ids=(), at=at)


@operators_only
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """One promotion: its terms, who takes part, what it has come to, ending it."""
    viewer, at = viewer_of(request), clock.now()
    found = promotions.promotion(viewer=viewer, owner_id=MARKETPLACE, ref=ref)
    spent = promotions.spent(viewer=viewer, owner_id=MARKETPLACE, promotion_ids=[found.id])
    agreed = parties.merchants_by_id(merchant_ids=sorted(found.consents))
    context = {
        "promotion": shown(
            found, at, spent.get(found.id, ()), _names((found,)).get(found.terms.scope.merchant_id or 0, "")
        ),
        "span": span_of,
        "shared": found.shared,
        "agreed": sorted(merchant.name for merchant in agreed.values()),
    }
    return render(request, "operator/promotion.html", context)


@operators_only
@require_POST
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """Stop it for prices to come."""
    end_promotion(viewer=viewer_of(request), owner_id=MARKETPLACE, ref=ref, at=clock.now())
    messages.success(request, _("The promotion is ended. Orders made with it keep it."))
    return HttpResponseRedirect(reverse("operator-promotions"))
