"""Addresses of the shop."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web.shopper import basket, home, listing, orders, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.show, name="home"),
    path("search/", search.show, name="search"),
    path("listings/<str:ref>/", listing.show, name="listing"),
    path("basket/", basket.show, name="basket"),
    path("basket/put/", basket.put, name="basket_put"),
    path("basket/change/", basket.change, name="basket_change"),
    path("checkout/", orders.listing, name="checkout"),
    path("orders/", orders.listing, name="orders"),
]
