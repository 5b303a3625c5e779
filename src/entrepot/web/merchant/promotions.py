"""The merchant's promotions: what runs, a new one with a preview, ending one, and joining the marketplace's."""

from dataclasses import dataclass
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
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import ListingUnknown, Status
from entrepot.parties.terms import Merchant
from entrepot.promotions import queries as promotions
from entrepot.promotions.services import (
    agree_to_promotion,
    end_promotion,
    make_promotion,
    withdraw_from_promotion,
)
from entrepot.promotions.terms import CodeTaken, Invited, PromotionUnclear, Terms
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.promoting import (
    Example,
    PreviewShown,
    PromotionShown,
    bearer_of,
    blank,
    choices,
    field_of,
    preview_of,
    shown,
    span_of,
    terms_of,
    typed_of,
)
from entrepot.web.templating import text
from entrepot.web.viewer import viewer_of

_PAGE = 50
_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class InvitedShown:
    """A promotion of the marketplace that asks for a part. share: who bears what."""

    promotion: PromotionShown
    agreed_at: datetime | None


@for_merchant
def listing(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    viewer, at = viewer_of(request), clock.now()
    after = request.GET.get("after", "")
    found = promotions.promotions_of(viewer=viewer, owner_id=merchant.id, after=after or None, limit=_PAGE + 1)
    page = found[:_PAGE]
    spent = promotions.spent(viewer=viewer, owner_id=merchant.id, promotion_ids=[one.id for one in page])
    context = {
        "merchant": merchant,
        "rows": [shown(one, at, spent.get(one.id, ())) for one in page],
        "span": span_of,
        "invited": [_invited(one, at) for one in promotions.invitations(viewer=viewer, merchant_id=merchant.id, at=at)],
        "following": page[-1].ref if len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "merchant/promotions.html", context)


def _invited(one: Invited, at: datetime) -> InvitedShown:
    return InvitedShown(shown(one.promotion, at), one.agreed_at)


@for_merchant
def make(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """A new promotion: its form, what a shopper would meet, and putting it up."""
    viewer, at = viewer_of(request), clock.now()
    typed, wrong = blank(merchant.currency, at), []
    preview: PreviewShown | None = None
    if request.method == "POST":
        typed = typed_of(request.POST)
        try:
            terms = _terms(request, merchant, typed, at)
            if "make" in request.POST:
                key = request.POST.get("key", "")[:64] or new_reference("key")
                make_promotion(viewer=viewer, owner_id=merchant.id, terms=terms, key=key, at=at)
                messages.success(request, _("The promotion is up. Prices show it from its beginning on."))
                return HttpResponseRedirect(reverse("merchant-promotions", args=[merchant.slug]))
            example = _example(request, merchant, terms)
            preview = preview_of(terms, owner_id=merchant.id, example=example, at=at)
        except PromotionUnclear as unclear:
            wrong = [(field_of(unclear), said(unclear)[0])]
        except CodeTaken as taken:
            wrong = [("code", " ".join(said(taken)))]
    context = {
        "merchant": merchant,
        "typed": typed,
        "wrong": wrong,
        "errors": dict(wrong),
        "preview": preview,
        "key": request.POST.get("key", "")[:64] or new_reference("key"),
        **choices(),
    }
    return render(request, "merchant/promotion_new.html", context, status=422 if wrong else 200)


def _terms(request: HttpRequest, merchant: Merchant, typed: dict[str, str], at: datetime) -> Terms:
    viewer = viewer_of(request)
    try:
        listing_ids = [
            catalogue.listing(viewer=viewer, merchant_id=merchant.id, ref=ref).id
            for ref in typed["listings"].replace(",", " ").split()[:50]
        ]
    except ListingUnknown as unknown:
        raise PromotionUnclear(why="listing") from unknown
    return terms_of(typed, owner_id=merchant.id, merchant_id=merchant.id, listing_ids=listing_ids, at=at)


def _example(request: HttpRequest, merchant: Merchant, terms: Terms) -> Example | None:
    """The first of the merchant's listings that it is for, among those changed last."""
    page = catalogue.listings_of(
        viewer=viewer_of(request), merchant_id=merchant.id, status=Status.PUBLISHED.value, limit=_EXAMPLES
    )
    scope = terms.scope
    for row in page.rows:
        named = not scope.listing_ids or row.id in scope.listing_ids
        if not (named and row.low) or (scope.channel and scope.channel not in row.channels):
            continue
        category = scope.category
        if category:
            found = catalogue.listing(viewer=viewer_of(request), merchant_id=merchant.id, ref=row.ref)
            if not f"{found.category}/".startswith(f"{category}/"):
                continue
        return Example(text(row.titles), row.low, merchant.id, scope.channel, row.id, category)
    return None


@for_merchant
def show(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """One promotion: its terms, what it has come to, ending it."""
    viewer, at = viewer_of(request), clock.now()
    found = promotions.promotion(viewer=viewer, owner_id=merchant.id, ref=ref)
    spent = promotions.spent(viewer=viewer, owner_id=merchant.id, promotion_ids=[found.id])
    context = {
        "merchant": merchant,
        "promotion": shown(found, at, spent.get(found.id, ())),
        "span": span_of,
        "bearer": bearer_of(found.terms, merchant.id),
    }
    return render(request, "merchant/promotion.html", context)


@for_merchant
@require_POST
def end(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """Stop it for prices to come."""
    end_promotion(viewer=viewer_of(request), owner_id=merchant.id, ref=ref, at=clock.now())
    messages.success(request, _("The promotion is ended. Orders made with it keep it."))
    return HttpResponseRedirect(reverse("merchant-promotions", args=[merchant.slug]))


@for_merchant
@require_POST
def consent(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """Bear a part of the marketplace's promotion, or no longer."""
    verb = agree_to_promotion if request.POST.get("give") == "1" else withdraw_from_promotion
    verb(viewer=viewer_of(request), merchant_id=merchant.id, ref=ref, at=clock.now())
    said_now = (
        _("You take part.")
        if request.POST.get("give") == "1"
        else _("You no longer take part; orders made with it keep it.")
    )
    messages.success(request, said_now)
    return HttpResponseRedirect(reverse("merchant-promotions", args=[merchant.slug]))
