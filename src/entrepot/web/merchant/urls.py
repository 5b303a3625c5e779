"""Addresses of the merchant's desk, below /merchant/."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web.merchant import (
    account,
    chargebacks,
    codes,
    consignments,
    desk,
    imports,
    listings,
    money,
    overview,
    sales,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", desk.choose, name="merchant-choose"),
    path("<slug:merchant>/imports/", imports.listing, name="merchant-imports"),
    path("<slug:merchant>/imports/<slug:ref>/", imports.show, name="merchant-import"),
    path("<slug:merchant>/imports/<slug:ref>/rejected/", imports.rejected, name="merchant-import-rejected"),
    path("<slug:merchant>/imports/<slug:ref>/undo/", imports.undo, name="merchant-import-undo"),
    path("<slug:merchant>/listings/", listings.listing, name="merchant-listings"),
    path("<slug:merchant>/listings/<slug:ref>/", listings.show, name="merchant-listing"),
    path("<slug:merchant>/listings/<slug:ref>/code/", codes.show, name="merchant-listing-code"),
    path("<slug:merchant>/listings/<slug:ref>/code/decide/", codes.decide, name="merchant-listing-code-decide"),
    path("<slug:merchant>/listings/<slug:ref>/move/", listings.move, name="merchant-listing-move"),
    path("<slug:merchant>/listings/<slug:ref>/pictures/", listings.add_picture, name="merchant-listing-pictures"),
    path(
        "<slug:merchant>/listings/<slug:ref>/pictures/drop/",
        listings.drop_picture,
        name="merchant-listing-picture-drop",
    ),
    path("<slug:merchant>/listings/<slug:ref>/sale/", sales.plan, name="merchant-sale"),
    path("<slug:merchant>/listings/<slug:ref>/handout/", sales.handout, name="merchant-handout"),
    path("<slug:merchant>/sales/", sales.listing, name="merchant-sales"),
    path("<slug:merchant>/sales/<slug:ref>/stop/", sales.stop, name="merchant-sale-stop"),
    path("<slug:merchant>/consignments/", consignments.listing, name="merchant-consignments"),
    path("<slug:merchant>/consignments/<slug:ref>/", consignments.show, name="merchant-consignment"),
    path("<slug:merchant>/consignments/<slug:ref>/price/", consignments.price, name="merchant-price"),
    path("<slug:merchant>/consignments/<slug:ref>/ship/", consignments.ship, name="merchant-ship"),
    path("<slug:merchant>/money/", money.show, name="merchant-money"),
    path("<slug:merchant>/money/account/", account.show, name="merchant-account"),
    path("<slug:merchant>/money/chargebacks/", chargebacks.listing, name="merchant-chargebacks"),
    path("<slug:merchant>/money/chargebacks/<slug:ref>/", chargebacks.show, name="merchant-chargeback"),
    path(
        "<slug:merchant>/money/chargebacks/<slug:ref>/documents/<int:file_id>/",
        chargebacks.document,
        name="merchant-chargeback-document",
    ),
    path(
        "<slug:merchant>/money/chargebacks/<slug:ref>/documents/<int:file_id>/drop/",
        chargebacks.drop,
        name="merchant-chargeback-drop",
    ),
    path("<slug:merchant>/money/payout/", money.take_out, name="merchant-take-out"),
    path("<slug:merchant>/money/payouts/<slug:ref>/", money.payout, name="merchant-payout"),
    path("<slug:merchant>/", overview.show, name="merchant"),
]
