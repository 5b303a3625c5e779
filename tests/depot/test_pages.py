"""The depot's desk over HTTP: scanning, packing, sending off, papers, and who may see them."""

import json
import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from entrepot.depot import queries as depot
from entrepot.depot.services import register_site
from entrepot.depot.terms import BoxState, ParcelState
from entrepot.orders.terms import Stage
from tests.depot import make
from tests.parties import make as parties

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def client_of(viewer):
    client = Client()
    client.force_login(
        get_user_model().objects.get(pk=viewer.user_id), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


@pytest.fixture
def desk():
    """A signed-in worker of the depot."""
    return client_of(parties.depot_worker())


def scan(desk, code, *, last="", **headers):
    return desk.post("/en/depot/receive/", {"scan": code, "last": last}, headers=headers)


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def parcel(world, place=0):
    return depot.parcel_of(merchant_id=world.merchants[place], consignment_id=world.ids[place])


def test_the_day_shows_what_comes_and_what_lies_here(desk):
    make.sent(make.world(count=2))
    make.received(make.world())
    page = words_of(desk.get("/en/depot/"))
    assert "Expected 2" in page
    assert "To consolidate 1" in page
    assert "Columbia Orchards" in page
    assert "今日" in words_of(desk.get("/zh-hans/depot/"))


def test_an_empty_day_says_what_will_come(desk):
    assert "Nothing is on its way here" in words_of(desk.get("/en/depot/"))
    assert "Nothing waits to be packed" in words_of(desk.get("/en/depot/consolidate/"))
    assert "No box is open" in words_of(desk.get("/en/depot/boxes/"))


def test_scan_then_weight_then_undo_in_one_field(desk):
    world = make.sent(make.world())
    code = parcel(world).barcode
    said = words_of(scan(desk, code, **HTMX))
    assert "Received" in said
    assert "<html" not in said
    said = words_of(scan(desk, "2500", last=code, **HTMX))
    assert "2.5 kg" in said
    assert parcel(world).measured == 2500
    again = words_of(scan(desk, code, **HTMX))
    assert "Scanned before" in again
    assert "Nothing was changed" in again
    undone = words_of(desk.post("/en/depot/receive/undo/", {"barcode": code}, headers=HTMX))
    assert "The parcel is expected again" in undone
    assert parcel(world).state is ParcelState.EXPECTED


def test_a_weight_far_off_is_said_large(desk):
    world = make.sent(make.world())
    code = parcel(world).barcode
    scan(desk, code)
    assert "more than a tenth off" in words_of(scan(desk, "900", last=code))


@pytest.mark.parametrize(
    ("typed", "last", "said"),
    [
        ("6901234567892x", "", "is not one of our barcodes"),
        ("CSN0000000000000000", "", "No parcel with the barcode"),
        ("2300", "", "Which parcel weighs that?"),
    ],
)
def test_what_cannot_be_received_is_said_where_the_eye_is(desk, typed, last, said):
    for headers in ({}, HTMX):
        answer = scan(desk, typed, last=last, **headers)
        assert answer.status_code == 200
        assert said in words_of(answer)
        assert b"data-scan" in answer.content


def test_without_scripts_the_page_works_too(desk):
    world = make.sent(make.world())
    answer = scan(desk, world.refs[0])
    assert "<html" in answer.content.decode()
    assert "Received" in words_of(answer)


def test_a_scanned_box_opens_its_page(desk):
    box = make.packed(make.world())
    assert scan(desk, box.barcode).headers["Location"] == f"/en/depot/boxes/{box.ref}/"
    assert scan(desk, box.barcode, **HTMX).headers["HX-Redirect"] == f"/en/depot/boxes/{box.ref}/"
    assert "not one of our barcodes" in words_of(scan(desk, "MB000"))


def test_packs_what_was_chosen_and_sends_it_off(desk):
    world = make.received(make.world(count=2))
    page = words_of(desk.get("/en/depot/consolidate/"))
    assert "China · Retail import (9610)" in page
    answer = desk.post("/en/depot/consolidate/", {"consignment": world.refs}, follow=True)
    assert "2 parcels are in box" in words_of(answer)
    box = depot.worklist(viewer=world.staff, site_code="ONT").boxes[0]
    page = desk.get(f"/en/depot/boxes/{box.ref}/")
    assert "Every parcel has been weighed" in words_of(page)
    sent = desk.post(f"/en/depot/boxes/{box.ref}/dispatch/", follow=True)
    assert "It is being bought" in words_of(sent)
    assert "buyerIdNumber" in words_of(sent)
    assert {world.view(place).stage for place in range(2)} == {Stage.DISPATCHED}
    assert desk.post(f"/en/depot/boxes/{box.ref}/dispatch/").status_code == 302


def test_a_parcel_goes_in_by_scan_and_out_again(desk):
    world = make.received(make.world(count=2))
    desk.post("/en/depot/consolidate/", {"consignment": world.refs[:1]})
    box = depot.worklist(viewer=world.staff, site_code="ONT").boxes[0]
    added = desk.post(f"/en/depot/boxes/{box.ref}/add/", {"scan": world.refs[1].upper()}, follow=True)
    assert "is in." in words_of(added)
    assert depot.box_by_id(box_id=box.id).parcels == 2
    desk.post(f"/en/depot/boxes/{box.ref}/take-out/", {"barcode": parcel(world).barcode})
    assert depot.box_by_id(box_id=box.id).parcels == 1


def test_nothing_chosen_is_a_refusal_with_a_way_on(desk):
    answer = desk.post("/en/depot/consolidate/", {})
    assert answer.status_code == 422
    assert "Choose at least one parcel" in words_of(answer)


def test_papers_are_printed_and_given_to_machines(desk):
    register_site(site_code="ONT", registrations={"ebpCode": "3100000001"})
    world = make.world(count=2)
    box = make.dispatched(world)
    page = words_of(desk.get(f"/en/depot/boxes/{box.ref}/papers/"))
    assert "Order (311)" in page
    assert "雷尼尔樱桃" in page
    assert "not known" in page
    data = json.loads(desk.get(f"/en/depot/boxes/{box.ref}/papers.json").content)
    assert [one["fields"]["order"]["ebpCode"] for one in data] == ["3100000001"] * 2
    assert {one["house_waybill"] for one in data} == {parcel(world, place).barcode for place in range(2)}
    assert box.state is BoxState.DISPATCHED


def test_labels_carry_their_barcode_without_inline_style(desk):
    world = make.received(make.world())
    box = make.packed(make.world())
    for address in (f"/en/depot/boxes/{box.ref}/label/", f"/en/depot/labels/{world.refs[0]}/"):
        page = desk.get(address).content.decode()
        assert '<svg class="barcode"' in page
        assert "style=" not in page
    assert parcel(world).barcode[3:7] in words_of(desk.get(f"/en/depot/labels/{world.refs[0]}/"))


def test_a_merchant_prints_its_own_label_without_the_shoppers_name():
    world = make.sent(make.world())
    page = words_of(client_of(world.merchant()).get(f"/en/depot/labels/{world.refs[0]}/"))
    assert "Entrepot depot ONT" in page
    assert "王芳" not in page
    stranger = parties.merchant_viewer(merchant_id=parties.merchant())
    assert client_of(stranger).get(f"/en/depot/labels/{world.refs[0]}/").status_code == 404


def test_a_direct_label_is_the_carriers_and_says_when_it_is_not_there_yet():
    world = make.sent(make.world(route="direct"))
    answer = client_of(world.merchant()).get(f"/en/depot/labels/{world.refs[0]}/")
    assert answer.status_code == 409
    assert "has not sent the label yet" in words_of(answer)


def test_a_parcel_has_a_page_and_is_found_by_its_barcode(desk):
    world = make.sent(make.world())
    code = parcel(world).barcode
    assert desk.get("/en/depot/find/", {"q": code.lower()}).headers["Location"] == f"/en/depot/parcels/{code}/"
    page = words_of(desk.get(f"/en/depot/parcels/{code}/"))
    assert "0809290000" in page
    assert "Rainier cherries" in page


ADDRESSES = (
    "",
    "receive/",
    "consolidate/",
    "boxes/",
    "boxes/{box}/",
    "boxes/{box}/papers/",
    "boxes/{box}/papers.json",
    "boxes/{box}/label/",
    "parcels/{parcel}/",
    "registrations/",
)


def test_to_everybody_else_the_depot_does_not_exist():
    world = make.world()
    box = make.dispatched(world)
    places = {"box": box.ref, "parcel": parcel(world).barcode}
    for address in ADDRESSES:
        whole = "/en/depot/" + address.format(**places)
        assert Client().get(whole).status_code == 302, whole
        for viewer in (world.merchant(), parties.shopper_viewer()):
            assert client_of(viewer).get(whole).status_code == 404, whole
    for address in ("receive/", "consolidate/", f"boxes/{box.ref}/dispatch/", "receive/undo/"):
        assert client_of(world.merchant()).post("/en/depot/" + address).status_code == 404


def test_depot_staff_do_not_enter_customs_codes(desk):
    assert desk.get("/en/depot/registrations/").status_code == 404
