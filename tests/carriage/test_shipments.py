"""Wanting labels and writing down sightings."""

from datetime import timedelta

import pytest

from entrepot.carriage import queries
from entrepot.carriage.models import TrackingRow
from entrepot.carriage.services import record_label, record_sighting, refuse_label
from entrepot.carriage.terms import (
    MARKETPLACE,
    Bought,
    LabelNotReady,
    NoShipment,
    ParcelAsk,
    Service,
    ShipmentState,
    Step,
)

from . import make

pytestmark = pytest.mark.django_db

LABEL = Bought("shp_theirs", "EV123456785US", "http://c/track", "http://c/label", b"%PDF-1.4")


def jobs():
    from procrastinate.contrib.django.models import ProcrastinateJob

    return [(job.task_name, job.args) for job in ProcrastinateJob.objects.order_by("id")]


def test_a_label_is_wanted_once_and_bought_by_one_job():
    first, again = make.shipment(), make.shipment()
    assert first == again
    assert first.state is ShipmentState.WANTED
    assert jobs() == [("carriage.buy_label", {"shipment_id": first.id, "merchant_id": make.MERCHANT})]
    with pytest.raises(LabelNotReady):
        queries.label_pdf(merchant_id=make.MERCHANT, subject="consignment", subject_id=1)


def test_what_is_asked_of_the_carrier_is_what_was_wanted():
    wanted = make.shipment(parcels=(ParcelAsk(900, "HP1", make.CN), ParcelAsk(800, "HP2")))
    reference, ask = queries.label_ask(merchant_id=make.MERCHANT, shipment_id=wanted.id)
    assert reference == wanted.ref
    assert ask == make.ask(parcels=(ParcelAsk(900, "HP1", make.CN), ParcelAsk(800, "HP2")))


def test_a_bought_label_is_kept_and_not_replaced():
    wanted = make.shipment()
    record_label(merchant_id=make.MERCHANT, shipment_id=wanted.id, bought=LABEL, at=make.AT)
    other = Bought("shp_other", "EV000000005US", "", "", b"other")
    record_label(merchant_id=make.MERCHANT, shipment_id=wanted.id, bought=other, at=make.AT)
    refuse_label(merchant_id=make.MERCHANT, shipment_id=wanted.id, why="late", at=make.AT)
    kept = make.shipment()
    assert (kept.state, kept.tracking_number, kept.trouble) == (ShipmentState.BOUGHT, "EV123456785US", "")
    assert queries.label_pdf(merchant_id=make.MERCHANT, subject="consignment", subject_id=1) == b"%PDF-1.4"


def test_after_a_refusal_the_wish_can_be_renewed_under_a_new_reference():
    wanted = make.shipment()
    refuse_label(merchant_id=make.MERCHANT, shipment_id=wanted.id, why="no such street", at=make.AT)
    refused = queries.shipment(merchant_id=make.MERCHANT, shipment_id=wanted.id)
    assert (refused.state, refused.trouble) == (ShipmentState.REFUSED, "no such street")
    renewed = make.shipment(parcels=(ParcelAsk(5),))
    assert (renewed.id, renewed.state, renewed.grams) == (wanted.id, ShipmentState.WANTED, 5)
    assert renewed.ref != wanted.ref
    assert len(jobs()) == 2


def test_a_stranger_sees_no_shipment():
    wanted = make.shipment()
    with pytest.raises(NoShipment):
        queries.shipment(merchant_id=make.MERCHANT + 1, shipment_id=wanted.id)
    assert queries.tracking(merchant_id=make.MERCHANT + 1, subject="consignment", subject_id=1) is None
    assert queries.shipments_of(merchant_id=make.MERCHANT + 1, subject="consignment", subject_ids=[1]) == {}


def test_news_is_kept_once_and_the_latest_counts():
    wanted = make.shipment()
    late = make.event(wanted, Step.PICKED_UP, minutes=1)
    assert record_sighting(shipment=wanted, event=make.event(wanted, Step.ARRIVED, minutes=60), at=make.AT)
    assert record_sighting(shipment=wanted, event=late, at=make.AT)
    assert not record_sighting(shipment=wanted, event=late, at=make.AT + timedelta(days=1))
    way = queries.tracking(merchant_id=make.MERCHANT, subject="consignment", subject_id=1)
    assert way.step is Step.ARRIVED
    assert [one.step for one in way.sightings] == [Step.ARRIVED, Step.PICKED_UP]
    assert TrackingRow.objects.filter(merchant_id=make.MERCHANT).count() == 2


def test_a_master_box_has_ended_when_each_house_parcel_has():
    houses = (ParcelAsk(900, "HP1"), ParcelAsk(800, "HP2"))
    box = make.shipment(5, merchant_id=MARKETPLACE, subject="box", service=Service.AIR_FREIGHT, parcels=houses)
    first = make.event(box, Step.DELIVERED, minutes=90, house="HP1")
    record_sighting(shipment=box, event=make.event(box, Step.ARRIVED, minutes=60), at=make.AT)
    record_sighting(shipment=box, event=first, at=make.AT)
    moving = queries.shipments_to_ask_about(before=make.AT + timedelta(hours=5))
    assert [row[1] for row in moving] == [box.id]
    mine = queries.tracking(merchant_id=MARKETPLACE, subject="box", subject_id=5, house="HP2")
    assert mine.step is Step.ARRIVED
    record_sighting(shipment=box, event=make.event(box, Step.DELIVERED, minutes=95, house="HP2"), at=make.AT)
    assert queries.shipments_to_ask_about(before=make.AT + timedelta(hours=5)) == ()
