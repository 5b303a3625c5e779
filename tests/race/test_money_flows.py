"""The same money at the same moment: paid twice, paid and given up, released twice, paid out twice."""

import pytest
from django.db import connection

from entrepot.base.identity import new_reference
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.open_payout import open_payout
from entrepot.flows.release_hold import release_hold
from entrepot.flows.settle_payment import settle_payment
from entrepot.flows.settle_refund import settle_refund
from entrepot.kernel.errors import Refused
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import About, Kind
from entrepot.orders.terms import CancelReason
from entrepot.orders.terms import State as OrderState
from entrepot.payments import queries
from entrepot.payments.services import take_provider_event
from entrepot.payments.terms import State
from tests.flows import make
from tests.payments import make as payment_make
from tests.payments.make import AT, SECRET
from tests.race.test_money_spent_twice import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _market():
    """Emptying the tables between tests takes the preset channels with it, and leaves the jobs there."""
    from entrepot.channels import queries as channels
    from entrepot.channels.services import open_presets

    channels.forget()
    open_presets()
    yield
    channels.forget()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def sound():
    assert ledger.drift() == ()
    assert queries.held_differs() == ()


@pytest.mark.parametrize("turn", range(3))
def test_one_payment_told_four_times_at_once_is_booked_once(turn) -> None:
    sale = make.sale(merchants=2)
    proof = sale.proof()
    answers = together(*[lambda: settle_payment(payment_id=sale.payment_id, proof=proof, at=AT)] * 4)
    assert sorted(answers) == [False, False, False, True]
    assert (sale.payment().state, sale.order().state) == (State.CAPTURED, OrderState.PAID)
    assert len(ledger.transfers_of(about=About(order_id=sale.order_id))) == 2
    sound()


@pytest.mark.parametrize("turn", range(5))
def test_money_and_giving_up_at_once_end_paid_or_given_back_never_lost(turn) -> None:
    sale = make.sale(merchants=2)
    proof = sale.proof()
    paid, given_up = together(
        lambda: settle_payment(payment_id=sale.payment_id, proof=proof, at=AT),
        lambda: cancel_order(order_id=sale.order_id, shopper_id=sale.shopper_id, reason=CancelReason.SHOPPER, at=AT),
    )
    assert paid is True
    if sale.order().state is OrderState.PAID:
        assert isinstance(given_up, Refused)
        assert sale.payment().state is State.CAPTURED
    else:
        assert given_up is True
        assert (sale.order().state, sale.payment().state) == (OrderState.CANCELLED, State.RETURNING)
        (owed,) = queries.refunds_of(shopper_id=sale.shopper_id, payment_id=sale.payment_id)
        back = sale.proof(provider_id="re_1")
        works = [lambda: settle_refund(refund_id=owed.id, shopper_id=sale.shopper_id, proof=back, at=AT)] * 3
        assert together(*works) == [None] * 3
        assert sale.payment().state is State.RETURNED
    sound()


@pytest.mark.parametrize("turn", range(3))
def test_held_money_is_released_once(turn) -> None:
    sale = make.sale(merchants=2).pay()
    pairs = sale.deliver()
    works = [
        lambda pair=pair: release_hold(consignment_id=pair[0], merchant_id=pair[1], at=make.due()) for pair in pairs * 2
    ]
    assert together(*works) == [None] * 4
    assert sale.order().state is OrderState.DONE
    sound()


@pytest.mark.parametrize("turn", range(3))
def test_available_money_is_paid_out_once(turn) -> None:
    merchant_id = payment_make.merchant_with_money(5_000)
    same = new_reference("key")

    def ask(key):
        return lambda: open_payout(merchant_id=merchant_id, currency="USD", key=key, at=AT)

    first, again, other, another = together(ask(same), ask(same), ask("k2"), ask("k3"))
    opened = [answer for answer in (first, again, other, another) if isinstance(answer, str)]
    assert len(set(opened)) == 1
    assert all(isinstance(answer, str | Refused) for answer in (first, again, other, another))
    assert isinstance(first, str) == isinstance(again, str)
    (balance,) = ledger.balances_of(kind=Kind.MERCHANT_AVAILABLE, subject=merchant_id).values()
    assert (balance.available.minor, balance.debits_pending.minor) == (0, 5_000)
    sound()


def test_one_message_delivered_four_times_at_once_is_kept_once() -> None:
    body, headers = payment_make.message()
    works = [lambda: take_provider_event(body=body, headers=headers, secret=SECRET, at=AT)] * 4
    assert sorted(together(*works)) == [False, False, False, True]
    assert len(payment_make.jobs()) == 1
