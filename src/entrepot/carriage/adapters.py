"""The carrier on the wire. Any carrier that sells labels and tells steps fits the Protocol; ours speaks plain JSON."""

import base64
from collections.abc import Sequence
from typing import Protocol, TypeVar

import httpx
import msgspec
from django.conf import settings

from entrepot.base import failpoints
from entrepot.carriage import rules
from entrepot.carriage.terms import Bought, CarrierDown, CarrierEvent, CarrierRefuses, EventUnreadable, ShipmentAsk


class Carrier(Protocol):
    """Whoever moves parcels for us."""

    def buy(self, *, reference: str, ask: ShipmentAsk) -> Bought:
        """Buy a label; the same reference buys it once. Raises CarrierRefuses, CarrierDown."""
        ...

    def news(self, *, carrier_ref: str) -> Sequence[CarrierEvent]:
        """Every step told so far about a shipment. Raises CarrierDown, CarrierRefuses."""
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...


Shape = TypeVar("Shape", bound=msgspec.Struct)


class _Label(msgspec.Struct):
    id: str
    tracking_number: str
    track_url: str
    label_url: str
    label_pdf: str


class _Way(msgspec.Struct):
    reference: str
    events: list[rules.WireEvent]


class _Fault(msgspec.Struct):
    code: str
    message: str


class _Refusal(msgspec.Struct):
    error: _Fault


class HttpCarrier:
    """A carrier behind JSON over HTTP, such as the sandbox's. One connection pool for each process."""

    def __init__(self, *, url: str, api_key: str, timeout_seconds: int = 10) -> None:
        self._client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {api_key}"}, timeout=timeout_seconds, trust_env=False
        )

    def buy(self, *, reference: str, ask: ShipmentAsk) -> Bought:
        """Buy a label under our reference, which is also the Idempotency-Key."""
        body = {
            "reference": reference,
            "service": ask.service.value,
            "from": msgspec.to_builtins(ask.sender),
            "to": msgspec.to_builtins(ask.recipient),
            "parcels": [msgspec.to_builtins(parcel) for parcel in ask.parcels],
            "customs": [
                {
                    "description": item.description,
                    "goods_code": item.goods_code,
                    "origin": item.origin,
                    "quantity": item.quantity,
                    "net_grams": item.net_grams,
                    "value": str(item.value.decimal),
                    "currency": item.value.currency,
                }
                for item in ask.customs
            ],
        }
        answer = self._asked("POST", "/v1/shipments", headers={"Idempotency-Key": reference}, json=body)
        label = _read(answer, _Label)
        return Bought(
            carrier_ref=label.id,
            tracking_number=label.tracking_number,
            track_url=label.track_url,
            label_url=label.label_url,
            label_pdf=base64.b64decode(label.label_pdf),
        )

    def news(self, *, carrier_ref: str) -> Sequence[CarrierEvent]:
        """Every step told so far; steps we do not know are left out."""
        way = _read(self._asked("GET", f"/v1/shipments/{carrier_ref}"), _Way)
        known = []
        for event in way.events:
            try:
                known.append(rules.event_read(reference=way.reference, event=event))
            except EventUnreadable:
                continue
        return known

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _asked(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, json: object = None
    ) -> httpx.Response:
        try:
            answer = self._client.request(method, path, headers=headers, json=json)
        except httpx.HTTPError as error:
            raise CarrierDown(why=str(error)) from error
        # 409 is a race with ourselves, 429 and 5xx pass: all of them are asked again.
        if answer.status_code in (401, 403, 409, 429) or answer.status_code >= 500:
            raise CarrierDown(why=f"status {answer.status_code}")
        if not answer.is_success:
            raise CarrierRefuses(why=_why(answer))
        return answer


def _why(answer: httpx.Response) -> str:
    try:
        return msgspec.json.decode(answer.content, type=_Refusal).error.message
    except msgspec.MsgspecError:
        return f"status {answer.status_code}"


def _read(answer: httpx.Response, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(answer.content, type=shape)
    except msgspec.MsgspecError as error:
        raise CarrierDown(why=f"the answer cannot be read: {error}") from error


_carrier: list[Carrier] = []


def carrier() -> Carrier:
    """The carrier of this market, from the settings."""
    if not _carrier:
        opened: Carrier = HttpCarrier(url=settings.CARRIER_URL, api_key=settings.CARRIER_API_KEY)
        _carrier.append(failpoints.outside(opened, "carrier"))
    return _carrier[0]


def forget_carrier() -> None:
    """Make it anew from the settings at the next call."""
    while _carrier:
        _carrier.pop().close()
