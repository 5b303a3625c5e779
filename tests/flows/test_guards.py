"""Mutation of the verbs that move money: without any one of their guards a test fails.

Each guard is made to say yes where the flow asks it, and the test that is about it is run. Guards of the functions in
the database are taken out in `tests/stock/test_guards.py` and `tests/ledger/test_guards.py`, locks in `tests/race`.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django.db import transaction

from entrepot.flows import cancel_order, open_payout, release_hold, settle_payment
from entrepot.orders import rules as order_rules
from entrepot.orders.terms import AddressElsewhere
from entrepot.payments import queries as payments
from entrepot.payments import rules
from entrepot.payments.terms import NotVerified
from tests.flows import test_cancel_order as cancelling
from tests.flows import test_payouts as paying_out
from tests.flows import test_place_order as placing
from tests.flows import test_refund_consignment as refunding
from tests.flows import test_release_hold as releasing
from tests.flows import test_settle_payment as settling

pytestmark = pytest.mark.django_db


def yes(*_: object, **__: object) -> None:
    """A guard that refuses nothing and finds nothing."""


GUARDS: dict[str, tuple[ModuleType, str, Any, Callable[[], None]]] = {
    "a repeated key": (order_rules, "repeated", yes, placing.test_the_same_key_gives_the_same_order_whatever_has_happened_since),
    "a quote that holds": (order_rules, "check_quote", yes, lambda: placing.test_a_quote_that_does_not_hold_is_refused_and_changes_nothing({"destination": "US"}, AddressElsewhere, "CN-GD")),
    "a payment that was settled": (settle_payment, "SETTLED", frozenset(), settling.test_the_same_proof_again_changes_nothing),
    "the amount that was asked": (rules, "check_amount", yes, lambda: settling.test_another_amount_is_refused_and_changes_nothing(1)),
    "an order whose time is not over": (cancel_order, "check_cancelling", yes, cancelling.test_the_sweep_does_not_cut_the_time_short),
    "the release date": (release_hold, "check_due", yes, releasing.test_before_delivery_before_its_date_and_under_a_claim_nothing_is_released),
    "a refund key for something else": (rules, "check_repeat", yes, refunding.test_a_refund_that_cannot_be_is_refused_and_moves_nothing),
    "a refund that is known": (payments, "refund_by_key", yes, refunding.test_a_refund_that_cannot_be_is_refused_and_moves_nothing),
    "a merchant that can be paid": (open_payout, "check_payout", yes, lambda: paying_out.test_a_refused_payout_changes_nothing(5_000, False, True, "USD", NotVerified)),
    "a payout that is known": (payments, "payout_by_key", yes, paying_out.test_the_same_key_gives_the_same_payout),
}  # fmt: skip


@pytest.mark.parametrize("name", GUARDS)
def test_without_any_one_guard_a_test_fails(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, guard, without, test = GUARDS[name]
    assert hasattr(where, guard), "the guard is where it was"
    # No transaction around it: a flow's own is durable, and would refuse that whatever its guards do.
    with transaction.atomic(durable=True):
        pass
    monkeypatch.setattr(where, guard, without)
    try:
        test()
    except (Exception, pytest.fail.Exception):  # whatever way it fails
        return
    raise AssertionError(f"a test holds without {name}")


@pytest.mark.parametrize("name", GUARDS)
def test_with_all_guards_that_test_holds(name: str) -> None:
    GUARDS[name][3]()
