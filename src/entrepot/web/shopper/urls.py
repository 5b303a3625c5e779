"""Addresses of the shop."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web.shopper import basket, home, orders, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.show, name="home"),
    path("search/", search.show, name="search"),
    path("basket/", basket.show, name="basket"),
    path("orders/", orders.listing, name="orders"),
]
