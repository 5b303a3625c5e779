"""Addresses without a language."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web.public import carrier_webhook, health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.show, name="health"),
    path("webhooks/carrier", carrier_webhook.take, name="carrier_webhook"),
]
