"""A scan at the depot, its repeat, and taking it back."""

from datetime import timedelta

import pytest

from entrepot.depot import queries as depot
from entrepot.depot.services import weigh_parcel
from entrepot.depot.terms import BarcodeUnreadable, ParcelMoved, ParcelState, ParcelUnknown, WeightImpossible
from entrepot.flows.receive_parcel import receive_parcel
from entrepot.flows.undo_receive import undo_receive
from entrepot.orders.terms import Stage
from entrepot.parties.terms import NotYours
from tests.depot import make
from tests.flows.budget import at_most

pytestmark = pytest.mark.django_db


def receive(world, *, grams=None, barcode=None, viewer=None, at=make.AT):
    return receive_parcel(viewer=viewer or world.staff, barcode=barcode or world.refs[0], grams=grams, at=at)


def test_a_scanned_parcel_is_in():
    world = make.sent(make.world())
    done = receive(world, grams=2190)
    assert not done.again
    assert (done.parcel.state, done.parcel.measured, done.parcel.differs) == (ParcelState.RECEIVED, 2190, False)
    assert done.parcel.received_at == make.AT
    assert world.view().stage is Stage.RECEIVED


def test_the_barcode_may_be_scanned_or_typed():
    world = make.sent(make.world())
    typed = world.view().barcode.lower()
    assert receive(world, barcode=f" {typed[:7]}-{typed[7:]} ").parcel.state is ParcelState.RECEIVED


def test_scanning_twice_changes_nothing_and_says_so():
    world = make.sent(make.world())
    first = receive(world, grams=2190)
    again = receive(world, grams=100, at=make.AT + timedelta(hours=1))
    assert again.again
    assert again.parcel == first.parcel


def test_a_weight_more_than_a_tenth_off_is_marked():
    world = make.sent(make.world())
    assert receive(world, grams=2531).parcel.differs


def test_it_can_be_weighed_afterwards_and_again():
    world = make.sent(make.world())
    code = receive(world).parcel.barcode
    assert weigh_parcel(viewer=world.staff, barcode=code, grams=1000).differs
    mended = weigh_parcel(viewer=world.staff, barcode=code, grams=2200)
    assert (mended.measured, mended.differs) == (2200, False)
    with pytest.raises(WeightImpossible):
        weigh_parcel(viewer=world.staff, barcode=code, grams=0)


def test_what_is_not_expected_is_refused_clearly():
    world = make.world()
    with pytest.raises(ParcelUnknown):
        receive(world)
    with pytest.raises(BarcodeUnreadable):
        receive(world, barcode="6901234567892-X")
    with pytest.raises(BarcodeUnreadable):
        receive(world, barcode="2200")
    assert world.view().stage is Stage.PAID


def test_an_impossible_weight_leaves_the_parcel_expected():
    world = make.sent(make.world())
    with pytest.raises(WeightImpossible):
        receive(world, grams=0)
    assert world.view().stage is Stage.SENT


def test_only_depot_staff_receive():
    world = make.sent(make.world())
    for stranger in (world.merchant(), world.shopper):
        with pytest.raises(NotYours):
            receive(world, viewer=stranger)
    assert world.view().stage is Stage.SENT


def test_a_mistaken_scan_is_taken_back_once_or_twice():
    world = make.received(make.world())
    for _ in range(2):
        parcel = undo_receive(viewer=world.staff, barcode=world.refs[0], at=make.AT)
        assert (parcel.state, parcel.measured, parcel.received_at) == (ParcelState.EXPECTED, None, None)
        assert world.view().stage is Stage.SENT
    assert not receive(world, grams=2000).again


def test_a_packed_parcel_is_not_taken_back():
    world = make.world()
    make.packed(world)
    with pytest.raises(ParcelMoved):
        undo_receive(viewer=world.staff, barcode=world.refs[0], at=make.AT)
    assert world.view().stage is Stage.PACKED


def test_the_worklist_shows_what_is_expected_and_what_has_come():
    coming, here = make.sent(make.world(count=2)), make.received(make.world())
    day = depot.worklist(viewer=here.staff, site_code="ONT")
    assert {one.consignment_ref for one in day.expected} == set(coming.refs)
    assert [one.consignment_ref for one in day.received] == list(here.refs)
    assert (day.expected_count, day.received_count, day.boxes) == (2, 1, ())
    assert depot.worklist(viewer=here.staff, site_code="ONT", destination="US").received == ()
    assert depot.worklist(viewer=here.staff, site_code="SZX").expected == ()


def test_stays_within_its_statements():
    world = make.sent(make.world())
    with at_most(12):
        receive(world, grams=2000)
