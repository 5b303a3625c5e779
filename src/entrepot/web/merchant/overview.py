"""The merchant's first page: what waits to be done and where the money is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.parties.terms import Merchant
from entrepot.web.merchant.desk import for_merchant


@for_merchant
def show(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    return render(request, "merchant/overview.html", {"merchant": merchant})
