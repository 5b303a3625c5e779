"""How a price was made, and whether it still comes to it by the law it was made with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.landed import queries as landed
from entrepot.orders import queries as orders
from entrepot.web.explained import explained
from entrepot.web.viewer import operators_only, viewer_of


@operators_only
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """Any quote; `check` in the query works it out again, which changes nothing."""
    quote = landed.quote_for(viewer=viewer_of(request), ref=ref)
    checked = "check" in request.GET
    shown = {
        "price": explained(quote, checks=landed.replays(quote=quote) if checked else ()),
        "checked": checked,
        "order": orders.order_of_quote(shopper_id=quote.shopper_id, quote_ref=ref),
    }
    return render(request, "operator/price.html", shown)
