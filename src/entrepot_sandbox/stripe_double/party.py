"""The double's HTTP door: bearer key, `Idempotency-Key`, `Stripe-Account`, faults by script, the hosted page."""

import hashlib
import hmac
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from entrepot_sandbox import card_page
from entrepot_sandbox.server import Party, Problem, Reply, Request, Route
from entrepot_sandbox.store import Json, Store
from entrepot_sandbox.stripe_double.books import API_VERSION, key_of
from entrepot_sandbox.stripe_double.cards import DECLINED, DISPUTED, SUCCEEDS
from entrepot_sandbox.stripe_double.forms import (
    ApiError,
    Params,
    inner,
    listed,
    missing,
    only,
    params_of,
    reply,
    text,
    whole,
)
from entrepot_sandbox.stripe_double.payouts import Payouts, public

FAULTS: Final = ("timeout", "500", "reset", "reset-before")
MISCHIEF: Final = ("drop", "duplicate", "late", "bad_signature", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its fields, the connected account it is about, the id in its address."""

    params: Params
    account: str
    key: str


Call = Callable[[Asked], Json]


class StripeDouble(Party):
    """faults: (start of `METHOD /path`, what happens), each used once, in order.

    timeout: done, but the answer never comes. 500: a breakdown, nothing done. reset: done, the connection closes.
    reset-before: the connection closes, nothing done.
    """

    name = "stripe"

    def __init__(
        self, store: Store, *, api_key: str, public_url: str, pace: float = 1.0, fault_hold: float = 20.0
    ) -> None:
        super().__init__(store, api_key=api_key, fault_hold=fault_hold)
        self.api = Payouts(store)
        self.faults: deque[tuple[str, str]] = deque()
        self._public_url = public_url
        self._pace = pace
        self._calls = self._known()

    def routes(self) -> list[Route]:
        return []

    def _known(self) -> list[tuple[str, str, Call]]:
        api = self.api

        def show(kind: str) -> Call:
            return lambda q: self._expanded(public(api.found(kind, q.key)), q.params)

        return [
            ("POST", r"/v1/checkout/sessions", lambda q: api.create_session(q.params, self._public_url)),
            ("GET", r"/v1/checkout/sessions/(cs_\w+)", show("checkout.session")),
            ("POST", r"/v1/checkout/sessions/(cs_\w+)/expire", lambda q: api.expire_session(q.key)),
            ("GET", r"/v1/payment_intents/(pi_\w+)", show("payment_intent")),
            ("POST", r"/v1/payment_intents/(pi_\w+)/capture", lambda q: api.capture(q.key, q.params)),
            ("POST", r"/v1/payment_intents/(pi_\w+)/cancel", lambda q: api.cancel(q.key)),
            ("GET", r"/v1/charges/(ch_\w+)", show("charge")),
            ("POST", r"/v1/refunds", lambda q: api.create_refund(q.params)),
            ("GET", r"/v1/refunds", lambda q: api.list_refunds(q.params)),
            ("GET", r"/v1/refunds/(re_\w+)", show("refund")),
            ("GET", r"/v1/disputes/(dp_\w+)", show("dispute")),
            ("POST", r"/v1/disputes/(dp_\w+)", lambda q: self._expanded(api.answer_dispute(q.key, q.params), q.params)),
            ("POST", r"/v1/files", lambda q: self._file(q.params)),
            ("POST", r"/v1/accounts", lambda q: public(api.create_account(q.params))),
            ("GET", r"/v1/accounts/(acct_\w+)", show("account")),
            ("POST", r"/v1/accounts/(acct_\w+)", lambda q: public(api.update_account(q.key, q.params))),
            ("POST", r"/v1/transfers", lambda q: api.create_transfer(q.params)),
            ("GET", r"/v1/transfers", lambda q: api.list_transfers(q.params)),
            ("GET", r"/v1/transfers/(tr_\w+)", show("transfer")),
            ("POST", r"/v1/transfers/(tr_\w+)/reversals", lambda q: api.reverse_transfer(q.key, q.params)),
            ("POST", r"/v1/payouts", lambda q: public(api.create_payout(q.params, q.account))),
            ("GET", r"/v1/payouts", lambda q: api.list_payouts(q.params, q.account)),
            ("GET", r"/v1/payouts/(po_\w+)", show("payout")),
            ("POST", r"/v1/topups", lambda q: self._topup(q.params)),
            ("GET", r"/v1/balance", lambda q: self._balance(q.account)),
            ("GET", r"/v1/balance_transactions", lambda q: self._transactions(q.params, q.account)),
            ("GET", r"/v1/events", lambda q: self._events(q.params)),
        ]

    # --- the door

    def answer(self, request: Request) -> Reply:
        if request.path == "/healthz":
            return Reply(200, b"ok\n", {"Content-Type": "text/plain"})
        headers = {"Request-Id": key_of("req"), "Stripe-Version": API_VERSION}
        try:
            if request.path.startswith("/pay/"):
                return self._page(request)
            if request.path == "/_double" and request.method == "POST":
                return self._script(request)
            answered = self._called(request)
        except ApiError as refused:
            return reply(refused.body, refused.status, **headers)
        except Problem as problem:
            return reply(ApiError(problem.status, problem.message).body, problem.status, **headers)
        return Reply(answered.status, answered.body, {**answered.headers, **headers}, lost=answered.lost)

    def _called(self, request: Request) -> Reply:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._api_key}".encode()):
            raise ApiError(401, "Invalid API Key provided.")
        version = request.headers.get("stripe-version", API_VERSION)
        if version != API_VERSION:
            raise ApiError(400, f"This double speaks {API_VERSION}, not {version}.")
        for method, pattern, call in self._calls:
            match = re.fullmatch(pattern, request.path)
            if match and method == request.method:
                return self._done(request, call, match.groups())
        raise ApiError(404, f"Unrecognized request URL ({request.method}: {request.path}).")

    def _done(self, request: Request, call: Call, parts: tuple[str, ...]) -> Reply:
        fault = self._fault(request)
        if fault == "reset-before":
            return Reply(500, b"", lost=True)
        if fault == "500":
            raise ApiError(500, "Sorry! There was an error while talking to one of our backends.")
        asked = Asked(params_of(request), request.headers.get("stripe-account", ""), "".join(parts))
        if request.method == "GET":
            return reply(call(asked))
        key = request.headers.get("idempotency-key", "")
        with self._alone(key or key_of("nokey")), self.store.transaction():
            answered = self._once_under(key, request, lambda: call(asked))
        if fault == "timeout":
            time.sleep(self._fault_hold)
        lost = fault in ("timeout", "reset") or self.store.chance.reply_lost()
        return Reply(answered.status, answered.body, answered.headers, lost=lost)

    def _once_under(self, key: str, request: Request, call: Callable[[], Json]) -> Reply:
        """The same key and request: the same answer and one effect. What was refused before it began is not kept."""
        raw = b"" if request.headers.get("content-type", "").startswith("multipart/") else request.raw
        whose = request.headers.get("stripe-account", "").encode()
        fingerprint = hashlib.sha256(b"\0".join((request.path.encode(), whose, raw))).hexdigest()
        known = self.store.answer(key) if key else None
        if known and known[0] != fingerprint:
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                kind="idempotency_error",
            )
        if known:
            return Reply(known[1], known[2], {"Content-Type": "application/json", "Idempotent-Replayed": "true"})
        answered = reply(call())
        if key:
            self.store.keep_answer(key, fingerprint, answered.status, answered.body)
        return answered

    def _fault(self, request: Request) -> str:
        line = f"{request.method} {request.path}"
        for place, (start, fault) in enumerate(self.faults):
            if line.startswith(start):
                del self.faults[place]
                return fault
        return ""

    def _script(self, request: Request) -> Reply:
        """`{"faults": [["POST /v1/refunds", "500"]], "mischief": ["drop"]}` is what happens next."""
        said = request.json()
        faults, mischief = said.get("faults", []), said.get("mischief", [])
        assert isinstance(faults, list) and isinstance(mischief, list)  # noqa: PT018 - one shape
        self.faults.extend((str(start), str(fault)) for start, fault in faults if fault in FAULTS)
        self.api.mischief.extend(str(one) for one in mischief if one in MISCHIEF)
        return reply({})

    # --- small calls

    def _expanded(self, thing: Json, params: Params) -> Json:
        wanted = inner(params, "expand").values()
        if "payment_intent" in wanted and isinstance(thing.get("payment_intent"), str):
            return thing | {"payment_intent": self.api.found("payment_intent", str(thing["payment_intent"]))}
        return thing

    def _file(self, params: Params) -> Json:
        only(params, "purpose", "file", "file_link_data")
        upload = inner(params, "file")
        if text(params, "purpose") != "dispute_evidence" or not upload:
            raise ApiError(400, "Send a file for dispute_evidence.", param="file")
        file = self.api.new("file", "file", purpose="dispute_evidence", filename=upload["name"], size=upload["size"])
        self.api.keep(file)
        return file

    def _topup(self, params: Params) -> Json:
        amount, money = whole(params, "amount"), text(params, "currency")
        topup = self.api.new("tu", "topup", amount=amount, currency=money, status="succeeded")
        self.api.move(amount=amount, fee=0, currency=money, source=topup["id"], kind="topup")
        self.api.keep(topup)
        return topup

    def _balance(self, account: str) -> Json:
        rows = self.store.things(kind="balance_transaction", reference=account)
        currencies = sorted({str(row["currency"]) for row in rows})
        available = [{"amount": self.api.balance(one, account), "currency": one} for one in currencies]
        return {"object": "balance", "livemode": False, "available": available, "pending": []}

    def _transactions(self, params: Params, account: str) -> Json:
        only(params, "limit", "starting_after", "source", "type", "currency")
        rows = self.store.things(kind="balance_transaction", reference=account)
        return listed(rows, "/v1/balance_transactions", params)

    def _events(self, params: Params) -> Json:
        only(params, "created", "types", "type", "limit", "starting_after")
        since = int(text(inner(params, "created"), "gte", needed=False) or 0)
        kinds = {str(kind) for kind in inner(params, "types").values()}
        told = self.store.events(after="", limit=100_000) or []
        rows = [row for row in told if int(str(row["created"])) >= since and (not kinds or row["type"] in kinds)]
        return listed(rows, "/v1/events", params)

    # --- the hosted page, and what happens by itself

    def _page(self, request: Request) -> Reply:
        with self.store.transaction():
            session = self.store.thing(request.path.removeprefix("/pay/"), kind="checkout.session")
            if session is None:
                raise missing("checkout.session", request.path)
            form, trouble, status = request.form(), {}, 200
            if request.method == "POST" and session["status"] == "open":
                if form.get("give_up"):
                    return Reply(303, b"", {"Location": str(session["cancel_url"])})
                number = re.sub(r"\D", "", form.get("number", ""))
                trouble = card_page.trouble_of(form, today=datetime.now(UTC).date())
                if not trouble and number not in (SUCCEEDS, DECLINED, DISPUTED):
                    trouble = {"number": "not_a_test_card"}
                if not trouble and not self.api.pay_session(session, number):
                    return Reply(303, b"", {"Location": str(session["success_url"])})
                status = 422 if trouble else 402
        return self._shown(session, form, trouble, status)

    def _shown(self, session: Json, form: dict[str, str], trouble: dict[str, str], status: int) -> Reply:
        known = {"open": "declined" if status == 402 else "requires_card", "expired": "cancelled"}
        intent: Json = {
            "id": session["id"],
            "status": known.get(str(session["status"]), "succeeded"),
            "amount": session["amount_total"],
            "currency": str(session["currency"]).upper(),
            "reference": session["client_reference_id"],
            "description": "",
            "locale": session["locale"],
        }
        page = card_page.page(intent, form=form, trouble=trouble, back_url=str(session["success_url"]), disputed=True)
        return Reply(status, page.encode(), card_page.HEADERS)

    def ring(self, action: str, subject: str) -> None:
        match action:
            case "dispute":
                self.api.open_dispute(subject)
            case "won" | "lost":
                self.api.rule(subject, won=action == "won")
            case "payout":
                self.api.step_payout(subject)
