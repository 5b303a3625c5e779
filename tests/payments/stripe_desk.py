"""The double of Stripe inside the test's own process, behind Stripe's own SDK: no socket between."""

import json
from datetime import UTC, datetime
from random import Random
from urllib.parse import urlsplit

import stripe

from entrepot.payments.adapters.stripe import StripeProvider
from entrepot_sandbox import signatures
from entrepot_sandbox.clockwork import ring_due
from entrepot_sandbox.server import Request
from entrepot_sandbox.store import Chance, Store
from entrepot_sandbox.stripe_double.party import StripeDouble
from tests.payments import make
from tests.payments.sandbox import CARDS

KEY = "sk_test_entrepot_double"
BANKS = {"destination": "000123456789", "closed": "000111111113", "returning": "000111111171"}


class Wire(stripe.HTTPClient):
    """Carries the SDK's requests to the double."""

    name = "in process"

    def __init__(self, desk) -> None:
        super().__init__()
        self._desk = desk

    def request(self, method, url, headers, post_data=None):
        return self._desk.asked(method, url, headers, post_data)

    def close(self):
        """Nothing is open."""


class StripeDesk:
    """The same desk as the sandbox's, for Stripe."""

    def __init__(self, folder, retries=0) -> None:
        self.store = Store(folder / "stripe.sqlite3", Chance(Random(1), lossy=False))
        self.party = StripeDouble(self.store, api_key=KEY, public_url="http://provider", pace=0)
        self.silent = self.loses_replies = False
        self.faults = []
        self.provider = StripeProvider(api_key=KEY, url="http://provider", retries=retries, http=Wire(self))
        for name, bank in BANKS.items():
            setattr(self, name, self._account(bank))

    def close(self):
        self.provider.close()
        self.store.close()

    def pay(self, intent_id, card="good"):
        form = f"number={CARDS[card]}&expiry=12/39&cvc=123"
        return self._answer("POST", f"/pay/{intent_id}", {}, form.encode())

    def wait(self):
        """Let what is due happen, and what becomes due by it."""
        while self.store.next_due("timers"):
            with self.store.transaction():
                self.store._db.execute("UPDATE timers SET due = 0")
            ring_due(self.store, self.party.ring)

    def dispute(self, intent_id, **asked):
        with self.store.transaction():
            return self.party.api.open_dispute(self.paid(intent_id), **asked)["id"]

    def paid(self, intent_id):
        """The PaymentIntent behind a Checkout Session."""
        return self.store.thing(intent_id, kind="checkout.session")["payment_intent"]

    def fund(self, minor, currency):
        with self.store.transaction():
            self.party.api.move(amount=minor, fee=0, currency=currency.lower(), source="tu", kind="topup")

    def taken(self):
        sums = {}
        for charge in self.store.things(kind="charge"):
            money = charge["currency"].upper()
            sums[money] = sums.get(money, 0) + charge["amount_captured"] - charge["amount_refunded"]
        return sums

    def sent(self):
        return len(self.store.things(kind="payout"))

    def messages(self):
        told = self.store.events(after="", limit=1000)
        return [(event["id"], json.dumps(event).encode()) for event in told]

    def signed(self):
        sign = signatures.stripe(make.SECRET, set())
        return [(body, dict(sign(event_id, datetime.now(UTC), body))) for event_id, body in self.messages()]

    def asked(self, method, url, headers, post_data):
        """What the SDK asks."""
        if self.silent:
            raise stripe.APIConnectionError("silent", should_retry=True)
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        raw = post_data.encode() if isinstance(post_data, str) else post_data or b""
        fault = self.faults.pop(0) if self.faults and method == "post" else ""
        if fault == "500":
            self.party.faults.append(("POST", "500"))
        reply = self._answer(method.upper(), target, headers, raw)
        if reply.lost or fault == "lost" or (self.loses_replies and method == "post"):
            raise stripe.APIConnectionError("lost", should_retry=True)
        return reply.body, reply.status, {name.lower(): value for name, value in reply.headers.items()}

    def _answer(self, method, target, headers, raw):
        parts = urlsplit(target)
        query = dict(pair.split("=", 1) for pair in _unquoted(parts.query))
        told = {name.lower(): value for name, value in headers.items()}
        return self.party.answer(Request(method, parts.path, query, told, raw))

    def _account(self, bank):
        with self.store.transaction():
            account = self.party.api.create_account({"country": "US"})
            told = {"external_account": {"account_number": bank}, "tos_acceptance": {}, "business_profile": {}}
            self.party.api.update_account(account["id"], told)
        return account["id"]


def _unquoted(query):
    from urllib.parse import unquote_plus

    return [unquote_plus(pair) for pair in query.split("&") if pair]
