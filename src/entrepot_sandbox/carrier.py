"""A carrier: labels, air waybills, and news of where a parcel is, told step by step or on request."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from entrepot_sandbox import label
from entrepot_sandbox.server import Party, Problem, Reply, Request, Route, json_reply
from entrepot_sandbox.store import Json, Store, iso

DOMESTIC: Final = ("label_created", "picked_up", "departed", "arrived", "out_for_delivery", "delivered")
ABROAD: Final = (
    "label_created",
    "picked_up",
    "customs_export_cleared",
    "departed",
    "arrived",
    "customs_import_cleared",
    "out_for_delivery",
    "delivered",
)
EXCEPTIONS: Final = ("customs_held", "delivery_failed", "delayed", "returning", "returned", "lost")
# The last mile is told for each house parcel of an air waybill, everything before it for the whole box.
LAST_MILE: Final = frozenset({"out_for_delivery", "delivered", "delivery_failed", "returning", "returned", "lost"})
ENDS: Final = frozenset({"delivered", "returned", "lost"})
GRAMS_MAX: Final = {"direct": 30_000, "air_freight": 2_000_000}


class Carrier(Party):
    """pace: seconds between two steps of a shipment; 0 means that it moves only by `advance`.

    A recipient's address line with `#missed` makes the first delivery fail, one with `#held` stops at customs first.
    """

    name = "carrier"

    def __init__(
        self, store: Store, *, api_key: str, public_url: str, pace: float = 10.0, fault_hold: float = 20.0
    ) -> None:
        super().__init__(store, api_key=api_key, fault_hold=fault_hold)
        self._public_url = public_url
        self._pace = pace

    def routes(self) -> list[Route]:
        return [
            Route("POST", r"/v1/shipments", self.open_shipment),
            Route("GET", r"/v1/shipments", self.find_shipments),
            Route("GET", r"/v1/shipments/(shp_\w+)", self.show_shipment),
            Route("POST", r"/v1/shipments/(shp_\w+)/advance", self.advance),
            Route("GET", r"/v1/events", self.show_events),
            Route("GET", r"/labels/(shp_\w+)\.pdf", self.show_label, guarded=False),
            Route("GET", r"/track/([\w-]+)", self.show_track, guarded=False),
        ]

    def open_shipment(self, request: Request) -> Reply:
        """Sell one label. The same reference with the same request gives the same shipment, whatever the key."""
        body = request.json()
        reference = _words(body, "reference")
        fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        for known in self.store.things(kind="shipment", reference=reference):
            if known["fingerprint"] != fingerprint:
                raise Problem(409, "reference_taken", "This reference belongs to another shipment.")
            return json_reply(self._shown(known))
        shipment = self._new_shipment(body, reference)
        shipment["fingerprint"] = fingerprint
        self._step(shipment, "label_created")
        self.store.put(shipment, kind="shipment", reference=reference)
        self._schedule(shipment)
        return json_reply(self._shown(shipment), 201)

    def _new_shipment(self, body: Json, reference: str) -> Json:
        service = body.get("service")
        if service not in GRAMS_MAX:
            raise Problem(422, "unknown_service", f"service is one of {', '.join(GRAMS_MAX)}.")
        sender, recipient = _address(body, "from"), _address(body, "to")
        parcels = _parcels(body)
        if sum(_grams(parcel) for parcel in parcels) > GRAMS_MAX[str(service)]:
            raise Problem(422, "too_heavy", f"{service} carries at most {GRAMS_MAX[str(service)]} grams.")
        abroad = sender["country"] != recipient["country"]
        if abroad and not body.get("customs"):
            raise Problem(422, "customs_missing", "A shipment abroad needs customs data.")
        key = "shp_" + secrets.token_hex(10)
        number = air_waybill() if service == "air_freight" else postal_number(sender["country"])
        return {
            "id": key,
            "reference": reference,
            "service": service,
            "tracking_number": number,
            "status": "label_created",
            "from": sender,
            "to": recipient,
            "parcels": parcels,
            "steps": list(ABROAD if abroad else DOMESTIC),
            "detours": _detours(recipient),
            "events": [],
        }

    def show_shipment(self, request: Request, key: str) -> Reply:
        return json_reply(self._shown(self._shipment(key)))

    def find_shipments(self, request: Request) -> Reply:
        found = self.store.things(kind="shipment", reference=request.query.get("reference", ""))
        return json_reply({"data": [self._shown(one) for one in found]})

    def show_events(self, request: Request) -> Reply:
        limit = request.query.get("limit", "100")
        if not limit.isdigit() or not 1 <= int(limit) <= 1000:
            raise Problem(400, "bad_limit", "limit is 1 to 1000.")
        events = self.store.events(after=request.query.get("after", ""), limit=int(limit))
        if events is None:
            raise Problem(404, "not_found", "There is no such event.")
        return json_reply({"data": events, "has_more": len(events) == int(limit)})

    def advance(self, request: Request, key: str) -> Reply:
        """Move on at once: {} one step, {"to": step} all steps up to it, {"to": exception} that exception."""
        shipment, body = self._shipment(key), request.json()
        target = body.get("to")
        if target in EXCEPTIONS:
            self._step(shipment, str(target))
        elif target is None:
            self._next(shipment)
        elif target in _list(shipment["steps"]):
            while target not in _done(shipment) and self._next(shipment):
                pass
        else:
            raise Problem(422, "unknown_step", "This shipment has no such step.")
        self.store.put(shipment, kind="shipment")
        return json_reply(self._shown(shipment))

    def ring(self, action: str, subject: str) -> None:
        shipment = self._shipment(subject)
        self._next(shipment)
        self.store.put(shipment, kind="shipment")
        self._schedule(shipment)

    def _schedule(self, shipment: Json) -> None:
        if self._pace > 0 and shipment["status"] not in ENDS:
            self.store.later("move", str(shipment["id"]), wait=self._pace)

    def _next(self, shipment: Json) -> bool:
        """One step further; False at the end of the way."""
        if shipment["status"] in ENDS:
            return False
        steps, done = _list(shipment["steps"]), _done(shipment)
        step = next((str(step) for step in steps if step not in done), None)
        if step is None:
            return False
        detours = _list(shipment["detours"])
        before = {"customs_import_cleared": "customs_held", "delivered": "delivery_failed"}.get(step)
        if before in detours:
            detours.remove(before)
            self._step(shipment, str(before))
            return True
        if step == "delivered" and shipment["status"] == "delivery_failed":
            self._step(shipment, "out_for_delivery")
            shipment["status"] = "out_for_delivery"
            return True
        self._step(shipment, step)
        return True

    def _step(self, shipment: Json, code: str) -> None:
        shipment["status"] = code
        parcels = _list(shipment["parcels"])
        houses = [str(p["reference"]) for p in parcels if isinstance(p, dict) and p.get("reference")]
        single = shipment["service"] != "air_freight" or not houses
        for house in [""] if single or code not in LAST_MILE else houses:
            event: Json = {
                "id": "tev_" + secrets.token_hex(10),
                "code": code,
                "at": iso(),
                "place": _place(shipment, code),
            }
            if house:
                event["parcel"] = house
            _list(shipment["events"]).append(event)
            data = {name: shipment[name] for name in ("reference", "service", "tracking_number", "status")}
            self.store.say(
                f"shipment.{code}", {"shipment": shipment["id"], **data, "event": event}, event=str(event["id"])
            )

    # --- paper

    def show_label(self, request: Request, key: str) -> Reply:
        return Reply(200, label.pdf(self._shipment(key)), {"Content-Type": "application/pdf"})

    def show_track(self, request: Request, number: str) -> Reply:
        for shipment in self.store.things(kind="shipment"):
            if shipment["tracking_number"] == number:
                events = _list(shipment["events"])
                lines = [f"{e['at']}  {e['code']}  {e['place']}" for e in events if isinstance(e, dict)]
                return Reply(
                    200, "\n".join([number, *lines, ""]).encode(), {"Content-Type": "text/plain; charset=utf-8"}
                )
        raise Problem(404, "not_found", "There is no such number.")

    def _shipment(self, key: str) -> Json:
        shipment = self.store.thing(key, kind="shipment")
        if shipment is None:
            raise Problem(404, "not_found", "There is no such shipment.")
        return shipment

    def _shown(self, shipment: Json) -> Json:
        names = ("id", "reference", "service", "tracking_number", "status", "from", "to", "parcels", "events")
        return {
            **{name: shipment[name] for name in names},
            "label_url": f"{self._public_url}/labels/{shipment['id']}.pdf",
            "track_url": f"{self._public_url}/track/{shipment['tracking_number']}",
            "label_pdf": base64.b64encode(label.pdf(shipment)).decode(),
        }


def postal_number(country: str) -> str:
    """A fresh S10 item id from `country`: two letters, eight digits, check digit, country.

    Source: UPU S10: weights 8 6 4 2 3 5 9 7, 11 - (sum mod 11), 10 becomes 0 and 11 becomes 5.
    """
    serial = f"{secrets.randbelow(10**8):08d}"
    rest = 11 - sum(int(d) * w for d, w in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    check = {10: 0, 11: 5}.get(rest, rest)
    return f"EV{serial}{check}{country}"


def air_waybill() -> str:
    """A fresh air waybill number: airline prefix (000 is nobody's), seven digits, their remainder by 7."""
    serial = secrets.randbelow(10**7)
    return f"000{serial:07d}{serial % 7}"


def _detours(recipient: Mapping[str, str]) -> list[str]:
    text = " ".join(recipient.values())
    return [code for mark, code in (("#held", "customs_held"), ("#missed", "delivery_failed")) if mark in text]


def _done(shipment: Json) -> set[str]:
    return {str(event["code"]) for event in _list(shipment["events"]) if isinstance(event, dict)}


def _place(shipment: Json, code: str) -> str:
    """Where a step happens: the sender's town until the parcel has left, the recipient's after."""
    near = code in ("label_created", "picked_up", "departed", "customs_export_cleared")
    side = shipment["from" if near else "to"]
    assert isinstance(side, dict)
    return ", ".join(part for part in (str(side.get("city", "")), str(side["country"])) if part)


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def _grams(parcel: Mapping[str, object]) -> int:
    grams = parcel.get("grams")
    if type(grams) is not int or grams <= 0:
        raise Problem(422, "bad_weight", "A parcel's grams are a whole number above zero.")
    return grams


def _parcels(body: Json) -> list[Json]:
    parcels = body.get("parcels")
    if not isinstance(parcels, list) or not 1 <= len(parcels) <= 2000:
        raise Problem(422, "bad_parcels", "parcels holds 1 to 2000 parcels.")
    if not all(isinstance(parcel, dict) for parcel in parcels):
        raise Problem(422, "bad_parcels", "Every parcel is an object with grams.")
    return parcels


def _address(body: Json, name: str) -> dict[str, str]:
    value = body.get(name)
    if not isinstance(value, dict) or not re.fullmatch(r"[A-Z]{2}", str(value.get("country", ""))):
        raise Problem(422, f"bad_{name}", f"{name} is an address with a two-letter country.")
    address: dict[str, str] = {}
    for field, part in value.items():
        address[str(field)] = (
            "\n".join(map(str, part)) if isinstance(part, Sequence) and not isinstance(part, str) else str(part)
        )
    return address


def _words(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 255:
        raise Problem(422, f"bad_{name}", f"{name} is a text of 1 to 255 characters.")
    return value
