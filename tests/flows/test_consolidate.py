"""Parcels go into master boxes and out again."""

import pytest

from entrepot.depot import queries as depot
from entrepot.depot.models import ParcelRow
from entrepot.depot.services import open_box
from entrepot.depot.terms import BoxClosed, BoxEmpty, BoxMismatch, BoxUnknown, ParcelMoved, ParcelState, ParcelUnknown
from entrepot.flows.consolidate import consolidate
from entrepot.flows.unpack import unpack
from entrepot.orders.terms import Stage
from entrepot.parties.terms import NotYours
from tests.depot import make
from tests.flows.budget import at_most

pytestmark = pytest.mark.django_db


def pack(world, refs=None, box_ref=None, viewer=None):
    return consolidate(viewer=viewer or world.staff, consignment_refs=refs or world.refs, box_ref=box_ref, at=make.AT)


def test_parcels_of_several_merchants_share_a_new_box():
    world = make.received(make.world(count=3))
    box = pack(world)
    assert (box.destination, box.mode, box.parcels, box.grams) == ("CN", "cbec_direct", 3, 6000)
    assert {one.consignment_ref for one in depot.parcels_in(box_id=box.id)} == set(world.refs)
    assert {world.view(place).stage for place in range(3)} == {Stage.PACKED}


def test_sent_twice_it_is_the_same_box():
    world = make.received(make.world(count=2))
    assert pack(world) == pack(world)
    assert depot.worklist(viewer=world.staff, site_code="ONT").boxes == (pack(world),)


def test_more_goes_into_an_open_box():
    world = make.received(make.world(count=2))
    box = pack(world, refs=world.refs[:1])
    fuller = pack(world, refs=world.refs, box_ref=box.ref)
    assert (fuller.id, fuller.parcels) == (box.id, 2)


def test_what_does_not_belong_together_stays_apart_and_nothing_is_packed():
    world = make.received(make.world(count=2))
    other = open_box(site_code="ONT", destination="CN", mode="personal", at=make.AT)
    with pytest.raises(BoxMismatch):
        pack(world, box_ref=other.ref)
    owner = world.merchants[1]
    ParcelRow.objects.filter(merchant_id=owner).update(destination="US")
    with pytest.raises(BoxMismatch) as refused:
        pack(world)
    assert refused.value.facts["destination"] == "US"
    assert {world.view(place).stage for place in range(2)} == {Stage.RECEIVED}


def test_what_has_not_come_in_cannot_be_packed():
    world = make.sent(make.world())
    with pytest.raises(ParcelMoved) as refused:
        pack(world)
    assert refused.value.facts["state"] == "expected"
    with pytest.raises(ParcelUnknown):
        pack(world, refs=["csn_0000000000000000"])
    with pytest.raises(BoxEmpty):
        consolidate(viewer=world.staff, consignment_refs=[], box_ref=None, at=make.AT)
    with pytest.raises(BoxUnknown):
        pack(world, box_ref="box_0000000000000000")


def test_nothing_goes_into_a_box_that_has_left():
    gone = make.dispatched(make.world())
    world = make.received(make.world())
    with pytest.raises(BoxClosed):
        pack(world, box_ref=gone.ref)
    assert world.view().stage is Stage.RECEIVED


def test_only_depot_staff_pack():
    world = make.received(make.world())
    with pytest.raises(NotYours):
        pack(world, viewer=world.merchant())


def test_a_parcel_comes_out_of_an_open_box_but_not_of_one_that_left():
    world = make.world(count=2)
    box = make.packed(world)
    for _ in range(2):
        out = unpack(viewer=world.staff, barcode=world.refs[0], at=make.AT)
        assert (out.state, out.box_id) == (ParcelState.RECEIVED, None)
    assert world.view(0).stage is Stage.RECEIVED
    assert depot.box_by_id(box_id=box.id).parcels == 1
    gone = make.world()
    make.dispatched(gone)
    with pytest.raises(ParcelMoved):
        unpack(viewer=gone.staff, barcode=gone.refs[0], at=make.AT)


def test_the_number_of_statements_does_not_grow_with_the_parcels():
    world = make.received(make.world(count=4))
    with at_most(14):
        pack(world)
