"""Addresses of sign-in, sign-up and the account."""

from django.urls import URLPattern, URLResolver, include, path

from entrepot.web.account import pages, sell

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.show, name="account"),
    path("sell/", sell.show, name="sell"),
    path("", include("allauth.account.urls")),
]
