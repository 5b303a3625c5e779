"""Addresses of the merchant's desk, below /merchant/."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web.merchant import consignments, desk, money, overview

urlpatterns: list[URLPattern | URLResolver] = [
    path("", desk.choose, name="merchant-choose"),
    path("<slug:merchant>/consignments/", consignments.listing, name="merchant-consignments"),
    path("<slug:merchant>/consignments/<slug:ref>/", consignments.show, name="merchant-consignment"),
    path("<slug:merchant>/consignments/<slug:ref>/ship/", consignments.ship, name="merchant-ship"),
    path("<slug:merchant>/consignments/<slug:ref>/label/", consignments.label, name="merchant-label"),
    path("<slug:merchant>/money/", money.show, name="merchant-money"),
    path("<slug:merchant>/money/payout/", money.take_out, name="merchant-take-out"),
    path("<slug:merchant>/money/payouts/<slug:ref>/", money.payout, name="merchant-payout"),
    path("<slug:merchant>/", overview.show, name="merchant"),
]
