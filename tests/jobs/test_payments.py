"""Our side and the provider's end alike, whatever is lost, doubled or turned round between them."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.base import clock
from entrepot.jobs import payments as jobs
from entrepot.ledger import queries as ledger
from entrepot.orders.terms import State as OrderState
from entrepot.payments import queries
from entrepot.payments.terms import Outcome, ProviderSilent, State
from tests.flows import make
from tests.jobs.desk import end_of, events, hear, opened, sound, work_off
from tests.parties import make as parties
from tests.payments import make as payment_make

pytestmark = pytest.mark.django_db


def test_the_page_is_opened_once_however_often_the_job_runs(desk) -> None:
    sale = opened()
    jobs.open_intent(payment_id=sale.payment_id)
    payment = sale.payment()
    assert payment.state is State.AWAITING
    assert payment.pay_url == f"http://provider/pay/{payment.intent_id}"
    assert payment.return_url.endswith(f"/en/orders/{payment.order_ref}/return/")
    assert len(desk.store.things(kind="intent")) == 1


def test_a_lost_answer_is_asked_for_again(desk) -> None:
    sale = make.sale(page=False)
    for trouble in ("silent", "loses_replies"):
        setattr(desk, trouble, True)
        with pytest.raises(ProviderSilent):
            jobs.open_intent(payment_id=sale.payment_id)
        setattr(desk, trouble, False)
    assert sale.payment().state is State.OPENING
    jobs.check_payment(payment_id=sale.payment_id)
    assert sale.payment().state is State.AWAITING
    assert len(desk.store.things(kind="intent")) == 1


def test_a_paid_page_pays_the_order(desk) -> None:
    sale = opened()
    desk.pay(sale.payment().intent_id)
    hear(desk.signed())
    assert end_of(sale) == (State.CAPTURED, OrderState.PAID)
    assert [outcome for outcome, _ in events().values()] == [Outcome.APPLIED]
    assert sound()


def test_when_every_message_is_lost_asking_finds_out(desk) -> None:
    good, bad, slow = (opened() for _ in range(3))
    for sale, card in ((good, "good"), (bad, "bad"), (slow, "slow")):
        desk.pay(sale.payment().intent_id, card)
        jobs.check_payment(payment_id=sale.payment_id)
    assert end_of(good) == (State.CAPTURED, OrderState.PAID)
    assert end_of(bad) == (State.FAILED, OrderState.PLACED)
    assert end_of(slow) == (State.AWAITING, OrderState.PLACED)
    desk.wait()
    desk.pay(bad.payment().intent_id)
    for sale in (good, bad, slow):
        jobs.check_payment(payment_id=sale.payment_id)
        assert end_of(sale) == (State.CAPTURED, OrderState.PAID)
    assert sound()


def test_asking_in_vain_waits_for_the_next_time(desk) -> None:
    sale = opened()
    desk.silent = True
    jobs.check_payment(payment_id=sale.payment_id)
    assert sale.payment().state is State.AWAITING


@pytest.fixture
def merchant():
    return parties.merchant()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_messages_in_any_order_and_number_end_the_same(desk, merchant, data) -> None:
    """Two tried cards, and an order that is given up before, between or after the messages, or never."""
    story = data.draw(st.sampled_from(["paid", "given_up"]))
    known = len(desk.signed())
    sale = opened(owners=(merchant,))
    intent_id = sale.payment().intent_id
    desk.pay(intent_id, "bad")
    desk.pay(intent_id, "good")
    told = desk.signed()[known:]
    assert [json.loads(body)["type"] for body, _ in told] == ["intent.declined", "intent.succeeded"]
    heard = data.draw(st.permutations(told * data.draw(st.integers(1, 3))))
    if story == "given_up":
        sale.cancel()
    hear(heard)
    if story == "given_up":
        hear(data.draw(st.permutations(desk.signed()[known:])))
        assert end_of(sale) == (State.RETURNED, OrderState.CANCELLED)
        (refund,) = queries.refunds_of(shopper_id=sale.shopper_id, payment_id=sale.payment_id)
        assert refund.amount == sale.total
    else:
        assert end_of(sale) == (State.CAPTURED, OrderState.PAID)
    assert sound()


def test_an_order_that_was_given_up_closes_its_page(desk) -> None:
    sale = opened()
    sale.cancel()
    work_off()
    assert desk.provider.intent(intent_id=sale.payment().intent_id).status == "cancelled"
    hear(desk.signed())
    assert end_of(sale) == (State.CANCELLED, OrderState.CANCELLED)


def test_a_page_whose_opening_was_lost_is_found_and_closed(desk) -> None:
    sale = make.sale(page=False)
    desk.loses_replies = True
    with pytest.raises(ProviderSilent):
        jobs.open_intent(payment_id=sale.payment_id)
    desk.loses_replies = False
    sale.cancel()
    work_off()
    (intent,) = desk.store.things(kind="intent")
    assert intent["status"] == "cancelled"
    assert sale.payment().intent_id == intent["id"]


def test_money_paid_while_the_order_was_given_up_is_given_back_once(desk) -> None:
    sale = opened()
    desk.pay(sale.payment().intent_id)
    sale.cancel()
    desk.loses_replies = True
    with pytest.raises(ProviderSilent):
        work_off()
    desk.loses_replies = False
    for _ in range(2):
        jobs.check_payment(payment_id=sale.payment_id)
    work_off()
    hear(desk.signed())
    assert end_of(sale) == (State.RETURNED, OrderState.CANCELLED)
    assert desk.balances()["CNY"]["captured"] == desk.balances()["CNY"]["refunded"] == sale.total.minor
    assert sound()


def test_a_slow_card_of_a_given_up_order_is_followed_to_its_end(desk) -> None:
    sale = opened()
    desk.pay(sale.payment().intent_id, "slow")
    sale.cancel()
    work_off()
    assert sale.payment().state is State.CANCELLED
    desk.wait()
    jobs.check_payment(payment_id=sale.payment_id)
    jobs.check_payment(payment_id=sale.payment_id)
    assert end_of(sale) == (State.RETURNED, OrderState.CANCELLED)


def test_another_amount_is_kept_for_the_operator_and_changes_nothing(desk) -> None:
    sale = opened()
    intent_id = sale.payment().intent_id
    intent = desk.store.thing(intent_id, kind="intent")
    desk.store.put({**intent, "amount": sale.total.minor - 1}, kind="intent", reference=intent["reference"])
    before = ledger.accounts()
    desk.pay(intent_id)
    hear(desk.signed())
    assert end_of(sale) == (State.AWAITING, OrderState.PLACED)
    assert ledger.accounts() == before
    ((outcome, trouble),) = events().values()
    assert outcome == Outcome.REFUSED
    assert str(sale.total) in trouble
    (flagged,) = queries.payments_in_trouble(viewer=parties.operator())
    assert flagged.id == sale.payment_id
    (odd,) = queries.events_odd(viewer=parties.operator())
    assert odd.object_id == intent_id
    jobs.check_payment(payment_id=sale.payment_id)
    sale.cancel()
    work_off()
    assert end_of(sale) == (State.CANCELLED, OrderState.CANCELLED)
    assert queries.payments_in_trouble(viewer=parties.operator()) == (sale.payment(),)
    assert ledger.accounts() == before


def test_messages_about_nothing_of_ours_are_kept_for_the_operator(desk) -> None:
    stranger = desk.provider.open_intent(
        key="pay_strange", amount=make.Money(5, "CNY"), return_url="http://x", description="", locale="en"
    )
    payment_id, shopper_id = payment_make.awaiting(intent_id="pi_ours")
    ours = queries.payment_by_id(payment_id=payment_id, shopper_id=shopper_id)
    hear(
        payment_make.message(kind, facts, event_id=f"evt_{n}")
        for n, (kind, facts) in enumerate(
            [
                ("intent.succeeded", {"id": stranger.id, "reference": "pay_strange"}),
                ("intent.succeeded", {"id": stranger.id, "reference": ours.ref}),
                ("refund.succeeded", {"id": "re_1", "intent": stranger.id}),
                ("payout.paid", {"id": "po_1", "reference": "pyt_0"}),
                ("dispute.opened", {"id": "dp_1"}),
            ]
        )
    )
    assert {outcome for outcome, _ in events().values()} == {Outcome.UNMATCHED}
    assert len(queries.events_odd(viewer=parties.operator())) == 5


def test_a_message_that_cannot_be_worked_off_stays_in_the_inbox(desk) -> None:
    sale = opened()
    desk.pay(sale.payment().intent_id)
    (message,) = desk.signed()
    desk.silent = True
    with pytest.raises(ProviderSilent):
        hear([message])
    desk.silent = False
    ((outcome, trouble),) = events().values()
    assert (outcome, trouble) == ("", "The payment provider did not answer.")
    work_off()
    assert end_of(sale) == (State.CAPTURED, OrderState.PAID)


def test_what_the_provider_refuses_to_open_is_put_on_the_operators_list(desk) -> None:
    sale = make.sale(page=False)
    ref = sale.payment().ref
    desk.provider.open_intent(key=ref, amount=make.Money(1, "CNY"), return_url="http://x", description="", locale="en")
    jobs.open_intent(payment_id=sale.payment_id)
    (flagged,) = queries.payments_in_trouble(viewer=parties.operator())
    assert "the same key came before with another request" in flagged.trouble


def test_the_clock_asks_about_what_is_due_and_only_that(desk) -> None:
    due, early = opened(at=clock.now() - timedelta(minutes=5)), opened()
    for sale in (due, early):
        desk.pay(sale.payment().intent_id)
    from entrepot.payments.models import PaymentRow

    for sale, ahead in ((due, -1), (early, 60)):
        PaymentRow.objects.filter(shopper_id=sale.shopper_id, id=sale.payment_id).update(
            poll_at=clock.now() + timedelta(seconds=ahead)
        )
    jobs.poll(timestamp=0)
    jobs.poll_payouts(timestamp=0)
    work_off()
    assert end_of(due) == (State.CAPTURED, OrderState.PAID)
    assert end_of(early) == (State.AWAITING, OrderState.PLACED)
