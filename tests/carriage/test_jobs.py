"""Our jobs and the carrier's process, over real HTTP."""

import json
import signal
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from entrepot.carriage import queries
from entrepot.carriage.models import CarrierMessageRow, ShipmentRow
from entrepot.carriage.services import take_carrier_message
from entrepot.carriage.terms import CarrierDown, ParcelAsk, Place, ShipmentState, Step
from entrepot.jobs import carriage as jobs

from . import make

pytestmark = pytest.mark.django_db(transaction=True)


def state_of(shipment):
    return queries.shipment(merchant_id=make.MERCHANT, shipment_id=shipment.id)


def post(client, body, headers):
    return client.post("/webhooks/carrier", body, content_type="application/json", headers=headers)


@pytest.fixture
def client(settings):
    settings.CARRIER_WEBHOOK_SECRET = make.SECRET
    return Client()


def test_buys_a_label_once(carrier):
    wanted = make.shipment()
    for _ in range(2):
        jobs.buy_label(shipment_id=wanted.id, merchant_id=make.MERCHANT)
    bought = state_of(wanted)
    assert bought.state is ShipmentState.BOUGHT
    assert bought.tracking_number.startswith("EV")
    assert queries.label_pdf(merchant_id=make.MERCHANT, subject="consignment", subject_id=1).startswith(b"%PDF")


def test_a_lost_answer_buys_no_second_label(carrier):
    """The carrier sold the label, but we never heard: the repeat gets the same one."""
    from entrepot.carriage.adapters import HttpCarrier

    wanted = make.shipment()
    reference, ask = queries.label_ask(merchant_id=make.MERCHANT, shipment_id=wanted.id)
    direct = HttpCarrier(url=carrier.url, api_key="ck_sandbox_entrepot")
    sold = direct.buy(reference=reference, ask=ask)
    direct.close()
    jobs.buy_label(shipment_id=wanted.id, merchant_id=make.MERCHANT)
    assert state_of(wanted).tracking_number == sold.tracking_number


def test_a_refusal_is_said_and_not_repeated(carrier):
    heavy = make.shipment(parcels=(ParcelAsk(31_000),))
    jobs.buy_label(shipment_id=heavy.id, merchant_id=make.MERCHANT)
    assert (state_of(heavy).state, state_of(heavy).trouble) == (
        ShipmentState.REFUSED,
        "direct carries at most 30000 grams.",
    )


def test_while_the_carrier_is_down_the_label_stays_wanted(carrier):
    wanted = make.shipment()
    carrier.end(signal.SIGKILL)
    with pytest.raises(CarrierDown):
        jobs.buy_label(shipment_id=wanted.id, merchant_id=make.MERCHANT)
    assert state_of(wanted).state is ShipmentState.WANTED
    carrier.start()
    jobs.buy_label(shipment_id=wanted.id, merchant_id=make.MERCHANT)
    assert state_of(wanted).state is ShipmentState.BOUGHT


def test_the_sweep_asks_for_what_the_webhooks_have_not_told(carrier):
    recipient = Place("Ann", "1", "US", "NV", "Reno", ("2 Main St",))
    wanted = make.shipment(at=datetime.now(UTC) - timedelta(hours=1), recipient=recipient)
    jobs.buy_label(shipment_id=wanted.id, merchant_id=make.MERCHANT)
    with carrier.client() as http:
        carrier_ref = ShipmentRow.objects.get(merchant_id=make.MERCHANT, id=wanted.id).carrier_ref
        http.post(
            f"/v1/shipments/{carrier_ref}/advance", json={"to": "out_for_delivery"}, headers={"Idempotency-Key": "go"}
        )
    jobs.poll(timestamp=0)
    way = queries.tracking(merchant_id=make.MERCHANT, subject="consignment", subject_id=1)
    assert way.step is Step.OUT_FOR_DELIVERY
    assert len(way.sightings) == 5
    jobs.poll(timestamp=0)
    assert len(queries.tracking(merchant_id=make.MERCHANT, subject="consignment", subject_id=1).sightings) == 5


def test_a_webhook_is_kept_once_and_followed(client):
    wanted = make.shipment()
    body, headers = make.message(wanted.ref, "departed", place="Seattle, US")
    assert [post(client, body, headers).status_code for _ in range(2)] == [202, 202]
    assert CarrierMessageRow.objects.count() == 1
    for _ in range(2):
        jobs.take_event(event_ref="tev_1")
    assert state_of(wanted).step is Step.DEPARTED
    assert queries.message(event_ref="tev_1")[1]


def test_news_of_an_unknown_shipment_is_kept_and_tried_again(client):
    body, headers = make.message("shp_nobody")
    assert post(client, body, headers).status_code == 202
    jobs.take_event(event_ref="tev_1")
    row = CarrierMessageRow.objects.get()
    assert (row.taken_at, row.trouble) == (None, "carriage.no_shipment")
    wanted = make.shipment()
    ShipmentRow.objects.filter(merchant_id=make.MERCHANT, id=wanted.id).update(ref="shp_nobody")
    CarrierMessageRow.objects.update(received_at=datetime.now(UTC) - timedelta(minutes=5))
    jobs.poll(timestamp=0)
    assert state_of(wanted).step is Step.PICKED_UP


def test_news_that_cannot_be_true_is_kept_with_its_trouble(client):
    """Delivered, says the carrier, but the consignment behind the shipment is not there."""
    wanted = make.shipment()
    body, headers = make.message(wanted.ref, "delivered")
    assert post(client, body, headers).status_code == 202
    jobs.take_event(event_ref="tev_1")
    row = CarrierMessageRow.objects.get()
    assert (row.taken_at, row.trouble) == (None, "orders.consignment_unknown")
    assert state_of(wanted).step is None


def test_refuses_what_the_carrier_did_not_sign(client):
    body, headers = make.message("shp_1")
    _, forged = make.message("shp_1", secret="whsec_" + "A" * 32)
    tampered = body.replace(b"picked_up", b"delivered")
    assert post(client, body, forged).status_code == 401
    assert post(client, tampered, headers).status_code == 401
    answer = post(client, body, {})
    assert (answer.status_code, answer.json()["code"]) == (401, "carriage.event_unsigned")
    assert CarrierMessageRow.objects.count() == 0


def test_refuses_what_is_too_long_or_makes_no_sense(client):
    body, _ = make.message("shp_1", "teleported")
    assert post(client, body, make.signed(body)).json()["code"] == "carriage.event_unreadable"
    long = json.dumps({"type": "x" * 70_000}).encode()
    assert post(client, long, make.signed(long)).status_code == 413
    assert client.get("/webhooks/carrier").status_code == 405
    assert CarrierMessageRow.objects.count() == 0


def test_an_old_signed_message_is_no_use_to_a_thief():
    body, headers = make.message("shp_1")
    headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) - 3600)
    from entrepot.carriage.terms import EventUnsigned

    with pytest.raises(EventUnsigned):
        take_carrier_message(body=body, headers=headers, secret=make.SECRET, at=make.AT)
