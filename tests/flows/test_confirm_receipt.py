"""The shopper says `I have it`: the money is due at once."""

from datetime import timedelta

import pytest

from entrepot.base.models import OutboxRow
from entrepot.flows.confirm_receipt import confirm_receipt
from entrepot.orders import queries as orders
from entrepot.orders import services
from entrepot.orders.terms import NothingToConfirm, OrderUnknown, OrderView, Stage, Verb
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.parties.make import AT
from tests.stock.make import article

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=3)


def sold(route: str = "depot", merchants: int = 1) -> tuple[Viewer, OrderView]:
    viewer = parties.shopper_viewer()
    assert viewer.shopper_id
    asked = [Asked(owner, article(merchant_id=owner)) for owner in (parties.merchant() for _ in range(merchants))]
    make.held(*asked, shopper_id=viewer.shopper_id, route=route)
    return viewer, seen(viewer)


def seen(viewer: Viewer) -> OrderView:
    (card,) = orders.orders_of(viewer=viewer)
    return orders.order(viewer=viewer, ref=card.ref)


def test_a_parcel_on_its_last_way_counts_as_delivered_and_its_money_is_due(django_assert_max_num_queries) -> None:
    viewer, order = sold()
    (part,) = order.consignments
    make.move(part.id, part.merchant_id, Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH)
    with django_assert_max_num_queries(16 + 9):  # and the savepoints of the flow and three services inside a test
        assert confirm_receipt(viewer=viewer, order_ref=order.ref, at=LATER) == (part.ref,)
    (part,) = seen(viewer).consignments
    assert (part.stage, part.release_at) == (Stage.DELIVERED, LATER)
    assert payments.hold(merchant_id=part.merchant_id, consignment_id=part.id).release_at == LATER
    assert confirm_receipt(viewer=viewer, order_ref=order.ref, at=LATER + timedelta(days=1)) == (part.ref,)
    assert seen(viewer).consignments[0].release_at == LATER
    assert OutboxRow.objects.filter(topic="orders.receipt_confirmed").count() == 1


def test_what_was_delivered_is_due_now_and_what_is_under_way_to_the_depot_is_not() -> None:
    viewer, order = sold(merchants=2)
    first, second = order.consignments
    make.move(first.id, first.merchant_id, Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, Verb.DELIVER)
    make.move(second.id, second.merchant_id, Verb.SEND)
    assert confirm_receipt(viewer=viewer, order_ref=order.ref, at=LATER) == (first.ref,)
    first, second = seen(viewer).consignments
    assert (first.release_at, second.stage, second.release_at) == (LATER, Stage.SENT, None)


def test_a_direct_parcel_may_be_confirmed_once_sent() -> None:
    viewer, order = sold(route="direct")
    (part,) = order.consignments
    make.move(part.id, part.merchant_id, Verb.SEND)
    assert confirm_receipt(viewer=viewer, order_ref=order.ref, at=LATER) == (part.ref,)


def test_a_consignment_with_a_claim_is_left_alone() -> None:
    viewer, order = sold(route="direct")
    (part,) = order.consignments
    make.move(part.id, part.merchant_id, Verb.SEND, Verb.DELIVER)
    services.pause_release(consignment_id=part.id, merchant_id=part.merchant_id, at=LATER)
    before = seen(viewer)
    with pytest.raises(NothingToConfirm):
        confirm_receipt(viewer=viewer, order_ref=order.ref, at=LATER)
    assert seen(viewer) == before


def test_nothing_has_arrived_yet() -> None:
    viewer, order = sold()
    with pytest.raises(NothingToConfirm):
        confirm_receipt(viewer=viewer, order_ref=order.ref, at=LATER)
    assert seen(viewer) == order


def test_nobody_else_confirms() -> None:
    viewer, order = sold(route="direct")
    (part,) = order.consignments
    make.move(part.id, part.merchant_id, Verb.SEND)
    before = seen(viewer)
    team = parties.merchant_viewer(merchant_id=part.merchant_id)
    for stranger in (Viewer(), parties.shopper_viewer(), team, parties.operator()):
        with pytest.raises(OrderUnknown):
            confirm_receipt(viewer=stranger, order_ref=order.ref, at=LATER)
    assert seen(viewer) == before
