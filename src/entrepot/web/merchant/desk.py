"""Which merchant's desk this is, and what its frame shows."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from entrepot.parties import queries as parties
from entrepot.parties.terms import Merchant
from entrepot.web.viewer import merchants_only, viewer_of

_P = ParamSpec("_P")


def for_merchant(
    view: Callable[Concatenate[HttpRequest, Merchant, _P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """A page of the merchant named in the address; to people outside its team (operators apart) there is none."""

    @merchants_only
    @wraps(view)
    def guarded(request: HttpRequest, /, merchant: str, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponseBase:
        business = parties.merchant_by_slug(slug=merchant)
        parties.must_work_for(viewer=viewer_of(request), merchant_id=business.id)
        return view(request, business, *args, **kwargs)

    return guarded


@merchants_only
def choose(request: HttpRequest) -> HttpResponseBase:
    """To the only desk there is, or a choice of desks."""
    viewer = viewer_of(request)
    desks = sorted(parties.merchants_by_id(merchant_ids=list(viewer.merchants)).values(), key=lambda m: m.name)
    if len(desks) == 1:
        return HttpResponseRedirect(reverse("merchant", args=[desks[0].slug]))
    return render(request, "merchant/choose.html", {"desks": desks})
