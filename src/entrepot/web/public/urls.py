"""Addresses without a language."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web.public import health

urlpatterns: list[URLPattern | URLResolver] = [path("healthz", health.show, name="health")]
