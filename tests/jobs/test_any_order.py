"""All that a provider has to tell of a sale, its chargeback and a payout, in any order and told again: it ends the same."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.orders.terms import State as OrderState
from entrepot.payments import queries
from entrepot.payments.terms import ChargebackState, PayoutState, State
from tests.jobs.desk import end_of, hear, opened, work_off
from tests.jobs.test_both_providers import available, clean, desk, merchant_at, payout_of, ring_once
from tests.parties import make as parties

__all__ = ["desk"]
pytestmark = pytest.mark.django_db


def story(desk, kind):
    """A sale that is declined, paid and charged back, one that is paid after it was given up, and a payout; nothing is heard of yet."""
    before = len(desk.signed())
    sale, late = opened(), opened()
    desk.pay(sale.payment().intent_id, "bad")
    for each in (sale, late):
        desk.pay(each.payment().intent_id)
    late.cancel()
    desk.dispute(sale.payment().intent_id)
    merchant_id = merchant_at(desk, kind)
    payout = payout_of(merchant_id)
    work_off()
    for _ in range(3):
        ring_once(desk, payout_of(merchant_id))
    return sale, late, merchant_id, payout, desk.signed()[before:]


def seen(sale, late, merchant_id):
    (taken,) = queries.chargebacks_of_payment(
        viewer=parties.operator(), shopper_id=sale.shopper_id, payment_id=sale.payment_id
    )
    part = sale.order().consignments[0]
    held = ledger.balance(kind=Kind.HOLD, subject=part.id, currency="CNY").posted.minor
    returned = [one.amount.minor for one in queries.refunds_of(shopper_id=late.shopper_id, payment_id=late.payment_id)]
    return (
        end_of(sale), end_of(late), taken.state, held, part.paused_since is not None, returned,
        payout_of(merchant_id).state, available(merchant_id),
    )  # fmt: skip


def any_order(desk, data):
    kind, ends = data.draw(st.sampled_from([("destination", PayoutState.PAID), ("closed", PayoutState.FAILED)]))
    sale, late, merchant_id, _, told = story(desk, kind)
    assert len(told) >= 4
    hear(data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=len(told))))))
    # What our own answers led to is told as well, and everything once more.
    hear(data.draw(st.permutations(desk.signed())))
    total = sale.total.minor
    assert seen(sale, late, merchant_id) == (
        (State.CAPTURED, OrderState.PAID), (State.RETURNED, OrderState.CANCELLED), ChargebackState.OPEN, total, True,
        [late.total.minor], ends, 0 if ends is PayoutState.PAID else 5_000,
    )  # fmt: skip
    clean()


@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_order_the_messages_come_in_it_ends_the_same(desk, data) -> None:
    any_order(desk, data)


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_order_the_messages_come_in_for_long(desk, data) -> None:
    any_order(desk, data)
