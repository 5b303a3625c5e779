"""An unpaid order is given up: goods back on sale, nothing to pay any more."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from entrepot.base.models import OutboxRow
from entrepot.flows.cancel_order import cancel_order
from entrepot.orders import queries as orders
from entrepot.orders.terms import CancelReason, NotExpired, OrderUnknown, State, WrongMoment
from entrepot.parties.terms import ShopperId, Viewer
from entrepot.payments import queries as payments
from entrepot.payments import services as payment_services
from entrepot.payments.terms import State as PaymentState
from entrepot.stock import queries as stock
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.parties.make import AT
from tests.payments.make import intent
from tests.stock.make import article

pytestmark = pytest.mark.django_db


def waiting() -> tuple[int, int, int, int]:
    """Order, shopper, merchant, and the variant of which all 3 pieces are promised."""
    shopper, merchant = parties.shopper(), parties.merchant()
    variant = article(merchant_id=merchant, pieces=3)
    return make.placed(Asked(merchant, variant, 3), shopper_id=shopper), shopper, merchant, variant


def facts(order_id: int, shopper: int, variant: int) -> tuple[State, PaymentState, int]:
    return (
        orders.order_for_payment(order_id=order_id, shopper_id=shopper).state,
        payments.payment_of_order(shopper_id=shopper, order_id=order_id).state,
        stock.available(variant_ids=[variant])[variant],
    )


def test_goods_go_back_and_nothing_is_to_be_paid(django_assert_max_num_queries) -> None:
    order_id, shopper, _, variant = waiting()
    assert facts(order_id, shopper, variant) == (State.PLACED, PaymentState.CREATED, 0)
    with django_assert_max_num_queries(20 + 8):  # and the savepoints of the flow and three services inside a test
        assert cancel_order(order_id=order_id, shopper_id=shopper, reason=CancelReason.SHOPPER, at=AT)
    assert facts(order_id, shopper, variant) == (State.CANCELLED, PaymentState.CANCELLED, 3)
    assert not cancel_order(order_id=order_id, shopper_id=shopper, reason=CancelReason.EXPIRED, at=AT)
    told = OutboxRow.objects.filter(topic__in=["orders.cancelled", "stock.changed"]).order_by("topic", "id")
    assert [row.topic for row in told][:1] == ["orders.cancelled"]
    seen = orders.order(
        viewer=Viewer(shopper_id=ShopperId(shopper)),
        ref=orders.order_for_payment(order_id=order_id, shopper_id=shopper).ref,
    )
    assert seen.cancel_reason is CancelReason.SHOPPER


def test_an_open_page_at_the_provider_is_closed_by_a_job() -> None:
    order_id, shopper, _, variant = waiting()
    payment = payments.payment_of_order(shopper_id=shopper, order_id=order_id)
    asked = payment_services.begin_opening(payment_id=payment.id, shopper_id=shopper, return_url="http://x/back")
    payment_services.record_intent(payment_id=payment.id, shopper_id=shopper, intent=intent(asked), at=AT)
    assert cancel_order(order_id=order_id, shopper_id=shopper, reason=CancelReason.SHOPPER, at=AT)
    assert facts(order_id, shopper, variant) == (State.CANCELLED, PaymentState.CANCELLED, 3)
    assert (
        ProcrastinateJob.objects.filter(task_name="payments.cancel_intent", args={"payment_id": payment.id}).count()
        == 1
    )


def test_the_sweep_does_not_cut_the_time_short() -> None:
    order_id, shopper, _, variant = waiting()
    before = facts(order_id, shopper, variant)
    with pytest.raises(NotExpired):
        cancel_order(order_id=order_id, shopper_id=shopper, reason=CancelReason.EXPIRED, at=AT + timedelta(minutes=29))
    assert facts(order_id, shopper, variant) == before
    late = AT + timedelta(minutes=30)
    assert [order.id for order in orders.expired_orders(at=late)] == [order_id]
    assert cancel_order(order_id=order_id, shopper_id=shopper, reason=CancelReason.EXPIRED, at=late)
    assert orders.expired_orders(at=late) == ()


def test_a_paid_order_is_not_given_up() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    variant = article(merchant_id=merchant, pieces=3)
    order_id = make.held(Asked(merchant, variant, 3), shopper_id=shopper)
    before = facts(order_id, shopper, variant)
    with pytest.raises(WrongMoment):
        cancel_order(order_id=order_id, shopper_id=shopper, reason=CancelReason.SHOPPER, at=AT + timedelta(days=1))
    assert facts(order_id, shopper, variant) == before


def test_another_shoppers_order_is_not_found() -> None:
    order_id, shopper, _, variant = waiting()
    before = facts(order_id, shopper, variant)
    with pytest.raises(OrderUnknown):
        cancel_order(order_id=order_id, shopper_id=parties.shopper(), reason=CancelReason.SHOPPER, at=AT)
    assert facts(order_id, shopper, variant) == before
