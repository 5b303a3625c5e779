"""The merchant's first page: what waits to be done and where the money is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.catalogue import queries as catalogue
from entrepot.orders import queries as orders
from entrepot.orders.terms import Stage
from entrepot.parties.terms import Merchant
from entrepot.payments import queries as payments
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.viewer import viewer_of


@for_merchant
def show(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    viewer = viewer_of(request)
    shown = {
        "merchant": merchant,
        "counts": orders.consignment_counts(viewer=viewer, merchant_id=merchant.id),
        "stages": Stage,
        "to_ship": orders.consignments_of(viewer=viewer, merchant_id=merchant.id, stage=Stage.PAID, limit=5),
        "sums": payments.money_of(viewer=viewer, merchant_id=merchant.id),
        "listings": catalogue.listings_of(viewer=viewer, merchant_id=merchant.id, limit=1).counts,
    }
    return render(request, "merchant/overview.html", shown)
