"""A card payment provider: intents with a hosted card page, captures, refunds, payouts, signed events."""

import re
import secrets
import time
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from entrepot_sandbox import card_page, chargebacks, forms, reports
from entrepot_sandbox.server import Party, Problem, Reply, Request, Route, json_reply
from entrepot_sandbox.store import Json, Store, iso

SETTLES_AFTER: Final = 3.0

SUCCEEDS: Final = "4242424242424242"
DECLINED: Final = "4000000000000002"
PROCESSING: Final = "4000000000000119"
REPLY_LOST: Final = "4000000000009995"
DISPUTED: Final = "4000000000000259"
# Bank accounts that misbehave, by the end of their number: closed, and sent back after it was said to have arrived.
CLOSED: Final = "111111113"
COMES_BACK: Final = "111111171"
TEST_CARDS: Final = (SUCCEEDS, DECLINED, PROCESSING, REPLY_LOST, DISPUTED)


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
            Route("POST", r"/v1/intents/(pi_\w+)/capture", self.capture_intent),
            Route("POST", r"/v1/intents/(pi_\w+)/refunds", self.refund_intent),
            Route("POST", r"/v1/chargebacks", self.open_chargeback),
            Route("GET", r"/v1/chargebacks/(cb_\w+)", self.show_chargeback),
            Route("POST", r"/v1/chargebacks/(cb_\w+)/evidence", self.answer_chargeback),
            Route("POST", r"/v1/payouts", self.open_payout),
            Route("GET", r"/v1/payouts/(po_\w+)", self.show_payout),
            Route("GET", r"/v1/events", self.show_events),
            Route("GET", r"/v1/balance", self.show_balance),
            Route("GET", r"/v1/reports/([\d-]+)", self.show_report),
            Route("POST", r"/v1/settlements", self.open_settlement),
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
            "amount": forms.amount(body),
            "currency": forms.currency(body),
            "reference": forms.words(body, "reference", most=255),
            "return_url": forms.return_url(body),
            "description": forms.words(body, "description", most=500, needed=False),
            "locale": forms.words(body, "locale", most=35, needed=False) or "en",
            "capture": forms.choice(body, "capture", ("automatic", "manual")),
            "amount_captured": 0,
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

    def capture_intent(self, request: Request, key: str) -> Reply:
        """Take what was authorised, or a part of it, once; the rest is given free."""
        intent, amount = self._intent(key), forms.amount(request.json())
        if intent["status"] != "authorised":
            raise Problem(409, "not_authorised", f"The intent is {intent['status']}.")
        if amount > forms.whole(intent["amount"]):
            raise Problem(422, "capture_exceeds_authorised", "No more can be taken than was authorised.")
        intent["amount_captured"] = amount
        self._move(intent, "succeeded")
        return json_reply(_public(intent))

    def refund_intent(self, request: Request, key: str) -> Reply:
        intent, body = self._intent(key), request.json()
        amount = forms.amount(body)
        if intent["status"] != "succeeded":
            raise Problem(409, "not_captured", f"The intent is {intent['status']}.")
        refunded = forms.whole(intent["amount_refunded"])
        if any(one["status"] not in ("won", "lost") for one in self.store.things(kind="chargeback", reference=key)):
            raise Problem(409, "disputed", "The card's bank has taken this payment back for now.")
        lost = sum(forms.whole(one["amount"]) for one in self.store.things(kind="chargeback", reference=key)
                   if one["status"] == "lost")  # fmt: skip
        if refunded + lost + amount > forms.whole(intent["amount_captured"]):
            raise Problem(422, "refund_exceeds_captured", "Refunds cannot exceed what was captured.")
        intent["amount_refunded"] = refunded + amount
        refund: Json = {
            "id": "re_" + secrets.token_hex(12),
            "intent": key,
            "amount": amount,
            "currency": intent["currency"],
            "reason": forms.words(body, "reason", most=255, needed=False),
            "status": "succeeded",
            "created_at": iso(),
        }
        self.store.put(intent, kind="intent")
        self.store.put(refund, kind="refund", reference=key)
        reports.enter(self.store, "refund", refund, -amount, reference="")
        self._say("refund.succeeded", refund)
        return json_reply(refund, 201)

    def _intent(self, key: str) -> Json:
        intent = self.store.thing(key, kind="intent")
        if intent is None:
            raise Problem(404, "not_found", "There is no such intent.")
        return intent

    def _move(self, intent: Json, status: str, *, hold: float = 0.0) -> None:
        if status == "succeeded" and not intent["amount_captured"]:
            if intent["capture"] == "manual":
                status = "authorised"
            else:
                intent["amount_captured"] = intent["amount"]
        intent["status"] = status
        self.store.put(intent, kind="intent")
        if status == "succeeded":
            taken = forms.whole(intent["amount_captured"])
            reports.enter(self.store, "capture", intent, taken, fee=reports.fee_of(taken))
        if status in ("authorised", "succeeded", "declined", "cancelled"):
            self._say(f"intent.{status}", _public(intent), hold=hold)

    def _say(self, kind: str, data: Json, *, hold: float = 0.0) -> None:
        self.store.say(kind, data, event="evt_" + secrets.token_hex(12), hold=hold)

    # --- the page on which a person gives a card

    def show_page(self, request: Request, key: str) -> Reply:
        return self._page(self._intent(key))

    def pay(self, request: Request, key: str) -> Reply:
        intent, form = self._intent(key), request.form()
        if intent["status"] == "succeeded" and form.get("dispute"):
            self._dispute(intent, amount=forms.whole(intent["amount_captured"]), reason="product_not_received")
            return self._page(intent)
        if intent["status"] in ("processing", "authorised", "succeeded", "cancelled") or form.get("give_up"):
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
        if number == DISPUTED:
            self.store.later("dispute", key, wait=self._pace * 2)
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
        disputed = bool(self.store.things(kind="chargeback", reference=str(intent["id"])))
        page = card_page.page(
            intent, form=form or {}, trouble=trouble or {}, back_url=_back_url(intent), disputed=disputed
        )
        return Reply(status, page.encode(), card_page.HEADERS)

    def _back(self, intent: Json) -> Reply:
        return Reply(303, b"", {"Location": _back_url(intent), "Cache-Control": "no-store"})

    # --- chargebacks: the card's bank takes a payment back

    def open_chargeback(self, request: Request) -> Reply:
        """What the bank would do, for scripts and tests: dispute a payment, or a part of it."""
        body = request.json()
        intent = self._intent(forms.words(body, "intent", most=64))
        amount = forms.amount(body) if "amount" in body else forms.whole(intent["amount_captured"])
        if intent["status"] != "succeeded" or amount > forms.whole(intent["amount_captured"]):
            raise Problem(409, "not_captured", "No such amount was taken.")
        return json_reply(self._dispute(intent, amount=amount, reason=forms.words(body, "reason", most=64)), 201)

    def show_chargeback(self, request: Request, key: str) -> Reply:
        return json_reply(self._chargeback(key))

    def answer_chargeback(self, request: Request, key: str) -> Reply:
        case = self._chargeback(key)
        chargebacks.hand_in(case, request.json())
        self.store.put(case, kind="chargeback")
        self._say("chargeback.answered", case)
        self.store.later("ruling", key, wait=self._pace)
        return json_reply(case)

    def _dispute(self, intent: Json, *, amount: int, reason: str) -> Json:
        for case in self.store.things(kind="chargeback", reference=str(intent["id"])):
            return case
        case = chargebacks.opened("cb_" + secrets.token_hex(12), intent, amount=amount, reason=reason)
        self.store.put(case, kind="chargeback", reference=str(intent["id"]))
        reports.enter(self.store, "chargeback", case, -amount, fee=forms.whole(case["fee"]), reference="")
        self._say("chargeback.opened", case)
        self.store.later("overdue", str(case["id"]), wait=chargebacks.ANSWER_WITHIN)
        return case

    def _chargeback(self, key: str) -> Json:
        case = self.store.thing(key, kind="chargeback")
        if case is None:
            raise Problem(404, "not_found", "There is no such chargeback.")
        return case

    def _rule(self, action: str, key: str) -> None:
        case = self._chargeback(key)
        if chargebacks.ruled(case, overdue=action == "overdue"):
            self.store.put(case, kind="chargeback")
            if case["status"] == "won":
                fee = -forms.whole(case["fee_refunded"])
                reports.enter(self.store, "chargeback_return", case, forms.whole(case["amount"]), fee=fee, reference="")
            self._say(f"chargeback.{case['status']}", case)

    # --- payouts

    def open_payout(self, request: Request) -> Reply:
        body = request.json()
        payout: Json = {
            "id": "po_" + secrets.token_hex(12),
            "status": "in_transit",
            "amount": forms.amount(body),
            "currency": forms.currency(body),
            "reference": forms.words(body, "reference", most=255),
            "destination": forms.words(body, "destination", most=255),
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
        match action:
            case "settle":
                intent = self._intent(subject)
                if intent["status"] == "processing":
                    self._move(intent, "succeeded")
            case "dispute":
                intent = self._intent(subject)
                if intent["status"] == "succeeded":
                    self._dispute(intent, amount=forms.whole(intent["amount_captured"]), reason="fraudulent")
            case "ruling" | "overdue":
                self._rule(action, subject)
            case "payout":
                self._arrive(subject)
            case "return":
                self._send_back(subject)

    def _arrive(self, key: str) -> None:
        payout = self.store.thing(key, kind="payout")
        if payout is None or payout["status"] != "in_transit":
            return
        destination = str(payout["destination"]).lower()
        fails = "fail" in destination or destination.endswith(CLOSED)
        payout["status"] = "failed" if fails else "paid"
        if fails:
            payout["failure"] = "account_closed"
        elif "return" in destination or destination.endswith(COMES_BACK):
            self.store.later("return", key, wait=self._pace)
        if not fails:
            reports.enter(self.store, "payout", payout, -forms.whole(payout["amount"]))
        payout["arrived_at"] = iso(time.time())
        self.store.put(payout, kind="payout")
        self._say(f"payout.{payout['status']}", payout)

    def _send_back(self, key: str) -> None:
        """The merchant's bank sends money back days after it took it."""
        payout = self.store.thing(key, kind="payout")
        if payout is not None and payout["status"] == "paid":
            payout["status"], payout["failure"] = "returned", "account_closed"
            self.store.put(payout, kind="payout")
            reports.enter(self.store, "payout_return", payout, forms.whole(payout["amount"]))
            self._say("payout.returned", payout)

    # --- looking back

    def show_events(self, request: Request) -> Reply:
        limit = request.query.get("limit", "100")
        if not limit.isdigit() or not 1 <= int(limit) <= 1000:
            raise Problem(400, "bad_limit", "limit is 1 to 1000.")
        events = self.store.events(after=request.query.get("after", ""), limit=int(limit))
        if events is None:
            raise Problem(404, "not_found", "There is no such event.")
        return json_reply({"data": events, "has_more": len(events) == int(limit)})

    def show_report(self, request: Request, day: str) -> Reply:
        return json_reply(reports.report(self.store, day))

    def open_settlement(self, request: Request) -> Reply:
        body = request.json()
        return json_reply(reports.settled(self.store, amount=forms.amount(body), currency=forms.currency(body)), 201)

    def show_balance(self, request: Request) -> Reply:
        """Per currency, minor units: captured, refunded, disputed (taken back and not won), fees, paid_out, in_transit."""
        sums: dict[str, dict[str, int]] = {}

        def add(currency: object, name: str, amount: object) -> None:
            row = sums.setdefault(str(currency), dict.fromkeys(_SUMS, 0))
            row[name] += forms.whole(amount)

        for intent in self.store.things(kind="intent"):
            if intent["status"] == "succeeded":
                add(intent["currency"], "captured", intent["amount_captured"])
                add(intent["currency"], "refunded", intent["amount_refunded"])
        for case in self.store.things(kind="chargeback"):
            add(case["currency"], "disputed", 0 if case["status"] == "won" else case["amount"])
            add(case["currency"], "fees", forms.whole(case["fee"]) - forms.whole(case["fee_refunded"]))
        for payout in self.store.things(kind="payout"):
            if payout["status"] not in ("failed", "returned"):
                name = "paid_out" if payout["status"] == "paid" else "in_transit"
                add(payout["currency"], name, payout["amount"])
        return json_reply({"balances": sums})


_SUMS: Final = ("captured", "refunded", "disputed", "fees", "paid_out", "in_transit")


def _public(intent: Json) -> Json:
    return {name: value for name, value in intent.items() if name != "locale"}


def _back_url(intent: Json) -> str:
    parts = urlsplit(str(intent["return_url"]))
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("intent", str(intent["id"]))]
    return urlunsplit(parts._replace(query=urlencode(query)))
