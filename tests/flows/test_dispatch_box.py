"""A box leaves with its papers and an air waybill."""

import pytest

from entrepot.carriage import queries as carriage
from entrepot.carriage.terms import MARKETPLACE, Service, ShipmentState
from entrepot.depot import queries as depot
from entrepot.depot.rules import cbec
from entrepot.depot.services import open_box, register_site
from entrepot.depot.terms import BoxEmpty, BoxState, BoxUnknown, PaperKind, ParcelState
from entrepot.flows.dispatch_box import dispatch_box
from entrepot.orders.terms import Stage
from entrepot.parties.terms import NotYours
from tests.depot import make
from tests.flows.budget import at_most

pytestmark = pytest.mark.django_db


def waybill(box):
    return carriage.shipment_of(merchant_id=MARKETPLACE, subject="box", subject_id=box.id)


def test_everything_in_it_is_on_its_way():
    world = make.world(count=3)
    box = make.dispatched(world)
    assert (box.state, box.dispatched_at) == (BoxState.DISPATCHED, make.AT)
    assert {world.view(place).stage for place in range(3)} == {Stage.DISPATCHED}
    assert {one.state for one in depot.parcels_in(box_id=box.id)} == {ParcelState.DISPATCHED}


def test_one_air_waybill_names_every_house_parcel_and_its_recipient():
    world = make.world(count=2)
    box = make.dispatched(world)
    wanted = waybill(box)
    assert (wanted.service, wanted.state, wanted.grams) == (Service.AIR_FREIGHT, ShipmentState.WANTED, 4000)
    _, ask = carriage.label_ask(merchant_id=MARKETPLACE, shipment_id=wanted.id)
    assert {parcel.reference for parcel in ask.parcels} == {world.view(place).barcode for place in range(2)}
    assert {parcel.recipient.name for parcel in ask.parcels} == {"王芳"}
    assert (ask.sender.city, ask.recipient.country) == ("Ontario", "CN")


def test_papers_are_written_for_every_consignment_from_its_frozen_lines():
    world = make.world(count=2, quantity=2)
    box = make.dispatched(world)
    written = depot.declarations(viewer=world.staff, box_id=box.id)
    assert {one.consignment_ref for one in written} == set(world.refs)
    papers = written[0].papers
    view = next(world.view(place) for place in range(2) if world.refs[place] == written[0].consignment_ref)
    order, listed = papers.fields["order"], papers.fields["inventory"]
    assert papers.kind is PaperKind.CBEC
    assert order["acturalPaid"] == str(view.amounts.total.decimal)
    assert order["payTransactionId"] == f"pi_{view.order_id}"
    assert (listed["logisticsNo"], listed["grossWeight"]) == (view.barcode, "4")
    assert listed["lines"][0]["gname"] == "雷尼尔樱桃 2公斤"
    assert "order.buyerIdNumber" in papers.missing
    faults = cbec.disagreements(fields=papers.fields)
    assert faults == ("payer is not the buyer",)


def test_registered_codes_stand_in_the_papers():
    register_site(site_code="ONT", registrations={"ebpCode": "3100000001", "customsCode": "5316"})
    world = make.world()
    box = make.dispatched(world)
    papers = depot.declarations(viewer=world.staff, box_id=box.id)[0].papers
    assert papers.fields["order"]["ebpCode"] == "3100000001"
    assert "order.ebpCode" not in papers.missing
    assert "order.payCode" in papers.missing


def test_doing_it_again_changes_nothing():
    world = make.world(count=2)
    box = make.dispatched(world)
    before = (waybill(box), depot.declarations(viewer=world.staff, box_id=box.id))
    assert dispatch_box(viewer=world.staff, box_ref=box.barcode, at=make.AT.replace(hour=20)) == box
    assert (waybill(box), depot.declarations(viewer=world.staff, box_id=box.id)) == before


def test_an_empty_or_unknown_box_does_not_leave():
    world = make.world()
    empty = open_box(site_code="ONT", destination="CN", mode="cbec_direct", at=make.AT)
    with pytest.raises(BoxEmpty):
        dispatch_box(viewer=world.staff, box_ref=empty.ref, at=make.AT)
    with pytest.raises(BoxUnknown):
        dispatch_box(viewer=world.staff, box_ref="box_0", at=make.AT)
    assert waybill(empty) is None


def test_only_depot_staff_dispatch():
    world = make.world()
    box = make.packed(world)
    with pytest.raises(NotYours):
        dispatch_box(viewer=world.merchant(), box_ref=box.ref, at=make.AT)
    assert world.view().stage is Stage.PACKED


def test_the_number_of_statements_does_not_grow_with_the_parcels():
    world = make.world(count=4)
    box = make.packed(world)
    with at_most(27):
        dispatch_box(viewer=world.staff, box_ref=box.ref, at=make.AT)
