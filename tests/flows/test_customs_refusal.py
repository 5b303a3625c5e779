"""Customs refuse a parcel for the yearly allowance: it stops, our count is corrected, the shopper has the money back."""

from datetime import timedelta

import pytest

from entrepot.allowance import queries as allowance
from entrepot.allowance.terms import EntryKind, NothingHeld
from entrepot.flows.give_back_refused import give_back_refused
from entrepot.flows.refuse_at_customs import refuse_at_customs
from entrepot.flows.settle_payment import settle_payment
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.orders.terms import OrderUnknown, OrderView, Stage, State, Verb, WrongMoment
from entrepot.parties.terms import NotYours, ShopperId, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.models import RefundRow
from entrepot.payments.services import begin_opening, record_intent
from entrepot.payments.terms import HoldState, IntentStatus, ProviderIntent, ProviderProof
from tests.allowance import make
from tests.allowance.make import LIMIT
from tests.depot import make as depot
from tests.flows.budget import at_most
from tests.flows.test_quote_basket import NOV
from tests.flows.test_retail_allowance import WORTH, ordered
from tests.orders.make import move
from tests.parties import make as parties

pytestmark = pytest.mark.django_db
LATER = NOV + timedelta(days=8)


def on_its_way() -> tuple[Viewer, OrderView]:
    viewer = Viewer(shopper_id=ShopperId(parties.shopper()))
    make.identity(shopper_id=viewer.shopper_id)
    order = ordered(viewer)
    payment = payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id)
    intent = ProviderIntent("pi_1", IntentStatus.SUCCEEDED, "", payment.amount, payment.ref)
    begin_opening(payment_id=payment.id, shopper_id=order.shopper_id, return_url="")
    record_intent(payment_id=payment.id, shopper_id=order.shopper_id, intent=intent, at=NOV)
    settle_payment(payment_id=payment.id, proof=ProviderProof("pi_1", payment.amount), at=NOV)
    (part,) = order.consignments
    move(part.id, part.merchant_id, Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, at=NOV)
    return viewer, orders.order(viewer=viewer, ref=order.ref)


def test_the_parcel_stops_and_more_is_known_to_be_used_elsewhere() -> None:
    viewer, order = on_its_way()
    staff, ref = parties.depot_worker(), order.consignments[0].ref
    with at_most(21):
        refuse_at_customs(viewer=staff, consignment_ref=ref, said=None, at=LATER)
    for _ in range(2):
        assert refuse_at_customs(viewer=staff, consignment_ref=ref, said=None, at=LATER).stage is Stage.REFUSED
        use = allowance.use_of(shopper_id=order.shopper_id, at=NOV)
        assert (use.held.minor, use.used.minor, use.elsewhere.minor) == (0, 0, LIMIT.minor - WORTH + 1)
    told = allowance.entries_of(viewer=viewer, shopper_id=order.shopper_id)
    assert [entry.kind for entry in told] == [EntryKind.HELD, EntryKind.CUSTOMS_SAYS]
    hold = payments.hold(merchant_id=order.consignments[0].merchant_id, consignment_id=order.consignments[0].id)
    assert hold.state is HoldState.OPEN


def test_customs_own_figure_is_kept() -> None:
    _, order = on_its_way()
    said = Money(2_590_000, "CNY")
    refuse_at_customs(viewer=parties.operator(), consignment_ref=order.consignments[0].ref, said=said, at=LATER)
    assert allowance.use_of(shopper_id=order.shopper_id, at=NOV).elsewhere == said


def test_the_shopper_has_all_of_it_back_and_the_order_ends() -> None:
    viewer, order = on_its_way()
    (part,) = order.consignments
    refuse_at_customs(viewer=parties.depot_worker(), consignment_ref=part.ref, said=None, at=LATER)
    for _ in range(2):
        give_back_refused(viewer=viewer, order_ref=order.ref, consignment_ref=part.ref, at=LATER)
    seen = orders.order(viewer=viewer, ref=order.ref)
    assert (seen.state, seen.consignments[0].stage) == (State.DONE, Stage.REFUNDED)
    (owed,) = RefundRow.objects.filter(shopper_id=order.shopper_id)
    assert (owed.amount_minor, owed.currency, owed.state) == (order.amounts.total.minor, "CNY", "open")
    hold = payments.hold(merchant_id=part.merchant_id, consignment_id=part.id)
    assert hold.state is HoldState.REFUNDED


def test_nobody_else_refuses_or_gives_back_and_only_what_was_refused() -> None:
    viewer, order = on_its_way()
    (part,) = order.consignments
    for stranger in (viewer, parties.merchant_viewer(merchant_id=part.merchant_id), Viewer()):
        with pytest.raises(NotYours):
            refuse_at_customs(viewer=stranger, consignment_ref=part.ref, said=None, at=LATER)
    with pytest.raises(WrongMoment):
        give_back_refused(viewer=viewer, order_ref=order.ref, consignment_ref=part.ref, at=LATER)
    with pytest.raises(OrderUnknown):
        give_back_refused(
            viewer=Viewer(shopper_id=ShopperId(parties.shopper())),
            order_ref=order.ref,
            consignment_ref=part.ref,
            at=LATER,
        )
    assert allowance.use_of(shopper_id=order.shopper_id, at=NOV).held.minor == WORTH


def test_a_parcel_that_holds_nothing_is_not_refused_for_the_allowance() -> None:
    world = depot.world()
    depot.dispatched(world)
    with pytest.raises(NothingHeld):
        refuse_at_customs(viewer=world.staff, consignment_ref=world.refs[0], said=None, at=LATER)
    assert world.view().stage is Stage.DISPATCHED
