"""A merchant hands a consignment over."""

import pytest

from entrepot.carriage import queries as carriage
from entrepot.carriage.terms import Service, ShipmentState
from entrepot.depot import queries as depot
from entrepot.depot.terms import ParcelState, WeightImpossible
from entrepot.flows.ship_consignment import ship_consignment
from entrepot.orders import queries as orders
from entrepot.orders.terms import ConsignmentUnknown, Stage, WrongMoment
from entrepot.parties.terms import NotYours
from entrepot.stock import queries as stock
from tests.depot import make
from tests.flows.budget import at_most
from tests.orders import make as order_make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.stock.make import article

pytestmark = pytest.mark.django_db


def ship(world, viewer=None, **changed):
    ship_consignment(viewer=viewer or world.merchant(), consignment_ref=world.refs[0], key="k1", at=make.AT, **changed)


def parcel(world):
    return depot.parcel_of(merchant_id=world.merchants[0], consignment_id=world.ids[0])


def label(world):
    return carriage.shipment_of(merchant_id=world.merchants[0], subject="consignment", subject_id=world.ids[0])


def test_by_the_depot_a_parcel_is_expected_there_under_the_consignments_barcode():
    world = make.world()
    ship(world, grams=2345)
    assert world.view().stage is Stage.SENT
    expected = parcel(world)
    assert (expected.barcode, expected.state, expected.site) == (world.view().barcode, ParcelState.EXPECTED, "ONT")
    assert (expected.grams, expected.measured, expected.destination) == (2345, None, "CN")
    assert label(world) is None


def test_without_a_weight_the_articles_own_gross_weight_is_declared():
    world = make.world(quantity=2)
    ship(world)
    assert parcel(world).grams == 4600


def test_direct_a_label_is_wanted_with_the_shoppers_address_and_customs_data():
    world = make.world(route="direct")
    ship(world, grams=2300)
    wanted = label(world)
    assert (wanted.service, wanted.state, wanted.grams) == (Service.DIRECT, ShipmentState.WANTED, 2300)
    _, ask = carriage.label_ask(merchant_id=world.merchants[0], shipment_id=wanted.id)
    assert (ask.recipient.name, ask.recipient.city) == ("王芳", "深圳市")
    assert [(item.goods_code, item.origin, item.net_grams) for item in ask.customs] == [("0809290000", "US", 2000)]
    assert parcel(world) is None


@pytest.mark.parametrize("route", ["depot", "direct"])
def test_doing_it_again_changes_nothing(route):
    world = make.world(route=route)
    ship(world, grams=2300)
    before = (world.view(), parcel(world), label(world))
    ship(world, grams=9999)
    assert (world.view(), parcel(world), label(world)) == before


def test_an_unpaid_consignment_stays_where_it_is():
    world = make.world(paid=False)
    with pytest.raises(WrongMoment):
        ship(world)
    assert world.view().stage is Stage.PLACED
    assert parcel(world) is None


def test_only_the_merchants_own_team_hands_it_over():
    world = make.world()
    with pytest.raises(ConsignmentUnknown):
        ship(world, viewer=parties.merchant_viewer(merchant_id=parties.merchant()))
    with pytest.raises((ConsignmentUnknown, NotYours)):
        ship(world, viewer=world.staff)
    with pytest.raises(ConsignmentUnknown):
        ship(world, viewer=world.shopper)
    assert world.view().stage is Stage.PAID


@pytest.mark.parametrize("grams", [-1, 30_001])
def test_refuses_a_weight_no_parcel_has(grams):
    world = make.world()
    with pytest.raises(WeightImpossible):
        ship(world, grams=grams)
    assert world.view().stage is Stage.PAID


def test_stays_within_its_statements():
    world, direct = make.world(), make.world(route="direct")
    viewers = world.merchant(), direct.merchant()
    with at_most(16):
        ship(world, viewer=viewers[0])
    with at_most(18):
        ship(direct, viewer=viewers[1])


def test_the_goods_leave_the_stock_once():
    shopper, merchant = parties.shopper(), parties.merchant()
    variant = article(merchant_id=merchant, pieces=5)
    order_id = order_make.held(Asked(merchant, variant, 2), shopper_id=shopper)
    viewer = parties.merchant_viewer(merchant_id=merchant)
    (part,) = orders.consignments_of(viewer=viewer, merchant_id=merchant)

    def lying():
        (here,) = stock.positions(viewer=viewer, merchant_id=merchant, variant_ids=[variant])
        return here.on_hand, here.reserved

    assert lying() == (5, 2)
    for _ in range(2):
        ship_consignment(viewer=viewer, consignment_ref=part.ref, key="k", at=make.AT)
        assert lying() == (3, 0)
    (sale, _) = stock.movements(viewer=viewer, merchant_id=merchant, variant_id=variant)
    assert (sale.reason, sale.delta, sale.about) == ("sale", -2, order_id)
