"""The carrier's news moves consignments to the shopper's door."""

import itertools
from datetime import timedelta

import pytest

from entrepot.carriage import queries as carriage
from entrepot.carriage.terms import MARKETPLACE, CarrierEvent, NoShipment, Step
from entrepot.flows.record_tracking import record_tracking
from entrepot.flows.ship_consignment import ship_consignment
from entrepot.orders.terms import Stage
from entrepot.payments import queries as payments
from tests.depot import make
from tests.flows.budget import at_most

pytestmark = pytest.mark.django_db

_numbers = itertools.count()
LATER = make.AT + timedelta(days=9)


def news(shipment, step, *, at, house="", event_ref=None):
    return CarrierEvent(event_ref or f"tev_{next(_numbers)}", shipment.ref, step, at, "上海", house)


def direct():
    world = make.world(route="direct")
    ship_consignment(viewer=world.merchant(), consignment_ref=world.refs[0], key="k", at=make.AT)
    shipment = carriage.shipment_of(merchant_id=world.merchants[0], subject="consignment", subject_id=world.ids[0])
    return world, shipment


def hold(world, place=0):
    return payments.hold(merchant_id=world.merchants[place], consignment_id=world.ids[place])


def test_delivery_sets_the_day_when_the_merchants_money_is_due():
    world, shipment = direct()
    delivered_at = make.AT + timedelta(days=6)
    record_tracking(event=news(shipment, Step.DELIVERED, at=delivered_at), at=LATER)
    assert world.view().stage is Stage.DELIVERED
    assert world.view().release_at == delivered_at + timedelta(days=10)
    assert hold(world).release_at == world.view().release_at


def test_steps_on_the_way_are_shown_and_move_nothing_else():
    world, shipment = direct()
    for hours, step in enumerate((Step.PICKED_UP, Step.DEPARTED, Step.CUSTOMS_HELD)):
        record_tracking(event=news(shipment, step, at=make.AT + timedelta(hours=hours)), at=LATER)
    assert world.view().stage is Stage.SENT
    assert hold(world).release_at is None
    way = carriage.tracking(merchant_id=world.merchants[0], subject="consignment", subject_id=world.ids[0])
    assert way.step is Step.CUSTOMS_HELD


def test_news_twice_and_out_of_order_comes_to_the_same():
    world, shipment = direct()
    steps = [
        news(shipment, step, at=make.AT + timedelta(hours=hours))
        for hours, step in enumerate((Step.PICKED_UP, Step.ARRIVED, Step.DELIVERED))
    ]
    for event in (steps[2], steps[0], steps[2], steps[1], steps[0]):
        record_tracking(event=event, at=LATER)
    assert world.view().stage is Stage.DELIVERED
    assert world.view().release_at == make.AT + timedelta(days=10, hours=2)
    way = carriage.tracking(merchant_id=world.merchants[0], subject="consignment", subject_id=world.ids[0])
    assert (way.step, len(way.sightings)) == (Step.DELIVERED, 3)


def test_a_delivery_from_the_future_counts_from_now():
    world, shipment = direct()
    record_tracking(event=news(shipment, Step.DELIVERED, at=LATER + timedelta(days=30)), at=LATER)
    assert world.view().release_at == LATER + timedelta(days=10)


def test_of_a_master_box_each_house_parcel_is_delivered_by_itself():
    world = make.world(count=2)
    box = make.dispatched(world)
    shipment = carriage.shipment_of(merchant_id=MARKETPLACE, subject="box", subject_id=box.id)
    record_tracking(event=news(shipment, Step.ARRIVED, at=LATER), at=LATER)
    record_tracking(event=news(shipment, Step.DELIVERED, at=LATER, house=world.view(1).barcode), at=LATER)
    assert [world.view(place).stage for place in range(2)] == [Stage.DISPATCHED, Stage.DELIVERED]
    assert hold(world, 0).release_at is None
    assert hold(world, 1).release_at == LATER + timedelta(days=10)


def test_a_box_delivered_as_a_whole_delivers_all_of_it():
    world = make.world(count=3)
    box = make.dispatched(world)
    shipment = carriage.shipment_of(merchant_id=MARKETPLACE, subject="box", subject_id=box.id)
    record_tracking(event=news(shipment, Step.DELIVERED, at=LATER), at=LATER)
    assert {world.view(place).stage for place in range(3)} == {Stage.DELIVERED}
    assert {hold(world, place).release_at for place in range(3)} == {LATER + timedelta(days=10)}


def test_news_of_a_shipment_nobody_knows_is_refused():
    with pytest.raises(NoShipment):
        record_tracking(event=CarrierEvent("tev", "shp_0", Step.DELIVERED, make.AT, ""), at=LATER)


def test_stays_within_its_statements():
    _, shipment = direct()
    with at_most(6):
        record_tracking(event=news(shipment, Step.ARRIVED, at=make.AT), at=LATER)
    with at_most(14):
        record_tracking(event=news(shipment, Step.DELIVERED, at=make.AT), at=LATER)
