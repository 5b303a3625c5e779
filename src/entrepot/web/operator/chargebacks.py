"""Chargebacks as the operator sees them: those that have not ended first, each with its order."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.payments import queries as payments
from entrepot.web.merchant.chargebacks import reason_name, state_name
from entrepot.web.viewer import operators_only, viewer_of

_PAGE = 50


@operators_only
def listing(request: HttpRequest) -> HttpResponse:
    viewer, after = viewer_of(request), request.GET.get("after", "")
    every = request.GET.get("state") == "all"
    found = payments.chargebacks_listed(
        viewer=viewer, standing=not every, after=int(after) if after.isdigit() else None, limit=_PAGE + 1
    )
    shown = {
        "rows": found[:_PAGE],
        "every": every,
        "state_name": state_name,
        "reason_name": reason_name,
        "following": found[_PAGE - 1].id if len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "operator/chargebacks.html", shown)
