"""A card payment provider: intents with a hosted card page, refunds, payouts, signed events."""

import json
import re
import secrets
import time
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from entrepot_sandbox import card_page
from entrepot_sandbox.server import Party, Problem, Reply, Request, Route, json_reply
from entrepot_sandbox.store import Json, Store, iso

AMOUNT_MAX: Final = 10**12
SETTLES_AFTER: Final = 3.0

SUCCEEDS: Final = "4242424242424242"
DECLINED: Final = "4000000000000002"
PROCESSING: Final = "4000000000000119"
REPLY_LOST: Final = "4000000000009995"
TEST_CARDS: Final = (SUCCEEDS, DECLINED, PROCESSING, REPLY_LOST)


class Payments(Party):
    """pace: seconds a payout is in transit, and the time by which a lost reply's webhook is late."""

    name = "payments"

    def __init__(
        self, store: Store, *, api_key: str, public_url: str, pace: float = 3.0, fault_hold: float = 20.0
    ) -> None:
        super().__init__(store, api_key=api_key, fault_hold=fault_hold)
        self._public_url = public_url
        self._pace = pace

    def routes(self) -> list[Route]:
        return [
            Route("POST", r"/v1/intents", self.open_intent),
            Route("GET", r"/v1/intents/(pi_\w+)", self.show_intent),
            Route("POST", r"/v1/intents/(pi_\w+)/cancel", self.cancel_intent),
            Route("POST", r"/v1/intents/(pi_\w+)/refunds", self.refund_intent),
            Route("POST", r"/v1/payouts", self.open_payout),
            Route("GET", r"/v1/payouts/(po_\w+)", self.show_payout),
            Route("GET", r"/v1/events", self.show_events),
            Route("GET", r"/v1/balance", self.show_balance),
            Route("GET", r"/pay/(pi_\w+)", self.show_page, guarded=False),
            Route("POST", r"/pay/(pi_\w+)", self.pay, guarded=False),
        ]

    # --- intents

    def open_intent(self, request: Request) -> Reply:
        body = request.json()
        key = "pi_" + secrets.token_hex(12)
        intent: Json = {
            "id": key,
            "status": "requires_card",
            "pay_url": f"{self._public_url}/pay/{key}",
            "amount": _amount(body),
            "currency": _currency(body),
            "reference": _words(body, "reference", most=255),
            "return_url": _return_url(body),
            "description": _words(body, "description", most=500, needed=False),
            "locale": _words(body, "locale", most=35, needed=False) or "en",
            "amount_refunded": 0,
            "created_at": iso(),
        }
        self.store.put(intent, kind="intent", reference=str(intent["reference"]))
        return json_reply(_public(intent), 201)

    def show_intent(self, request: Request, key: str) -> Reply:
        return json_reply(_public(self._intent(key)))

    def cancel_intent(self, request: Request, key: str) -> Reply:
        """Cancelling what is cancelled changes nothing; what is paid or being paid cannot be cancelled."""
        intent = self._intent(key)
        if intent["status"] in ("processing", "succeeded"):
            raise Problem(409, "not_cancellable", f"The intent is {intent['status']}.")
        if intent["status"] != "cancelled":
            self._move(intent, "cancelled")
        return json_reply(_public(intent))

    def refund_intent(self, request: Request, key: str) -> Reply:
        intent, body = self._intent(key), request.json()
        amount = _amount(body)
        if intent["status"] != "succeeded":
            raise Problem(409, "not_captured", f"The intent is {intent['status']}.")
        refunded = _whole(intent["amount_refunded"])
        if refunded + amount > _whole(intent["amount"]):
            raise Problem(422, "refund_exceeds_captured", "Refunds cannot exceed what was captured.")
        intent["amount_refunded"] = refunded + amount
        refund: Json = {
            "id": "re_" + secrets.token_hex(12),
            "intent": key,
            "amount": amount,
            "currency": intent["currency"],
            "reason": _words(body, "reason", most=255, needed=False),
            "status": "succeeded",
            "created_at": iso(),
        }
        self.store.put(intent, kind="intent")
        self.store.put(refund, kind="refund", reference=key)
        self._say("refund.succeeded", refund)
        return json_reply(refund, 201)

    def _intent(self, key: str) -> Json:
        intent = self.store.thing(key, kind="intent")
        if intent is None:
            raise Problem(404, "not_found", "There is no such intent.")
        return intent

    def _move(self, intent: Json, status: str, *, hold: float = 0.0) -> None:
        intent["status"] = status
        self.store.put(intent, kind="intent")
        if status in ("succeeded", "declined", "cancelled"):
            self._say(f"intent.{status}", _public(intent), hold=hold)

    def _say(self, kind: str, data: Json, *, hold: float = 0.0) -> None:
        self.store.say(kind, data, event="evt_" + secrets.token_hex(12), hold=hold)

    # --- the page on which a person gives a card

    def show_page(self, request: Request, key: str) -> Reply:
        return self._page(self._intent(key))

    def pay(self, request: Request, key: str) -> Reply:
        intent, form = self._intent(key), request.form()
        if intent["status"] in ("processing", "succeeded"):
            return self._back(intent)
        if intent["status"] == "cancelled" or form.get("give_up"):
            return self._back(intent)
        trouble = card_page.trouble_of(form, today=datetime.now(UTC).date())
        number = re.sub(r"\D", "", form.get("number", ""))
        if not trouble and number not in TEST_CARDS:
            trouble = {"number": "not_a_test_card"}
        if trouble:
            return self._page(intent, form=form, trouble=trouble, status=422)
        if number == DECLINED:
            self._move(intent, "declined")
            return self._page(intent, form=form, status=402)
        if number == PROCESSING:
            self._move(intent, "processing")
            self.store.later("settle", key, wait=SETTLES_AFTER)
            return self._back(intent)
        lost = number == REPLY_LOST
        self._move(intent, "succeeded", hold=self._pace * 2 if lost else 0.0)
        reply = self._back(intent)
        return Reply(reply.status, reply.body, reply.headers, lost=lost)

    def _page(
        self,
        intent: Json,
        *,
        form: dict[str, str] | None = None,
        trouble: dict[str, str] | None = None,
        status: int = 200,
    ) -> Reply:
        page = card_page.page(intent, form=form or {}, trouble=trouble or {}, back_url=_back_url(intent))
        return Reply(status, page.encode(), card_page.HEADERS)

    def _back(self, intent: Json) -> Reply:
        return Reply(303, b"", {"Location": _back_url(intent), "Cache-Control": "no-store"})

    # --- payouts

    def open_payout(self, request: Request) -> Reply:
        body = request.json()
        payout: Json = {
            "id": "po_" + secrets.token_hex(12),
            "status": "in_transit",
            "amount": _amount(body),
            "currency": _currency(body),
            "reference": _words(body, "reference", most=255),
            "destination": _words(body, "destination", most=255),
            "created_at": iso(),
        }
        self.store.put(payout, kind="payout", reference=str(payout["reference"]))
        self.store.later("payout", str(payout["id"]), wait=self._pace)
        return json_reply(payout, 201)

    def show_payout(self, request: Request, key: str) -> Reply:
        payout = self.store.thing(key, kind="payout")
        if payout is None:
            raise Problem(404, "not_found", "There is no such payout.")
        return json_reply(payout)

    def ring(self, action: str, subject: str) -> None:
        if action == "settle":
            intent = self._intent(subject)
            if intent["status"] == "processing":
                self._move(intent, "succeeded")
            return
        payout = self.store.thing(subject, kind="payout")
        if payout is None or payout["status"] != "in_transit":
            return
        fails = "fail" in str(payout["destination"]).lower()
        payout["status"] = "failed" if fails else "paid"
        if fails:
            payout["failure"] = "account_closed"
        payout["arrived_at"] = iso(time.time())
        self.store.put(payout, kind="payout")
        self._say(f"payout.{payout['status']}", payout)

    # --- looking back

    def show_events(self, request: Request) -> Reply:
        limit = request.query.get("limit", "100")
        if not limit.isdigit() or not 1 <= int(limit) <= 1000:
            raise Problem(400, "bad_limit", "limit is 1 to 1000.")
        events = self.store.events(after=request.query.get("after", ""), limit=int(limit))
        if events is None:
            raise Problem(404, "not_found", "There is no such event.")
        return json_reply({"data": events, "has_more": len(events) == int(limit)})

    def show_balance(self, request: Request) -> Reply:
        """Per currency, minor units: captured, refunded, paid_out, in_transit."""
        sums: dict[str, dict[str, int]] = {}

        def add(currency: object, name: str, amount: object) -> None:
            row = sums.setdefault(str(currency), {"captured": 0, "refunded": 0, "paid_out": 0, "in_transit": 0})
            row[name] += _whole(amount)

        for intent in self.store.things(kind="intent"):
            if intent["status"] == "succeeded":
                add(intent["currency"], "captured", intent["amount"])
                add(intent["currency"], "refunded", intent["amount_refunded"])
        for payout in self.store.things(kind="payout"):
            if payout["status"] != "failed":
                name = "paid_out" if payout["status"] == "paid" else "in_transit"
                add(payout["currency"], name, payout["amount"])
        return json_reply({"balances": sums})


def _public(intent: Json) -> Json:
    return {name: value for name, value in intent.items() if name != "locale"}


def _back_url(intent: Json) -> str:
    parts = urlsplit(str(intent["return_url"]))
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("intent", str(intent["id"]))]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _amount(body: Json) -> int:
    amount = body.get("amount")
    if type(amount) is not int or not 0 < amount <= AMOUNT_MAX:
        raise Problem(422, "bad_amount", "amount is a whole number of minor units above zero.")
    return amount


def _currency(body: Json) -> str:
    currency = body.get("currency")
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise Problem(422, "bad_currency", "currency is a three-letter ISO 4217 code.")
    return currency


def _words(body: Json, name: str, *, most: int, needed: bool = True) -> str:
    value = body.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or len(value) > most or (needed and not value.strip()):
        raise Problem(422, f"bad_{name}", f"{name} is a text of at most {most} characters.")
    return value


def _return_url(body: Json) -> str:
    url = _words(body, "return_url", most=2000)
    if urlsplit(url).scheme not in ("http", "https") or not json.dumps(url).isprintable():
        raise Problem(422, "bad_return_url", "return_url is an http or https address.")
    return url
