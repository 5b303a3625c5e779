"""The adapter against the sandbox provider: as a process of its own over HTTP, and in the test's own process."""

import httpx
import pytest

from entrepot.kernel.money import Money
from entrepot.payments.adapters import HttpProvider
from entrepot.payments.terms import IntentStatus, ProviderRefused, ProviderSilent, TransitStatus
from tests.payments.sandbox import KEY
from tests.sandbox.conftest import Process, market, wait_for  # noqa: F401 - the fixture

YUAN = Money(12_345, "CNY")


def opened(provider, key="pay_1", amount=YUAN):
    return provider.open_intent(
        key=key, amount=amount, return_url="http://m.example/back", description="ord_1", locale="zh-hans"
    )


@pytest.fixture
def process(tmp_path, market):  # noqa: F811 - the fixture
    running = Process("payments", tmp_path / "payments.sqlite3", market.url, ("--pace", "0.1", "--fault-hold", "1"))
    running.start()
    yield running
    running.end()


@pytest.fixture
def through():
    """Makes providers whose connections are closed in the end."""
    clients = []

    def make(url, timeout=3.0, transport=None, **headers):
        told = {"Authorization": f"Bearer {KEY}", **headers}
        clients.append(httpx.Client(base_url=url, headers=told, timeout=timeout, trust_env=False, transport=transport))
        return HttpProvider(url=url, api_key=KEY, client=clients[-1])

    yield make
    for client in clients:
        client.close()


def test_a_sale_and_a_payout_over_http(process, through) -> None:
    provider = through(process.url)
    intent = opened(provider)
    assert (intent.status, intent.amount, intent.reference) == (IntentStatus.REQUIRES_CARD, YUAN, "pay_1")
    assert opened(provider) == intent
    card = {"number": "4242424242424242", "expiry": "12/39", "cvc": "123"}
    assert httpx.post(intent.pay_url, data=card).status_code == 303
    assert provider.intent(intent_id=intent.id).status is IntentStatus.SUCCEEDED
    assert provider.cancel_intent(key="c1", intent_id=intent.id).status is IntentStatus.SUCCEEDED

    back = provider.refund(key="rfd_1", intent_id=intent.id, amount=YUAN, reason="order_cancelled")
    assert back == provider.refund(key="rfd_1", intent_id=intent.id, amount=YUAN, reason="order_cancelled")
    assert back.amount == YUAN
    with pytest.raises(ProviderRefused) as refusal:
        provider.refund(key="rfd_2", intent_id=intent.id, amount=YUAN, reason="twice")
    assert refusal.value.facts["reason"] == "refund_exceeds_captured"

    payout = provider.send_payout(key="pyt_1", amount=Money(5, "USD"), destination="mer_1")
    assert payout == provider.send_payout(key="pyt_1", amount=Money(5, "USD"), destination="mer_1")
    wait_for(lambda: provider.payout(payout_id=payout.id).status is TransitStatus.PAID)
    failed = provider.send_payout(key="pyt_2", amount=Money(5, "USD"), destination="fail")
    wait_for(lambda: provider.payout(payout_id=failed.id).status is TransitStatus.FAILED)
    assert provider.payout(payout_id=failed.id).reason == "account_closed"


@pytest.mark.parametrize("fault", ["timeout", "500", "reset-after"])
def test_what_got_lost_is_asked_again_under_the_same_key(process, through, fault) -> None:
    with pytest.raises(ProviderSilent):
        opened(through(process.url, 0.5, **{"Sandbox-Fault": fault}))

    def again():
        try:
            return opened(through(process.url))
        except ProviderSilent:
            return None

    first = wait_for(again)
    assert opened(through(process.url)) == first


def test_nobody_there_is_silence() -> None:
    provider = HttpProvider(url="http://127.0.0.1:9", api_key=KEY)
    with pytest.raises(ProviderSilent):
        opened(provider)
    provider.close()


def test_the_same_key_for_something_else_is_refused(desk) -> None:
    opened(desk.provider)
    with pytest.raises(ProviderRefused) as refusal:
        opened(desk.provider, amount=Money(1, "CNY"))
    assert refusal.value.facts["reason"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"), (200, b"[]"), (200, b"{}"), (500, b""), (502, b"<html>"), (404, b"<html>"), (429, b"{}"),
        (200, b'{"id": "pi_1", "status": "surprised", "pay_url": "x", "amount": 1, "currency": "CNY", "reference": "r"}'),
        (200, b'{"id": "pi_1", "status": "succeeded", "pay_url": "x", "amount": 1.5, "currency": "CNY", "reference": "r"}'),
        (401, b'{"error": {"code": "unauthorized"}}'), (409, b'{"error": {"code": "idempotency_in_flight"}}'),
    ],
)  # fmt: skip
def test_an_answer_that_says_nothing_is_silence_not_a_no(through, status, body) -> None:
    provider = through("http://x", transport=httpx.MockTransport(lambda _: httpx.Response(status, content=body)))
    with pytest.raises(ProviderSilent):
        opened(provider)
    with pytest.raises(ProviderSilent):
        provider.payout(payout_id="po_1")
    with pytest.raises(ProviderSilent):
        provider.refund(key="k", intent_id="pi_1", amount=YUAN, reason="r")
