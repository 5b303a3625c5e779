"""How a price was made: the shopper's own quotes, before and after the order."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.landed import queries as landed
from entrepot.orders import queries as orders
from entrepot.web.explained import explained
from entrepot.web.viewer import viewer_of


def show(request: HttpRequest, ref: str) -> HttpResponse:
    """One quote of the viewer's, line by line; a visitor's basket has quotes too."""
    viewer = viewer_of(request)
    quote = landed.quote_for(viewer=viewer, ref=ref)
    made = orders.order_of_quote(shopper_id=quote.shopper_id, quote_ref=ref)
    return render(request, "shopper/price.html", {"price": explained(quote), "order": made})
