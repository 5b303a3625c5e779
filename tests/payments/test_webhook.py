"""The provider's door on our site."""

import pytest
from django.test import Client

from tests.payments import make

pytestmark = pytest.mark.django_db
URL = "/webhooks/payments"


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.PAYMENT_WEBHOOK_SECRET = make.SECRET


def post(body, headers):
    return Client(enforce_csrf_checks=True).post(URL, body, content_type="application/json", headers=headers)


def kept():
    from entrepot.payments.models import EventRow

    return EventRow.objects.count()


def test_a_signed_message_is_taken_as_often_as_it_comes() -> None:
    body, headers = make.message()
    assert [post(body, headers).status_code for _ in range(3)] == [202] * 3
    assert kept() == 1


def test_a_message_about_nothing_of_ours_is_taken_too() -> None:
    assert post(*make.message("dispute.opened", {"id": "dp_1"})).status_code == 202


def test_a_wrong_signature_is_answered_with_the_reason_and_nothing_is_kept() -> None:
    body, headers = make.message(secret="whsec_b3RoZXI=")
    answer = post(body, headers)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["code"] == "payments.bad_signature"
    assert kept() == 0


def test_what_cannot_be_read_is_refused() -> None:
    answer = post(b"{}", make.signed(b"{}"))
    assert (answer.status_code, answer.json()["code"]) == (422, "payments.unreadable")


def test_a_message_without_end_is_not_read_to_its_end() -> None:
    body = b'{"type": "a.b", "data": {"id": "x", "pad": "' + b"x" * 300_000 + b'"}}'
    assert post(body, make.signed(body)).status_code == 413
    assert kept() == 0


def test_only_posts_are_taken() -> None:
    assert Client().get(URL).status_code == 405
