"""Merchants: find them, see whether they are verified, verify them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.parties import queries as parties
from entrepot.parties.services import verify_merchant
from entrepot.web.merchant.words import channel_name
from entrepot.web.viewer import operators_only, viewer_of

_PAGE = 50


@operators_only
def listing(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")[:100]
    after = request.GET.get("after", "")
    found = parties.merchant_page(
        viewer=viewer_of(request), words=words, after=int(after) if after.isdigit() else 0, limit=_PAGE + 1
    )
    merchants = found[:_PAGE]
    following = merchants[-1].id if len(found) > _PAGE else None
    return render(
        request,
        "operator/merchants.html",
        {
            "merchants": merchants,
            "channel_name": channel_name,
            "words": words,
            "following": following,
            "first": not after,
        },
    )


@operators_only
@require_POST
def verify(request: HttpRequest, ref: str) -> HttpResponse:
    merchant = parties.merchant_by_ref(viewer=viewer_of(request), ref=ref)
    verify_merchant(merchant_id=merchant.id, at=clock.now())
    messages.success(request, _("%(name)s is verified and may open in the mall.") % {"name": merchant.name})
    return HttpResponseRedirect(reverse("operator-merchants"))
