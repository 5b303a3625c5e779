"""Retail imports into China from basket to door: who imports is asked for, and the year's allowance follows the sale."""

from datetime import timedelta

import pytest

from entrepot.allowance import queries as allowance
from entrepot.allowance.services import use_allowance
from entrepot.allowance.terms import AllowanceSpent, EntryKind, IdentityNeeded, TooLateToRestore
from entrepot.base.owners import across_owners
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.confirm_receipt import confirm_receipt
from entrepot.flows.place_order import place_order
from entrepot.flows.return_to_zone import return_to_zone
from entrepot.flows.settle_payment import settle_payment
from entrepot.orders import queries as orders
from entrepot.orders.services import mark_order_paid
from entrepot.orders.terms import CancelReason, OrderView, Verb
from entrepot.parties.terms import NotYours, ShopperId, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import begin_opening, record_intent
from entrepot.payments.terms import IntentStatus, ProviderIntent, ProviderProof
from entrepot.stock.models import Reservation
from entrepot.stock.services import set_on_hand_all
from tests.allowance import make
from tests.allowance.make import LIMIT
from tests.flows.budget import at_most
from tests.flows.test_quote_basket import NOV, cherries, put, quoted
from tests.orders.make import move
from tests.parties import make as parties

pytestmark = pytest.mark.django_db
# Two boxes of cherries and their freight, as test_quote_basket works out.
WORTH = 37256 + 16233


@pytest.fixture
def viewer() -> Viewer:
    return Viewer(shopper_id=ShopperId(parties.shopper()))


def wanted(viewer: Viewer) -> dict:
    listing = cherries()
    put(viewer, listing, 2)
    set_on_hand_all(merchant_id=listing.merchant_id, quantities=[(listing.variants[0].id, 9)], at=NOV)
    address = parties.address(shopper_id=viewer.shopper_id)
    return {"quote_ref": quoted(viewer).ref, "address_ref": address, "key": "k", "at": NOV}


def ordered(viewer: Viewer) -> OrderView:
    placed = place_order(viewer=viewer, **wanted(viewer))
    return orders.order(viewer=viewer, ref=placed.order_ref)


def gone(viewer: Viewer) -> tuple[int, int]:
    use = allowance.use_of(shopper_id=viewer.shopper_id or 0, at=NOV)
    return use.held.minor, use.used.minor


def nothing_was_taken() -> bool:
    with across_owners("a test looks for traces"):
        return not Reservation.objects.exists()


def test_without_a_name_and_number_no_order_is_made(viewer: Viewer) -> None:
    with pytest.raises(IdentityNeeded):
        place_order(viewer=viewer, **wanted(viewer))
    assert nothing_was_taken()
    assert orders.orders_of(viewer=viewer) == ()


def test_an_order_holds_its_dutiable_value_and_the_next_quote_counts_it(viewer: Viewer) -> None:
    make.identity(shopper_id=viewer.shopper_id)
    asked = wanted(viewer)
    with at_most(9 + 11):
        place_order(viewer=viewer, **asked)
    assert gone(viewer) == (WORTH, 0)

    put(viewer, cherries())
    (one,) = quoted(viewer).consignments
    assert one.asked is not None
    assert one.asked.annual_used * 100 == WORTH
    assert one.counted == one.goods + one.freight


def test_giving_the_order_up_frees_the_allowance(viewer: Viewer) -> None:
    make.identity(shopper_id=viewer.shopper_id)
    order = ordered(viewer)
    for _ in range(2):
        cancel_order(order_id=order.id, shopper_id=order.shopper_id, reason=CancelReason.SHOPPER, at=NOV)
        assert gone(viewer) == (0, 0)


def test_goods_in_the_shoppers_hands_are_used(viewer: Viewer) -> None:
    make.identity(shopper_id=viewer.shopper_id)
    order = ordered(viewer)
    payment = payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id)
    intent = ProviderIntent("pi_1", IntentStatus.SUCCEEDED, "", payment.amount, payment.ref)
    begin_opening(payment_id=payment.id, shopper_id=order.shopper_id, return_url="")
    record_intent(payment_id=payment.id, shopper_id=order.shopper_id, intent=intent, at=NOV)
    settle_payment(payment_id=payment.id, proof=ProviderProof("pi_1", payment.amount), at=NOV)
    (part,) = order.consignments
    move(part.id, part.merchant_id, Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, at=NOV)
    for _ in range(2):
        confirm_receipt(viewer=viewer, order_ref=order.ref, at=NOV + timedelta(days=9))
        assert gone(viewer) == (0, WORTH)


def test_goods_back_in_the_zone_in_time_count_again(viewer: Viewer) -> None:
    make.identity(shopper_id=viewer.shopper_id)
    order = ordered(viewer)
    (part,) = order.consignments
    worker, late = parties.depot_worker(), NOV + timedelta(days=60)
    mark_order_paid(order_id=order.id, shopper_id=order.shopper_id, at=NOV)
    move(part.id, part.merchant_id, Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, Verb.DELIVER, at=NOV)
    use_allowance(parts=[(order.shopper_id, order.id, part.number)], at=NOV)
    with pytest.raises(TooLateToRestore):
        return_to_zone(viewer=worker, consignment_ref=part.ref, cleared_at=NOV, at=late)
    with pytest.raises(NotYours):
        return_to_zone(viewer=viewer, consignment_ref=part.ref, cleared_at=NOV, at=NOV)
    assert gone(viewer) == (0, WORTH)
    with at_most(10):
        return_to_zone(viewer=worker, consignment_ref=part.ref, cleared_at=NOV, at=NOV + timedelta(days=40))
    return_to_zone(viewer=worker, consignment_ref=part.ref, cleared_at=NOV, at=late)
    assert gone(viewer) == (0, 0)


def test_what_a_person_ordered_under_another_account_counts(viewer: Viewer) -> None:
    make.identity(shopper_id=viewer.shopper_id)
    asked = wanted(viewer)
    # The quote was made before the other account's order.
    make.hold(make.shopper(), LIMIT.minor - WORTH + 1, at=NOV)
    with pytest.raises(AllowanceSpent):
        place_order(viewer=viewer, **asked)
    assert nothing_was_taken()
    (refusal,) = quoted(viewer).refusals
    assert (refusal.reason, refusal.alternatives) == ("annual_limit_exceeded", ("general_trade",))


def test_the_ledger_tells_the_whole_story(viewer: Viewer) -> None:
    make.identity(shopper_id=viewer.shopper_id)
    order = ordered(viewer)
    cancel_order(order_id=order.id, shopper_id=order.shopper_id, reason=CancelReason.SHOPPER, at=NOV)
    told = allowance.entries_of(viewer=viewer, shopper_id=viewer.shopper_id or 0)
    assert [(entry.kind, entry.part, entry.amount.minor) for entry in told] == [
        (EntryKind.HELD, 1, WORTH), (EntryKind.RELEASED, 1, WORTH),
    ]  # fmt: skip
