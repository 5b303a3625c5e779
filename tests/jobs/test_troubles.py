"""What operators do about payments in trouble: asked again, given back, handled elsewhere; pressed twice it is done once."""

import pytest
from django.db import connection

from entrepot.flows.cancel_order import Decision, cancel_order
from entrepot.flows.give_back_refused import give_back_refused
from entrepot.jobs import payments as jobs
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.orders.terms import CancelReason, Verb
from entrepot.orders.terms import State as OrderState
from entrepot.parties.terms import NotYours, Viewer
from entrepot.payments import queries, services
from entrepot.payments.models import PaymentRow
from entrepot.payments.terms import OperatorVerb, ReasonMissing, State
from tests.jobs.desk import end_of, hear, opened, sound, work_off
from tests.orders import make as order_make
from tests.parties import make as parties
from tests.payments.make import AT

pytestmark = pytest.mark.django_db


def wrong_amount(desk):
    """A sale for which the provider took one cent less than was asked."""
    sale = opened()
    intent_id = sale.payment().intent_id
    intent = desk.store.thing(intent_id, kind="intent")
    desk.store.put({**intent, "amount": sale.total.minor - 1}, kind="intent", reference=intent["reference"])
    desk.pay(intent_id)
    hear(desk.signed())
    assert queries.payments_in_trouble(viewer=parties.operator()) == (sale.payment(),)
    return sale


def test_an_operator_has_another_amount_given_back_and_the_ledger_balances(desk) -> None:
    sale = wrong_amount(desk)
    operator = parties.operator()
    decision = Decision(operator, "paid one cent less, card refuses the rest")
    for _ in range(2):
        cancel_order(
            order_id=sale.order_id, shopper_id=sale.shopper_id, reason=CancelReason.OPERATOR, at=AT, decision=decision
        )
        work_off()
        jobs.check_payment(payment_id=sale.payment_id)
        assert end_of(sale) == (State.RETURNED, OrderState.CANCELLED)
    (refund,) = queries.refunds_of(shopper_id=sale.shopper_id, payment_id=sale.payment_id)
    assert refund.amount == sale.total - Money(1, sale.total.currency)
    assert queries.payments_in_trouble(viewer=operator) == ()
    assert sound()
    assert all(one.debits == one.credits for one in ledger.trial_balance())
    done = queries.actions_on(viewer=operator, payment_id=sale.payment_id)
    assert {(one.user_id, one.verb, one.reason) for one in done} == {
        (operator.user_id, OperatorVerb.GIVE_BACK, decision.reason)
    }


def test_asking_again_brings_trouble_back_that_is_still_there(desk) -> None:
    sale = wrong_amount(desk)
    operator = parties.operator()
    services.ask_provider_again(viewer=operator, ref=sale.payment().ref, at=AT)
    assert queries.payments_in_trouble(viewer=operator) == ()
    jobs.check_payment(payment_id=sale.payment_id)
    assert queries.payments_in_trouble(viewer=operator) == (sale.payment(),)
    services.mark_payment_handled(viewer=operator, ref=sale.payment().ref, reason="  written off ", at=AT)
    assert queries.payments_in_trouble(viewer=operator) == ()
    assert [(one.verb, one.reason) for one in queries.actions_on(viewer=operator, payment_id=sale.payment_id)] == [
        (OperatorVerb.HANDLED, "written off"),
        (OperatorVerb.ASK, ""),
    ]


def test_only_operators_decide_and_never_without_a_reason(desk) -> None:
    sale = wrong_amount(desk)
    ref, operator = sale.payment().ref, parties.operator()
    for viewer in (parties.shopper_viewer(), Viewer()):
        with pytest.raises(NotYours):
            services.ask_provider_again(viewer=viewer, ref=ref, at=AT)
        with pytest.raises(NotYours):
            services.mark_payment_handled(viewer=viewer, ref=ref, reason="because", at=AT)
        with pytest.raises(NotYours):
            services.mark_event_handled(viewer=viewer, event_id=1, reason="because", at=AT)
    with pytest.raises(ReasonMissing):
        services.mark_payment_handled(viewer=operator, ref=ref, reason=" ok ", at=AT)
    assert queries.actions_on(viewer=operator, payment_id=sale.payment_id) == ()
    assert queries.payments_in_trouble(viewer=operator) == (sale.payment(),)


def test_an_odd_message_leaves_the_list_once_it_was_looked_into(desk) -> None:
    wrong_amount(desk)
    operator = parties.operator()
    (odd,) = queries.events_odd(viewer=operator)
    assert services.mark_event_handled(viewer=operator, event_id=odd.id, reason="see the payment", at=AT)
    assert not services.mark_event_handled(viewer=operator, event_id=odd.id, reason="see the payment", at=AT)
    assert queries.events_odd(viewer=operator) == ()


def test_pressed_twice_each_verb_is_done_and_written_down_once(desk) -> None:
    sale = wrong_amount(desk)
    operator, ref = parties.operator(), sale.payment().ref
    for _ in range(2):
        services.ask_provider_again(viewer=operator, ref=ref, at=AT)
    jobs.check_payment(payment_id=sale.payment_id)
    for _ in range(2):
        services.mark_payment_handled(viewer=operator, ref=ref, reason="written off", at=AT)
    done = queries.actions_on(viewer=operator, payment_id=sale.payment_id)
    assert [one.verb for one in done] == [OperatorVerb.HANDLED, OperatorVerb.ASK]


def polled(sale) -> bool:
    return PaymentRow.objects.filter(shopper_id=sale.shopper_id, id=sale.payment_id, poll_at__isnull=False).exists()


def test_asking_about_a_payment_that_was_settled_meanwhile_asks_nobody_for_ever(desk) -> None:
    sale = opened().pay()
    operator = parties.operator()
    services.ask_provider_again(viewer=operator, ref=sale.payment().ref, at=AT)
    assert not polled(sale)
    assert queries.actions_on(viewer=operator, payment_id=sale.payment_id) == ()


def test_a_refused_parcels_refund_is_sent_however_long_the_provider_is_silent(desk) -> None:
    sale = opened()
    desk.pay(sale.payment().intent_id)
    hear(desk.signed())
    (part,) = sale.order().consignments
    order_make.move(part.id, part.merchant_id, Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, Verb.REFUSE)
    give_back_refused(viewer=parties.operator(), order_ref=sale.order().ref, consignment_ref=part.ref, at=AT)
    # The job has tried as often as it does, and is gone.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert polled(sale)
    desk.silent = True
    jobs.check_payment(payment_id=sale.payment_id)
    desk.silent = False
    assert polled(sale)
    jobs.check_payment(payment_id=sale.payment_id)
    assert desk.balances()["CNY"]["refunded"] == sale.total.minor
    assert end_of(sale) == (State.CAPTURED, OrderState.DONE)
    assert not polled(sale)
    assert sound()
