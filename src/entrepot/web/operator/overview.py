"""The operator's first page: what needs a person, and how the market stands."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.base import clock
from entrepot.base.machinery import machinery
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.payments import queries as payments
from entrepot.search import queries as search
from entrepot.web.operator.words import trouble_name
from entrepot.web.viewer import operators_only, viewer_of


@operators_only
def show(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    lines = ledger.trial_balance()
    shown = {
        "merchants": parties.merchant_count(),
        "counts": orders.order_counts(viewer=viewer),
        "held": [line.credits - line.debits for line in lines if line.kind is Kind.HOLD],
        "earned": [line.credits - line.debits for line in lines if line.kind is Kind.COMMISSION],
        "machinery": machinery(at=clock.now()),
        "index": search.index_status(),
        "troubled": payments.payments_in_trouble(viewer=viewer, limit=10),
        "trouble_name": trouble_name,
        "odd": payments.events_odd(viewer=viewer, limit=10),
    }
    return render(request, "operator/overview.html", shown)
