"""The carrier as its client sees it."""

import base64
import re
import signal

import pytest

from entrepot_sandbox import carrier, label

from .conftest import wait_for

US = {"name": "Wenatchee Cherries", "phone": "+1 509", "country": "US", "city": "Wenatchee", "lines": ["1 Orchard Rd"]}
CN = {"name": "王小明", "phone": "138", "country": "CN", "city": "上海市", "lines": ["人民路 1 号"]}


def book(client, key="b1", **changed):
    body = {"reference": "csg_1", "service": "direct", "from": US, "to": CN, "parcels": [{"grams": 900}]}
    body = {**body, "customs": {"currency": "CNY", "value": "100"}, **changed}
    return client.post("/v1/shipments", json=body, headers={"Idempotency-Key": key})


def advance(client, shipment, **body):
    path = f"/v1/shipments/{shipment['id']}/advance"
    return client.post(path, json=body, headers={"Idempotency-Key": f"{shipment['id']}{body}"}).json()


def codes(market):
    return {body["data"]["event"]["code"] for _, body in market.taken}


def test_sells_a_label_with_a_checked_number(party, market):
    with party("carrier", "--pace", "0").client() as client:
        answer = book(client)
        shipment = answer.json()
        assert answer.status_code == 201
        assert re.fullmatch(r"EV\d{9}US", shipment["tracking_number"])
        assert base64.b64decode(shipment["label_pdf"]).startswith(b"%PDF-1.4")
        assert client.get(shipment["label_url"]).content == base64.b64decode(shipment["label_pdf"])
    wait_for(lambda: codes(market) == {"label_created"})


def test_the_same_reference_is_sold_once(party):
    with party("carrier", "--pace", "0").client() as client:
        first, again = book(client), book(client, "b2")
        assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
        other = book(client, "b3", parcels=[{"grams": 1}])
        assert (other.status_code, other.json()["error"]["code"]) == (409, "reference_taken")
        found = client.get("/v1/shipments", params={"reference": "csg_1"}).json()["data"]
        assert [one["id"] for one in found] == [first.json()["id"]]


def test_walks_the_whole_way_on_request(party, market):
    with party("carrier", "--pace", "0").client() as client:
        shipment = book(client).json()
        assert advance(client, shipment)["status"] == "picked_up"
        end = advance(client, shipment, to="delivered")
        assert [event["code"] for event in end["events"]] == list(carrier.ABROAD)
        assert advance(client, shipment, to="returning")["status"] == "returning"
    wait_for(lambda: set(carrier.ABROAD) | {"returning"} == codes(market))


def test_moves_by_itself_and_through_a_kill(party, market):
    process = party("carrier", "--pace", "0.2")
    with process.client() as client:
        shipment = book(client, to={**US, "city": "Reno"}).json()
    process.end(signal.SIGKILL)
    process.start()
    with process.client() as client:
        wait_for(lambda: client.get(f"/v1/shipments/{shipment['id']}").json()["status"] == "delivered")
    wait_for(lambda: codes(market) == set(carrier.DOMESTIC))


def test_an_air_waybill_tells_the_last_mile_for_each_house_parcel(party, market):
    with party("carrier", "--pace", "0").client() as client:
        parcels = [{"reference": "hp1", "grams": 800}, {"reference": "hp2", "grams": 900}]
        shipment = book(client, service="air_freight", parcels=parcels).json()
        number = shipment["tracking_number"]
        assert re.fullmatch(r"000\d{8}", number)
        assert int(number[3:10]) % 7 == int(number[10])
        end = advance(client, shipment, to="delivered")
    last = [(event["code"], event.get("parcel")) for event in end["events"]]
    assert last[-2:] == [("delivered", "hp1"), ("delivered", "hp2")]
    assert ("arrived", None) in last


def test_detours_come_where_the_address_asks_for_them(party):
    with party("carrier", "--pace", "0").client() as client:
        shipment = book(client, to={**CN, "lines": ["#held #missed"]}).json()
        end = advance(client, shipment, to="delivered")
    walked = [event["code"] for event in end["events"]]
    assert walked.index("customs_held") < walked.index("customs_import_cleared")
    assert walked[-4:] == ["out_for_delivery", "delivery_failed", "out_for_delivery", "delivered"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"service": "rocket"}, "unknown_service"),
        ({"parcels": []}, "bad_parcels"),
        ({"parcels": [{"grams": 30_001}]}, "too_heavy"),
        ({"parcels": [{"grams": 0}]}, "bad_weight"),
        ({"customs": {}}, "customs_missing"),
        ({"to": {"country": "China"}}, "bad_to"),
    ],
)
def test_says_what_is_wrong_with_a_shipment(party, changed, code):
    with party("carrier").client() as client:
        answer = book(client, **changed)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


def test_postal_numbers_carry_the_check_digit_of_s10():
    for _ in range(200):
        number = carrier.postal_number("GB")
        digits = [int(digit) for digit in number[2:11]]
        rest = 11 - sum(d * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=False)) % 11
        assert digits[8] == {10: 0, 11: 5}.get(rest, rest)


def test_code_128_symbols_are_those_of_the_standard():
    # Worked by hand: "A1" is 33 and 17, check (104 + 33 + 2 * 17) mod 103 = 68.
    assert label.symbols("A1") == [104, 33, 17, 68, 106]
