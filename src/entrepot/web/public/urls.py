"""Addresses without a language."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web.public import carrier_webhook, health, media, payments_webhook

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.show, name="health"),
    path("media/<path:path>", media.show, name="media"),
    path("webhooks/carrier", carrier_webhook.take, name="carrier_webhook"),
    path("webhooks/payments", payments_webhook.take, {"scheme": "sandbox"}, name="payments-webhook"),
    path("webhooks/stripe", payments_webhook.take, {"scheme": "stripe"}, name="stripe-webhook"),
]
