"""Addresses of the shop."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web import disputes as evidence
from entrepot.web.shopper import ahead, basket, checkout, disputes, home, listing, orders, pay, price, sale, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.show, name="home"),
    path("search/", search.show, name="search"),
    path("search/suggestions/", search.suggestions, name="search_suggestions"),
    path("listings/<str:ref>/", listing.show, name="listing"),
    path("basket/", basket.show, name="basket"),
    path("listings/<str:ref>/ahead/", ahead.put, name="ahead_put"),
    path("sales/<str:ref>/", sale.show, name="sale"),
    path("sales/<str:ref>/ticket/", sale.enter, name="sale_enter"),
    path("basket/agree/", ahead.agree, name="basket_agree"),
    path("basket/put/", basket.put, name="basket_put"),
    path("basket/change/", basket.change, name="basket_change"),
    path("basket/code/", basket.code, name="basket_code"),
    path("basket/delivery/", basket.delivery, name="basket_delivery"),
    path("checkout/", checkout.address, name="checkout"),
    path("checkout/review/<str:quote_ref>/<str:address_ref>/", checkout.review, name="checkout_review"),
    path("checkout/identity/<str:quote_ref>/<str:address_ref>/", checkout.identity, name="checkout_identity"),
    path("checkout/place/", checkout.place, name="checkout_place"),
    path("orders/", orders.listing, name="orders"),
    path("orders/<str:ref>/", orders.show, name="order"),
    path("prices/<str:ref>/", price.show, name="price"),
    path("orders/<str:ref>/pay/", pay.show, name="order_pay"),
    path("orders/<str:ref>/return/", pay.back, name="order_return"),
    path("orders/<str:ref>/cancel/", orders.cancel, name="order_cancel"),
    path("orders/<str:ref>/parcels/<str:consignment>/give-back/", orders.give_back, name="order_give_back"),
    path("orders/<str:ref>/parcels/<str:consignment>/dispute/", disputes.begin, name="dispute_open"),
    path("disputes/", disputes.listing, name="disputes"),
    path("disputes/<str:ref>/", disputes.show, name="dispute"),
    path("disputes/<str:ref>/show/", disputes.add, name="dispute_show"),
    path("disputes/<str:ref>/send-back/", disputes.send_back, name="dispute_send_back"),
    path("disputes/<str:ref>/label/", disputes.label, name="dispute_label"),
    path("disputes/<str:ref>/files/<str:file>/", evidence.show_file, name="dispute_file"),
    path("disputes/<str:ref>/answer/<str:verb>/", disputes.answer, name="dispute_answer"),
    path("orders/<str:ref>/confirm/", orders.confirm, name="order_confirm"),
]
