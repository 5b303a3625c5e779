"""The double of Stripe as a process: its own SDK talks to it over sockets, and its webhooks bear its signature."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import stripe

from entrepot.kernel.money import Money
from entrepot.payments.adapters.stripe import API_VERSION, StripeProvider
from entrepot.payments.terms import IntentStatus
from tests.sandbox.conftest import SECRET, Process, wait_for

KEY = "sk_test_entrepot_double"
YUAN = Money(12_345, "CNY")


class Inbox:
    """Where webhooks go: what was proven, and how many were not."""

    def __init__(self) -> None:
        self.taken, self.refused = [], 0
        inbox = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    stripe.WebhookSignature.verify_header(raw, self.headers["Stripe-Signature"], SECRET, 300)
                except stripe.SignatureVerificationError:
                    inbox.refused += 1
                    self.send_response(401)
                else:
                    inbox.taken.append((time.monotonic(), json.loads(raw)))
                    self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/stripe"

    def kinds(self):
        return [event["type"] for _, event in self.taken]


@pytest.fixture
def inbox():
    inbox = Inbox()
    yield inbox
    inbox.server.shutdown()
    inbox.server.server_close()


@pytest.fixture
def double(tmp_path, inbox):
    running = Process("stripe", tmp_path / "stripe.sqlite3", inbox.url, ("--fault-hold", "0.2"))
    running.start()
    yield running
    running.end()


def test_the_sdk_and_the_double_agree_over_sockets_whatever_breaks(double, inbox, monkeypatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    provider = StripeProvider(api_key=KEY, url=double.url, retries=3)
    script = {
        "faults": [
            ["POST /v1/checkout/sessions", "500"], ["POST /v1/checkout/sessions", "reset-before"],
            ["POST /v1/checkout/sessions", "reset"], ["POST /v1/refunds", "timeout"],
        ],
        "mischief": ["duplicate", "bad_signature", "late"],
    }  # fmt: skip
    assert httpx.post(f"{double.url}/_double", json=script).is_success
    asked = {"key": "pay_1", "amount": YUAN, "return_url": "http://m.example/", "description": "x", "locale": "en"}
    intent = provider.open_intent(**asked)
    assert (intent.status, len(intent.id)) == (IntentStatus.REQUIRES_CARD, 66)
    assert provider.open_intent(**asked) == intent
    card = {"number": "4242424242424242", "expiry": "12/39", "cvc": "123"}
    assert httpx.post(intent.pay_url, data=card).status_code == 303
    assert provider.intent(intent_id=intent.id).captured == YUAN
    back = provider.refund(key="rfd_1", intent_id=intent.id, amount=YUAN, reason="x")
    assert back.amount == YUAN
    provider.close()

    wait_for(lambda: "charge.refunded" in inbox.kinds() and "refund.created" in inbox.kinds())
    assert inbox.refused == 1
    assert inbox.kinds().count("payment_intent.succeeded") == 2
    assert inbox.kinds().count("refund.created") == 1
    assert {event["api_version"] for _, event in inbox.taken} == {API_VERSION}


def test_the_double_refuses_what_stripe_refuses(double) -> None:
    def asked(path="/v1/refunds", key=KEY, **fields):
        headers = {"Authorization": f"Bearer {key}", **fields.pop("headers", {})}
        answer = httpx.post(f"{double.url}{path}", data=fields, headers=headers)
        error = answer.json()["error"]
        return answer.status_code, error["type"], error.get("code", "")

    assert asked(key="sk_test_wrong")[0] == 401
    assert asked(nonsense="1") == (400, "invalid_request_error", "parameter_unknown")
    assert asked(payment_intent="pi_none") == (404, "invalid_request_error", "resource_missing")
    assert asked(headers={"Stripe-Version": "2019-01-01"})[0] == 400
    assert asked("/v1/transfers", amount="5", currency="usd", destination="acct_none")[2] == "resource_missing"
    assert asked("/v1/accounts", country="CN")[2] == "country_unsupported"
    assert asked("/v1/accounts", country="US", amount="1.5")[2] == "parameter_unknown"
