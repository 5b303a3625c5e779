"""The provider's door on our site."""

from datetime import timedelta

import pytest
from django.test import Client

from entrepot.orders.terms import State as OrderState
from entrepot.payments import queries
from entrepot.payments.models import EventRow
from entrepot.payments.services import take_provider_event
from entrepot.payments.terms import State
from tests.flows import make as sales
from tests.payments import make

pytestmark = pytest.mark.django_db
URL = "/webhooks/payments"


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.PAYMENT_WEBHOOK_SECRET = make.SECRET


def post(body, headers):
    return Client(enforce_csrf_checks=True).post(URL, body, content_type="application/json", headers=headers)


def kept():
    return EventRow.objects.count()


def test_a_signed_message_is_taken_as_often_as_it_comes() -> None:
    body, headers = make.message()
    assert [post(body, headers).status_code for _ in range(3)] == [202] * 3
    assert kept() == 1


def told(sale, *, event_id="evt_1", **changes):
    """The provider's signed news that a sale's page was paid."""
    data = {
        "id": "pi_1", "status": "succeeded", "amount": sale.total.minor, "currency": sale.total.currency,
        "reference": sale.payment().ref, **changes,
    }  # fmt: skip
    return make.message("intent.succeeded", data, event_id=event_id)


def test_news_that_proves_itself_settles_at_once_and_no_job_is_needed() -> None:
    sale = sales.sale(merchants=2)
    before = make.jobs()
    for event_id in ("evt_1", "evt_1", "evt_2"):
        assert post(*told(sale, event_id=event_id)).status_code == 202
    assert (sale.payment().state, sale.order().state) == (State.CAPTURED, OrderState.PAID)
    assert make.jobs() == before
    assert list(EventRow.objects.order_by("id").values_list("event_id", "outcome")) == [
        ("evt_1", "applied"), ("evt_2", "no_effect"),
    ]  # fmt: skip
    assert queries.events_waiting(received_before=make.AT + timedelta(days=999)) == ()


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": 1},
        {"amount": "12"},
        {"currency": "USD"},
        {"id": "pi_other"},
        {"reference": "pay_none"},
        {"status": "processing"},
    ],
)
def test_news_that_does_not_fit_settles_nothing_and_waits_for_the_job(odd) -> None:
    sale = sales.sale()
    assert post(*told(sale, **odd)).status_code == 202
    assert (sale.payment().state, sale.order().state) == (State.AWAITING, OrderState.PLACED)
    assert [name for name, _ in make.jobs()][-1] == "payments.take_event"


def test_news_that_comes_after_the_order_was_given_up_sends_the_money_back() -> None:
    sale = sales.sale()
    sale.cancel()
    for _ in range(2):
        assert post(*told(sale)).status_code == 202
    assert sale.payment().state is State.RETURNING
    assert [name for name, _ in make.jobs()].count("payments.refund") == 1
    assert kept() == 1


def test_news_kept_for_the_job_is_done_with_when_it_settles_later() -> None:
    sale = sales.sale()
    body, headers = told(sale)
    take_provider_event(body=body, headers=headers, secret=make.SECRET, at=make.AT)
    assert post(body, headers).status_code == 202
    (event,) = EventRow.objects.all()
    assert (event.outcome, event.processed_at is not None, sale.payment().state) == ("applied", True, State.CAPTURED)


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
