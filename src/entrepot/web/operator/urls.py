"""Addresses of the operator's desk, below /operator/."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web.operator import (
    chargebacks,
    ledger,
    merchants,
    orders,
    overview,
    price,
    promotions,
    requotes,
    scenarios,
    troubles,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.show, name="operator"),
    path("orders/", orders.listing, name="operator-orders"),
    path("orders/<slug:ref>/", orders.show, name="operator-order"),
    path("orders/<slug:ref>/parcels/<slug:consignment>/give-back/", orders.give_back, name="operator-parcel-give-back"),
    path("prices/<slug:ref>/", price.show, name="operator-price"),
    path("payments/<slug:ref>/ask/", troubles.ask, name="operator-payment-ask"),
    path("payments/<slug:ref>/handled/", troubles.handled, name="operator-payment-handled"),
    path("payments/<slug:ref>/give-back/", troubles.give_back, name="operator-payment-give-back"),
    path("events/<int:event_id>/handled/", troubles.event_handled, name="operator-event-handled"),
    path("chargebacks/", chargebacks.listing, name="operator-chargebacks"),
    path("merchants/", merchants.listing, name="operator-merchants"),
    path("merchants/<slug:ref>/verify/", merchants.verify, name="operator-verify"),
    path("promotions/", promotions.listing, name="operator-promotions"),
    path("promotions/new/", promotions.make, name="operator-promotion-new"),
    path("promotions/<slug:ref>/", promotions.show, name="operator-promotion"),
    path("promotions/<slug:ref>/end/", promotions.end, name="operator-promotion-end"),
    path("requotes/", requotes.listing, name="operator-requotes"),
    path("requotes/start/", requotes.start, name="operator-requotes-start"),
    path("requotes/<int:number>/", requotes.show, name="operator-requote"),
    path("what-if/", scenarios.show, name="operator-scenario"),
    path("ledger/", ledger.balance, name="operator-ledger"),
    path("ledger/<slug:kind>/<slug:currency>/", ledger.accounts, name="operator-accounts"),
    path("ledger/<slug:kind>/<slug:currency>/<int:subject>/", ledger.statement, name="operator-statement"),
]
