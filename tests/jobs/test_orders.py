"""What becomes of orders by the clock."""

from datetime import timedelta

import pytest

from entrepot.base import clock
from entrepot.base.identity import new_id
from entrepot.jobs import orders as jobs
from entrepot.orders import queries as orders
from entrepot.orders.services import claim_order
from entrepot.orders.terms import State
from entrepot.payments import queries as payments
from entrepot.payments.terms import State as PaymentState
from entrepot.stock import queries as stock
from entrepot.stock.services import reserve_stock
from entrepot.stock.terms import Wanted
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.stock.make import article

pytestmark = pytest.mark.django_db


def test_an_order_that_is_not_paid_in_time_is_given_up_and_another_is_not() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    variant = article(merchant_id=merchant, pieces=9)
    now = clock.now()
    overdue = make.placed(Asked(merchant, variant, 2), shopper_id=shopper, at=now - timedelta(minutes=31))
    waiting = make.placed(Asked(merchant, variant, 3), shopper_id=shopper, at=now - timedelta(minutes=1))
    for _ in range(2):
        jobs.expire(timestamp=0)
    states = [orders.order_for_payment(order_id=one, shopper_id=shopper).state for one in (overdue, waiting)]
    assert states == [State.CANCELLED, State.PLACED]
    assert payments.payment_of_order(shopper_id=shopper, order_id=overdue).state is PaymentState.CANCELLED
    assert stock.available(variant_ids=[variant]) == {variant: 6}


def test_goods_of_a_crashed_checkout_go_back_on_sale() -> None:
    merchant = parties.merchant()
    variant = article(merchant_id=merchant, pieces=9)
    now = clock.now()
    for age in (200, 10):
        at = now - timedelta(seconds=age)
        until = at + timedelta(seconds=120)
        reserve_stock(order_id=new_id(), lines=[Wanted(merchant, variant, 2)], until=until, at=at)
    for _ in range(2):
        jobs.free_lapsed(timestamp=0)
    assert stock.available(variant_ids=[variant]) == {variant: 7}


def test_old_claims_are_forgotten() -> None:
    shopper = parties.shopper()
    old = claim_order(shopper_id=shopper, quote_ref="quo_old", at=clock.now() - timedelta(days=3))
    young = claim_order(shopper_id=shopper, quote_ref="quo_new", at=clock.now())
    jobs.forget_claims(timestamp=0)
    assert claim_order(shopper_id=shopper, quote_ref="quo_old", at=clock.now()) != old
    assert claim_order(shopper_id=shopper, quote_ref="quo_new", at=clock.now()) == young
