"""The living style page: every part, as the templates really draw it. For operators, and for everybody while developing."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.base import clock
from entrepot.kernel.money import Money
from entrepot.parties.terms import NotYours
from entrepot.web.viewer import viewer_of

_PRICE = (
    ("Goods: 2 × 2.5 kg Rainier cherries", Money(45800, "CNY"), "", ""),
    ("Delivery", Money(6200, "CNY"), "Los Angeles to Hangzhou, by air, cold chain", ""),
    ("CBEC consolidated tax", Money(4732, "CNY"), "9.1 % of goods and delivery", ""),
    ("Import VAT at 70 %", Money(4732, "CNY"), "Cai Guan Shui [2018] 49", "part"),
    ("Duty", Money(0, "CNY"), "0 % within the yearly allowance", "part"),
    ("Insurance", None, "the carrier has not said", ""),
    ("Landed price", Money(56732, "CNY"), "", "sum"),
)


def show(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG and not viewer_of(request).operator:
        raise NotYours
    at = clock.now()
    context = {
        "price": _PRICE,
        "total": Money(56732, "CNY"),
        "held": Money(1_234_500, "USD"),
        "at": at,
        "earlier": at - timedelta(days=3),
        "later": at + timedelta(days=8),
    }
    return render(request, "public/styleguide.html", context)
