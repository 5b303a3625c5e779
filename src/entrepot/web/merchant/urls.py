"""Addresses of the merchant's desk, below /merchant/."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web.merchant import desk, overview

urlpatterns: list[URLPattern | URLResolver] = [
    path("", desk.choose, name="merchant-choose"),
    path("<slug:merchant>/", overview.show, name="merchant"),
]
