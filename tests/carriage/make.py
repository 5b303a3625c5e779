"""Shipments and carrier news for tests, by the real services."""

import json
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

from entrepot.carriage.services import want_label
from entrepot.carriage.terms import CarrierEvent, CustomsItem, ParcelAsk, Place, Service, ShipmentAsk, Step
from entrepot.kernel.money import Money

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
MERCHANT = 77
SECRET = "whsec_dGhpcyBpcyBhIHNlY3JldCBmb3IgdGVzdHM="
US = Place("Wenatchee Cherries", "+1 509 555 0100", "US", "WA", "Wenatchee", ("1 Orchard Rd",), postal_code="98801")
CN = Place("王小明", "13800000000", "CN", "SH", "上海市", ("人民路 1 号",), "黄浦区", "200010")
CHERRIES = CustomsItem("Fresh cherries", "0809290000", "US", 2, 2000, Money(39800, "CNY"))


def ask(subject_id=1, *, merchant_id=MERCHANT, subject="consignment", **changed):
    parcels = changed.pop("parcels", (ParcelAsk(2200),))
    service = changed.pop("service", Service.DIRECT)
    recipient = changed.pop("recipient", CN)
    return ShipmentAsk(merchant_id, subject, subject_id, service, US, recipient, parcels, (CHERRIES,))


def shipment(subject_id=1, *, at=AT, **changed):
    return want_label(ask=ask(subject_id, **changed), at=at)


def event(shipment, step=Step.PICKED_UP, *, number=None, minutes=0, house=""):
    return CarrierEvent(
        f"tev_{step.value}{number or ''}{house}",
        shipment.ref,
        step,
        AT + timedelta(minutes=minutes),
        "Wenatchee",
        house,
    )


def message(reference, code="picked_up", *, event_ref="tev_1", at="2026-11-22T12:00:00Z", secret=SECRET, **extra):
    data = {"reference": reference, "event": {"id": event_ref, "code": code, "at": at, **extra}}
    body = json.dumps({"type": f"shipment.{code}", "timestamp": at, "data": data}).encode()
    return body, signed(body, event_ref, secret)


def signed(body, event_ref="tev_1", secret=SECRET):
    now = datetime.now(UTC)
    signature = Webhook(secret).sign(event_ref, now, body.decode())
    return {
        "webhook-id": event_ref,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
        "content-type": "application/json",
    }
