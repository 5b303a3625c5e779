"""The routes of version 1 and the document that describes them."""

from django.urls import URLPattern, URLResolver, path
from dmr.openapi import build_schema
from dmr.openapi.config import OpenAPIConfig
from dmr.routing import Router

from entrepot.api.v1 import tokens

router = Router("api/v1/", [])
schema = build_schema(
    router,
    config=OpenAPIConfig(
        title="Entrepot",
        version="1",
        summary="The marketplace's verbs for machines",
        description=(
            "Amounts are whole minor units with an ISO 4217 currency, or decimal strings where a contract says so. "
            "Every write takes an Idempotency-Key. Every failure is an RFC 9457 problem with a stable code."
        ),
    ),
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/token", tokens.token, name="api-token"),
]
