"""The sandbox provider inside the test's own process: the same code as the real one, without a socket between."""

import json
from pathlib import Path
from random import Random

import httpx

from entrepot.payments.adapters import HttpProvider
from entrepot_sandbox.clockwork import ring_due
from entrepot_sandbox.payments import Payments
from entrepot_sandbox.server import Request
from entrepot_sandbox.store import Chance, Store
from tests.payments import make

KEY = "sk_sandbox_entrepot"
CARDS = {
    "good": "4242424242424242", "bad": "4000000000000002", "slow": "4000000000000119", "disputed": "4000000000000259",
}  # fmt: skip


class Desk:
    """The provider, and what a shopper does on its page. `silent`: it gets nothing and says nothing.

    faults: what befalls the next writes, one each: `lost` (done, the answer is not), `500` (nothing done).
    """

    destination, closed, returning = "mer_1", "mer_fail", "mer_return"

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "payments.sqlite3", Chance(Random(1), lossy=False))
        self.party = Payments(self.store, api_key=KEY, public_url="http://provider", pace=0)
        self.silent = self.loses_replies = False
        self.faults = []
        client = httpx.Client(
            base_url="http://provider",
            headers={"Authorization": f"Bearer {KEY}"},
            transport=httpx.MockTransport(self._answer),
        )
        self.provider = HttpProvider(url="http://provider", api_key=KEY, client=client)
        self._http = client

    def close(self):
        self.provider.close()
        self.store.close()

    def pay(self, intent_id, card="good"):
        form = {"number": CARDS[card], "expiry": "12/39", "cvc": "123"}
        return self._http.post(f"/pay/{intent_id}", data=form)

    def wait(self):
        """Let the provider's own clock ring: slow cards settle, payouts arrive."""
        with self.store.transaction():
            self.store._db.execute("UPDATE timers SET due = 0")
        ring_due(self.store, self.party.ring)

    def messages(self):
        """(event id, body) of all it has to tell, in order."""
        return [(event["id"], json.dumps(event).encode()) for event in self.store.events(after="", limit=1000)]

    def signed(self):
        """(body, headers) of all it has to tell."""
        return [(body, make.signed(body, event_id=event_id)) for event_id, body in self.messages()]

    def dispute(self, intent_id, **asked):
        """What the card holder's bank does; gives the chargeback's id."""
        body = {"intent": intent_id, "reason": "product_not_received", **asked}
        headers = {"Idempotency-Key": f"dispute/{intent_id}"}
        return self._http.post("/v1/chargebacks", json=body, headers=headers).json()["id"]

    def fund(self, minor, currency):
        """It pays out whatever it is told to."""

    def taken(self):
        """What is left of the shoppers' money, by currency: captured less refunded."""
        return {one: row["captured"] - row["refunded"] for one, row in self.balances().items()}

    def sent(self):
        """How many payouts it knows."""
        return len(self.store.things(kind="payout"))

    def balances(self):
        return self._http.get("/v1/balance").json()["balances"]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.silent:
            raise httpx.ConnectError("silent")
        headers = {name.lower(): value for name, value in request.headers.items()}
        path = request.url.path
        asked = Request(request.method, path, dict(request.url.params), headers, request.read())
        fault = self.faults.pop(0) if self.faults and request.method == "POST" and path.startswith("/v1") else ""
        if fault == "500":
            return httpx.Response(500)
        reply = self.party.answer(asked)
        if fault == "lost":
            raise httpx.ReadTimeout("lost")
        if self.loses_replies and request.method == "POST" and path.startswith("/v1"):
            raise httpx.ReadTimeout("lost")
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)
