"""A shopper's orders."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.web.viewer import signed_in


@signed_in
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "shopper/orders.html")
