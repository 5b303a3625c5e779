"""Ordering over the API: the verb keeps the key itself; machines pass no middleware of pages, and get the same answers."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, RequestFactory

from entrepot.base import clock
from entrepot.config.lanes import two_lanes
from entrepot.orders.models import Order
from tests.api.test_door import bearer
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.parties.make import AMERICAN, CHINESE
from tests.stock.make import article

URL = "/api/v1/orders"


def ready() -> tuple[int, int, dict[str, str]]:
    """A person, their shopper, and what they order."""
    user, merchant = parties.user(), parties.merchant()
    shopper = parties.shopper(user_id=user)
    still = clock.now() + timedelta(minutes=5)
    quote = make.quoted(Asked(merchant, article(merchant_id=merchant)), shopper_id=shopper, valid_until=still)
    return user, shopper, {"quote": quote, "address": parties.address(shopper_id=shopper, address=CHINESE)}


@pytest.mark.django_db
def test_a_repeat_of_an_order_is_answered_the_same_and_another_under_its_key_refused(client: Client) -> None:
    user, shopper, body = ready()
    headers = {"Authorization": f"Bearer {bearer(client, scopes=['shop'], user_id=user)}", "Idempotency-Key": "k1"}

    def order(**changes: str) -> Any:
        return client.post(URL, {**body, **changes}, content_type="application/json", headers=headers)

    first, again = order(), order()
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert Order.objects.filter(shopper_id=shopper).count() == 1
    elsewhere = parties.address(shopper_id=shopper, address=AMERICAN)
    for changes in ({"quote": "quo_0000000000000000"}, {"address": elsewhere}):
        other = order(**changes)
        assert (other.status_code, other.json()["code"]) == (422, "orders.key_reused")


def through(path: str, headers: dict[str, str]) -> tuple[str, dict[str, str], bytes]:
    """The answer that the server's own door gives."""
    told: list[Any] = []

    def nothing(_environ: dict[str, Any], _start: Any) -> list[bytes]:
        raise AssertionError("a machine went among the pages")

    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    environ = RequestFactory()._base_environ(PATH_INFO=path, REQUEST_METHOD="GET", **named)
    environ["wsgi.input"] = BytesIO()
    # As Django's own client does: the connection is the test's.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    try:
        answer = two_lanes(nothing)(environ, lambda status, sent, *_: told.extend((status, dict(sent))))
        body = b"".join(answer)
        answer.close()  # type: ignore[attr-defined]
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)
    return told[0], told[1], body


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("path", ["/api/v1/basket", "/api/v1/channels", "/webhooks/payments", "/api/v1/openapi.json"])
def test_machines_get_what_they_would_get_among_the_pages(client: Client, path: str, language: str) -> None:
    asked = {"Accept-Language": language, "Authorization": f"Bearer {bearer(client, scopes=['shop'])}"}
    page = client.get(path, headers=asked)
    status, headers, body = through(path, asked)
    assert (int(status[:3]), body) == (page.status_code, page.content)
    assert {name: headers[name] for name in ("Content-Type", "Content-Length", "Content-Language")} == {
        name: page.headers[name] for name in ("Content-Type", "Content-Length", "Content-Language")
    }
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
        assert headers[name] == page.headers[name]
    assert json.loads(body or b"{}") is not None
