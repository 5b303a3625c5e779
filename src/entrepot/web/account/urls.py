"""Addresses of sign-in, sign-up and the account."""

from allauth.account.views import signup
from django.db.transaction import atomic
from django.urls import URLPattern, URLResolver, include, path

from entrepot.web.account import addresses, pages, sell

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.show, name="account"),
    path("sell/", sell.show, name="sell"),
    path("addresses/new/", addresses.edit, name="address_new"),
    path("addresses/<str:ref>/", addresses.edit, name="address"),
    path("addresses/<str:ref>/remove/", addresses.remove, name="address_remove"),
    # The new account and the job that sends its mail come about together, or neither does.
    path("signup/", atomic(signup), name="account_signup"),
    path("", include("allauth.account.urls")),
]
