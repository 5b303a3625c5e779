"""The shopper's money arrives: once, in the right amount, for an order that still stands, or it goes back."""

import pytest

from entrepot.base.models import OutboxRow
from entrepot.flows.fail_payment import fail_payment
from entrepot.flows.settle_payment import settle_payment
from entrepot.flows.settle_refund import settle_refund
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import About, Kind
from entrepot.orders.terms import Stage
from entrepot.orders.terms import State as OrderState
from entrepot.payments import queries
from entrepot.payments.services import begin_opening
from entrepot.payments.terms import AmountDiffers, HoldState, PaymentUnknown, RefundState, State, WrongMoment
from tests.flows import make
from tests.flows.budget import at_most
from tests.parties import make as parties
from tests.payments.make import AT, jobs

pytestmark = pytest.mark.django_db


def everything():
    """What a refusal must not touch."""
    return ledger.accounts(), list(OutboxRow.objects.order_by("id").values_list("topic", "subject")), jobs()


def holds(sale):
    return queries.holds_of_order(viewer=parties.operator(), order_id=sale.order_id, merchant_ids=sale.merchants)


def test_a_paid_order_holds_each_merchants_part() -> None:
    sale = make.sale(merchants=3).pay()
    order = sale.order()
    assert order.state is OrderState.PAID
    assert {one.stage for one in order.consignments} == {Stage.PAID}
    assert sale.payment().state is State.CAPTURED
    kept = holds(sale)
    assert [hold.state for hold in kept] == [HoldState.OPEN] * 3
    assert Money.total((hold.shares.total for hold in kept), "CNY") == sale.total
    for hold in kept:
        assert ledger.balance(kind=Kind.HOLD, subject=hold.shares.consignment_id, currency="CNY").posted == (
            hold.shares.total
        )
    assert ledger.balance(kind=Kind.PSP_RECEIVABLE, currency="CNY").posted == -sale.total
    assert len(ledger.transfers_of(about=About(order_id=sale.order_id))) == 3
    assert queries.held_differs() == ()
    assert ledger.drift() == ()
    told = list(OutboxRow.objects.values_list("topic", flat=True))
    assert told.count("payments.captured") == told.count("orders.paid") == 1


def test_its_statements_stay_within_the_budget() -> None:
    sale = make.sale(merchants=3)
    proof = sale.proof()
    with at_most(2):
        assert settle_payment(payment_id=sale.payment_id, proof=proof, at=AT)
    with at_most(1):
        assert not settle_payment(payment_id=sale.payment_id, proof=proof, at=AT)
    late = make.sale(intent_id="pi_2")
    late.cancel()
    with at_most(13):
        assert settle_payment(payment_id=late.payment_id, proof=late.proof(), at=AT)


def test_the_same_proof_again_changes_nothing() -> None:
    sale = make.sale().pay()
    before = everything()
    sale.pay()
    assert everything() == before


@pytest.mark.parametrize("off", [-1, 1])
def test_another_amount_is_refused_and_changes_nothing(off) -> None:
    sale = make.sale()
    before = everything()
    with pytest.raises(AmountDiffers):
        settle_payment(payment_id=sale.payment_id, proof=sale.proof(sale.total.minor + off), at=AT)
    assert everything() == before
    assert sale.order().state is OrderState.PLACED
    assert sale.payment().state is State.AWAITING
    assert holds(sale) == ()


def test_money_under_another_name_for_a_paid_order_is_refused_and_changes_nothing() -> None:
    sale = make.sale().pay()
    before = everything()
    with pytest.raises(WrongMoment):
        settle_payment(payment_id=sale.payment_id, proof=sale.proof(provider_id="pi_other"), at=AT)
    assert everything() == before


def test_money_for_nothing_of_ours_is_refused() -> None:
    sale = make.sale()
    with pytest.raises(PaymentUnknown):
        settle_payment(payment_id=1, proof=sale.proof(), at=AT)


def test_the_news_may_come_before_the_providers_own_answer() -> None:
    sale = make.sale(page=False)
    begin_opening(payment_id=sale.payment_id, shopper_id=sale.shopper_id, return_url="http://x")
    settle_payment(payment_id=sale.payment_id, proof=sale.proof(provider_id="pi_9"), at=AT)
    assert (sale.payment().state, sale.payment().intent_id) == (State.CAPTURED, "pi_9")
    assert sale.order().state is OrderState.PAID


def test_signed_news_of_our_own_reference_is_true_before_we_have_noted_asking() -> None:
    sale = make.sale(page=False)
    settle_payment(reference=sale.payment().ref, proof=sale.proof(provider_id="pi_9"), at=AT)
    assert (sale.payment().state, sale.order().state) == (State.CAPTURED, OrderState.PAID)
    assert begin_opening(payment_id=sale.payment_id, shopper_id=sale.shopper_id, return_url="http://x") is None


def test_money_that_comes_after_the_order_was_given_up_goes_back(django_assert_num_queries) -> None:
    sale = make.sale()
    sale.cancel()
    sale.pay()
    sale.pay()
    assert sale.payment().state is State.RETURNING
    assert sale.order().state is OrderState.CANCELLED
    (owed,) = queries.refunds_of(shopper_id=sale.shopper_id, payment_id=sale.payment_id)
    assert (owed.amount, owed.state, owed.intent_id) == (sale.total, RefundState.OPEN, "pi_1")
    assert jobs()[-1] == ("payments.refund", {"refund_id": owed.id, "shopper_id": sale.shopper_id})
    in_transit = {"kind": Kind.REFUND_IN_TRANSIT, "subject": sale.payment_id, "currency": "CNY"}
    assert ledger.balance(**in_transit).posted == sale.total

    with pytest.raises(AmountDiffers):
        settle_refund(refund_id=owed.id, shopper_id=sale.shopper_id, proof=sale.proof(1), at=AT)
    back = sale.proof(provider_id="re_1")
    for budget in (7, 3):
        with django_assert_num_queries(budget + 2):
            settle_refund(refund_id=owed.id, shopper_id=sale.shopper_id, proof=back, at=AT)
    assert sale.payment().state is State.RETURNED
    assert ledger.balance(**in_transit).posted == Money(0, "CNY")
    assert ledger.balance(kind=Kind.PSP_RECEIVABLE, currency="CNY").posted == Money(0, "CNY")
    assert len(ledger.transfers_of(about=About(order_id=sale.order_id))) == 2
    sale.pay()
    assert sale.payment().state is State.RETURNED
    assert ledger.drift() == ()


def test_a_declined_card_leaves_the_order_waiting_for_another(django_assert_num_queries) -> None:
    sale = make.sale()
    for budget in (5, 3):
        with django_assert_num_queries(budget + 2):
            fail_payment(payment_id=sale.payment_id, reason="declined", at=AT)
    assert (sale.payment().state, sale.payment().reason) == (State.FAILED, "declined")
    assert sale.order().state is OrderState.PLACED
    assert OutboxRow.objects.filter(topic="payments.failed").count() == 1
    sale.pay()
    assert sale.payment().state is State.CAPTURED
    assert sale.order().state is OrderState.PAID


def test_a_decline_that_is_told_late_changes_nothing() -> None:
    paid, given_up = make.sale(intent_id="pi_1").pay(), make.sale(intent_id="pi_2")
    given_up.cancel()
    before = everything()
    for sale in (paid, given_up):
        fail_payment(payment_id=sale.payment_id, reason="declined", at=AT)
    assert everything() == before
    assert (paid.payment().state, given_up.payment().state) == (State.CAPTURED, State.CANCELLED)
