"""Two people at the depot do the same at the same moment, and the carrier tells everything at once."""

from datetime import timedelta

import pytest
from django.db import connection

from entrepot.carriage import queries as carriage
from entrepot.carriage.models import ShipmentRow, TrackingRow
from entrepot.carriage.terms import MARKETPLACE, CarrierEvent, Place, Step
from entrepot.channels import queries as channels
from entrepot.channels.services import open_presets
from entrepot.depot import queries as depot
from entrepot.depot.models import BoxRow, DeclarationRow
from entrepot.depot.services import open_site
from entrepot.depot.terms import BoxState, ParcelMoved, Site
from entrepot.flows.consolidate import consolidate
from entrepot.flows.dispatch_box import dispatch_box
from entrepot.flows.receive_parcel import receive_parcel
from entrepot.flows.record_tracking import record_tracking
from entrepot.flows.ship_consignment import ship_consignment
from entrepot.flows.unpack import unpack
from entrepot.orders.terms import Stage
from tests.depot import make
from tests.race.test_money_spent_twice import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _market():
    """Emptying the tables between tests takes channels and depots with it, and leaves the jobs there."""
    channels.forget()
    open_presets()
    open_site(site=Site("ONT", {"en": "Ontario"}, Place("Depot", "", "US", "CA", "Ontario", ()), ("US",), {}))
    yield
    channels.forget()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.mark.parametrize("turn", range(3))
def test_four_scans_of_one_parcel_receive_it_once(turn):
    world = make.sent(make.world())
    answers = together(*[lambda: receive_parcel(viewer=world.staff, barcode=world.refs[0], grams=2300, at=make.AT)] * 4)
    assert sorted(one.again for one in answers) == [False, True, True, True]
    assert world.view().stage is Stage.RECEIVED


@pytest.mark.parametrize("turn", range(3))
def test_two_who_pack_the_same_parcels_make_one_box_of_them(turn):
    world = make.received(make.world(count=2))
    answers = together(
        *[lambda: consolidate(viewer=world.staff, consignment_refs=world.refs, box_ref=None, at=make.AT)] * 2
    )
    assert answers[0].id == answers[1].id
    assert BoxRow.objects.count() == 1
    assert depot.box_by_id(box_id=answers[0].id).parcels == 2


@pytest.mark.parametrize("turn", range(3))
def test_a_box_sent_off_twice_leaves_once(turn):
    world = make.world(count=2)
    box = make.packed(world)
    answers = together(*[lambda: dispatch_box(viewer=world.staff, box_ref=box.ref, at=make.AT)] * 3)
    assert {one.id for one in answers} == {box.id}
    assert DeclarationRow.objects.filter(merchant_id__in=world.merchants).count() == 2
    assert ShipmentRow.objects.filter(merchant_id=MARKETPLACE).count() == 1


@pytest.mark.parametrize("turn", range(5))
def test_what_is_taken_out_while_the_box_leaves_is_in_it_or_out_of_it(turn):
    world = make.world(count=2)
    box = make.packed(world)
    sent, out = together(
        lambda: dispatch_box(viewer=world.staff, box_ref=box.ref, at=make.AT),
        lambda: unpack(viewer=world.staff, barcode=world.refs[0], at=make.AT),
    )
    inside = {one.consignment_ref for one in depot.parcels_in(box_id=box.id)}
    papers = {one.consignment_ref for one in depot.declarations(viewer=world.staff, box_id=box.id)}
    assert inside == papers
    if isinstance(out, ParcelMoved):
        assert (inside, world.view(0).stage) == (set(world.refs), Stage.DISPATCHED)
    else:
        assert (inside, world.view(0).stage) == ({world.refs[1]}, Stage.RECEIVED)
    assert sent.id == box.id


@pytest.mark.parametrize("turn", range(5))
def test_what_is_put_in_while_the_box_leaves_is_declared_or_not_in_it(turn):
    world = make.received(make.world(count=2))
    box = consolidate(viewer=world.staff, consignment_refs=world.refs[:1], box_ref=None, at=make.AT)
    together(
        lambda: dispatch_box(viewer=world.staff, box_ref=box.ref, at=make.AT),
        lambda: consolidate(viewer=world.staff, consignment_refs=world.refs[1:], box_ref=box.ref, at=make.AT),
    )
    left = depot.box_by_id(box_id=box.id).state is BoxState.DISPATCHED
    inside = {one.consignment_ref for one in depot.parcels_in(box_id=box.id)}
    papers = {one.consignment_ref for one in depot.declarations(viewer=world.staff, box_id=box.id)}
    assert papers == (inside if left else set())
    if not left:
        assert dispatch_box(viewer=world.staff, box_ref=box.ref, at=make.AT).parcels == 2


@pytest.mark.parametrize("turn", range(3))
def test_a_merchant_who_clicks_twice_wants_one_label(turn):
    world = make.world(route="direct")
    owner = world.merchant()
    together(*[lambda: ship_consignment(viewer=owner, consignment_ref=world.refs[0], key="k", at=make.AT)] * 3)
    assert ShipmentRow.objects.filter(merchant_id=world.merchants[0]).count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'carriage.buy_label'")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("turn", range(3))
def test_all_the_carriers_news_at_once_comes_to_the_same(turn):
    world = make.sent(make.world(route="direct"))
    shipment = carriage.shipment_of(merchant_id=world.merchants[0], subject="consignment", subject_id=world.ids[0])
    later = make.AT + timedelta(days=9)
    steps = (Step.PICKED_UP, Step.ARRIVED, Step.DELIVERED, Step.DELIVERED)
    events = [
        CarrierEvent(f"tev_{step}", shipment.ref, step, make.AT + timedelta(hours=hours), "")
        for hours, step in zip((1, 2, 3, 3), steps, strict=True)
    ]
    answers = together(*[lambda event=event: record_tracking(event=event, at=later) for event in events])
    assert answers == [None] * 4
    assert world.view().stage is Stage.DELIVERED
    assert TrackingRow.objects.filter(merchant_id=world.merchants[0]).count() == 3
    way = carriage.tracking(merchant_id=world.merchants[0], subject="consignment", subject_id=world.ids[0])
    assert way.step is Step.DELIVERED
