"""The shopper's payment between us and the provider, up to the money."""

from datetime import timedelta
from itertools import pairwise

import pytest

from entrepot.kernel.money import Money
from entrepot.kernel.must import Broken
from entrepot.payments import queries, services
from entrepot.payments.terms import PaymentUnknown, State, WrongMoment
from tests.parties import make as parties
from tests.payments import make
from tests.payments.make import AT

pytestmark = pytest.mark.django_db


def now(payment_id, shopper_id):
    return queries.payment_by_id(payment_id=payment_id, shopper_id=shopper_id)


def test_an_order_has_one_payment_and_one_job_that_opens_it() -> None:
    payment_id, shopper_id = make.payment(order_id=1)
    assert make.payment(shopper_id=shopper_id, order_id=1) == (payment_id, shopper_id)
    assert make.jobs() == [("payments.open_intent", {"payment_id": payment_id})]
    with pytest.raises(Broken):
        make.payment(shopper_id=shopper_id, order_id=1, minor=1)


def test_the_same_is_asked_again_after_a_crash() -> None:
    payment_id, shopper_id = make.payment()
    first = services.begin_opening(payment_id=payment_id, shopper_id=shopper_id, return_url="http://a")
    again = services.begin_opening(payment_id=payment_id, shopper_id=shopper_id, return_url="http://b")
    assert first is not None
    assert first == again
    assert (first.state, first.return_url) == (State.OPENING, "http://a")


def test_the_shopper_can_pay_once_the_provider_has_answered() -> None:
    payment_id, shopper_id = make.awaiting()
    known = now(payment_id, shopper_id)
    assert (known.state, known.pay_url, known.intent_id) == (State.AWAITING, "http://pay/pi_1", "pi_1")
    services.record_intent(payment_id=payment_id, shopper_id=shopper_id, intent=make.intent(known), at=AT)
    assert now(payment_id, shopper_id) == known
    assert services.begin_opening(payment_id=payment_id, shopper_id=shopper_id, return_url="") is None


def test_a_payment_that_was_never_asked_for_is_just_cancelled() -> None:
    payment_id, shopper_id = make.payment(order_id=1)
    assert services.cancel_payment(shopper_id=shopper_id, order_id=1)
    assert services.cancel_payment(shopper_id=shopper_id, order_id=1)
    assert now(payment_id, shopper_id).state is State.CANCELLED
    assert [name for name, _ in make.jobs()] == ["payments.open_intent"]
    assert services.begin_opening(payment_id=payment_id, shopper_id=shopper_id, return_url="") is None
    assert not services.cancel_payment(shopper_id=shopper_id, order_id=2)


def test_an_open_page_is_closed_by_a_job() -> None:
    _, shopper_id = make.awaiting(order_id=1)
    services.cancel_payment(shopper_id=shopper_id, order_id=1)
    services.cancel_payment(shopper_id=shopper_id, order_id=1)
    assert [name for name, _ in make.jobs()] == ["payments.open_intent", "payments.cancel_intent"]


def test_an_answer_that_comes_after_the_order_was_given_up_closes_the_page_again() -> None:
    payment_id, shopper_id = make.payment(order_id=1)
    asked = services.begin_opening(payment_id=payment_id, shopper_id=shopper_id, return_url="http://a")
    services.cancel_payment(shopper_id=shopper_id, order_id=1)
    services.record_intent(payment_id=payment_id, shopper_id=shopper_id, intent=make.intent(asked), at=AT)
    known = now(payment_id, shopper_id)
    assert (known.state, known.intent_id) == (State.CANCELLED, "pi_1")
    assert [name for name, _ in make.jobs()].count("payments.cancel_intent") == 2


def test_a_captured_payment_cannot_be_cancelled() -> None:
    payment_id, shopper_id = make.awaiting(order_id=1)
    services.record_capture(payment=now(payment_id, shopper_id), proof=make.proof(), at=AT)
    before = now(payment_id, shopper_id)
    with pytest.raises(WrongMoment):
        services.cancel_payment(shopper_id=shopper_id, order_id=1)
    assert now(payment_id, shopper_id) == before


def test_the_provider_is_asked_again_ever_more_rarely_until_nothing_can_change() -> None:
    payment_id, shopper_id = make.awaiting()
    assert services.claim_payment_polls(at=AT + timedelta(seconds=9)) == 0
    at = AT + timedelta(seconds=10)
    asked = []
    while len(asked) < 9:
        if services.claim_payment_polls(at=at):
            asked.append(at)
        at += timedelta(seconds=10)
    waits = [int((later - sooner).total_seconds()) for sooner, later in pairwise(asked)]
    assert waits == [10, 20, 40, 80, 160, 320, 600, 600]
    services.record_capture(payment=now(payment_id, shopper_id), proof=make.proof(), at=AT)
    assert services.claim_payment_polls(at=AT + timedelta(days=9)) == 0


def test_a_closed_page_is_not_asked_about_again() -> None:
    payment_id, shopper_id = make.awaiting(order_id=1)
    services.record_closed(payment_id=payment_id, shopper_id=shopper_id)
    assert services.claim_payment_polls(at=AT + timedelta(hours=1)) == 1
    services.cancel_payment(shopper_id=shopper_id, order_id=1)
    services.record_closed(payment_id=payment_id, shopper_id=shopper_id)
    assert services.claim_payment_polls(at=AT + timedelta(days=1)) == 0


def test_a_payment_is_seen_by_its_shopper_and_the_operator_only() -> None:
    viewer, other, operator = parties.shopper_viewer(), parties.shopper_viewer(), parties.operator()
    payment_id, _ = make.payment(shopper_id=viewer.shopper_id, order_id=1)
    mine = queries.payment_of_order(shopper_id=viewer.shopper_id, order_id=1)
    assert queries.payment(viewer=viewer, ref=mine.ref) == mine
    assert queries.payment(viewer=operator, ref=mine.ref).amount == Money(12_140, "CNY")
    assert queries.payment_anywhere(payment_id=payment_id) == mine
    for stranger in (other, parties.merchant_viewer(merchant_id=parties.merchant())):
        with pytest.raises(PaymentUnknown):
            queries.payment(viewer=stranger, ref=mine.ref)
    with pytest.raises(PaymentUnknown):
        queries.payment_of_order(shopper_id=other.shopper_id, order_id=1)


def test_a_payment_in_trouble_is_on_the_operators_list() -> None:
    payment_id, shopper_id = make.awaiting()
    services.flag_payment(payment_id=payment_id, shopper_id=shopper_id, trouble="payments.amount_differs")
    assert [one.id for one in queries.payments_in_trouble(viewer=parties.operator())] == [payment_id]
    assert services.claim_payment_polls(at=AT + timedelta(days=1)) == 0


def test_the_provider_names_a_payment_by_its_own_id_or_by_our_reference() -> None:
    payment_id, shopper_id = make.awaiting(intent_id="pi_77")
    ref = now(payment_id, shopper_id).ref
    for found in (
        queries.payment_at_provider(intent_id="pi_77"),
        queries.payment_at_provider(intent_id="pi_78", reference=ref),
    ):
        assert found is not None
        assert found.id == payment_id
    assert queries.payment_at_provider(intent_id="pi_78", reference="pay_0") is None
