"""The payment provider as its client sees it: over HTTP, with a process that may be killed."""

import itertools
import signal
from datetime import UTC, datetime
from threading import Thread

import httpx
import pytest

from entrepot_sandbox import card_page

from .conftest import wait_for

_keys = itertools.count()


def post(client, path, body, key=None, **headers):
    return client.post(path, json=body, headers={"Idempotency-Key": key or f"k{next(_keys)}", **headers})


def intent(client, **changed):
    body = {"amount": 12345, "currency": "CNY", "reference": "ord_1", "return_url": "https://m.example/back?x=1"}
    return post(client, "/v1/intents", {**body, "locale": "en", **changed}).json()


def pay(client, one, number="4242 4242 4242 4242", **changed):
    return client.post(f"/pay/{one['id']}", data={"number": number, "expiry": "12/39", "cvc": "123", **changed})


def status_of(client, one):
    return client.get(f"/v1/intents/{one['id']}").json()["status"]


def test_a_paid_intent_is_told_by_a_signed_webhook(party, market):
    with party("payments").client() as client:
        one = intent(client)
        assert one["status"] == "requires_card"
        back = pay(client, one)
        assert back.status_code == 303
        assert back.headers["Location"] == f"https://m.example/back?x=1&intent={one['id']}"
        assert status_of(client, one) == "succeeded"
    wait_for(lambda: market.taken)
    assert market.taken[0][1]["type"] == "intent.succeeded"
    assert market.taken[0][1]["data"]["reference"] == "ord_1"


def test_a_declined_card_may_be_followed_by_a_better_one(party, market):
    with party("payments").client() as client:
        one = intent(client)
        page = pay(client, one, "4000 0000 0000 0002")
        assert page.status_code == 402
        assert "was declined" in page.text
        assert status_of(client, one) == "declined"
        assert pay(client, one).status_code == 303
        assert status_of(client, one) == "succeeded"
    wait_for(lambda: {"intent.declined", "intent.succeeded"} <= set(market.kinds()))


def test_a_slow_card_settles_by_itself(party, market):
    with party("payments").client() as client:
        one = intent(client)
        assert pay(client, one, "4000000000000119").status_code == 303
        assert status_of(client, one) == "processing"
        wait_for(lambda: status_of(client, one) == "succeeded")
    wait_for(lambda: market.kinds() and market.kinds()[0] == "intent.succeeded")


def test_a_lost_reply_has_charged_once_and_its_news_comes_late(party, market):
    with party("payments", "--pace", "0.5").client() as client:
        one = intent(client)
        with pytest.raises(httpx.HTTPError):
            pay(client, one, "4000000000009995")
        assert status_of(client, one) == "succeeded"
        assert market.taken == []
        assert pay(client, one).status_code == 303
        wait_for(lambda: market.taken)
        assert set(market.kinds()) == {"intent.succeeded"}
        assert client.get("/v1/balance").json()["balances"]["CNY"]["captured"] == 12345


def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(party):
    with party("payments").client() as client:
        body = {"amount": 5, "currency": "USD", "reference": "r", "return_url": "http://m.example/"}
        first = post(client, "/v1/intents", body, "same")
        again = post(client, "/v1/intents", body, "same")
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        other = post(client, "/v1/intents", {**body, "amount": 6}, "same")
        assert (other.status_code, other.json()["error"]["code"]) == (400, "idempotency_key_reused")
        assert client.post("/v1/intents", json=body).json()["error"]["code"] == "idempotency_key_missing"


@pytest.mark.parametrize("fault", ["timeout", "reset-after"])
def test_an_ordered_fault_loses_the_reply_but_not_the_effect(party, fault):
    one = party("payments", "--fault-hold", "3")
    body = {"amount": 7, "currency": "CNY", "reference": "payout 1", "destination": "bank 1"}
    with one.client(timeout=0.5) as client:
        with pytest.raises(httpx.HTTPError):
            post(client, "/v1/payouts", body, "p1", **{"Sandbox-Fault": fault})
        answer = post(client, "/v1/payouts", body, "p1", **{"Sandbox-Fault": fault})
        assert answer.headers["Idempotent-Replayed"] == "true"
        assert client.get("/v1/balance").json()["balances"]["CNY"]["in_transit"] == 7


def test_an_ordered_breakdown_does_nothing_and_the_repeat_works(party):
    with party("payments").client() as client:
        body = {"amount": 7, "currency": "CNY", "reference": "p", "destination": "bank"}
        assert post(client, "/v1/payouts", body, "p", **{"Sandbox-Fault": "500"}).status_code == 500
        assert client.get("/v1/balance").json()["balances"] == {}
        assert post(client, "/v1/payouts", body, "p", **{"Sandbox-Fault": "500"}).status_code == 201


def test_refunds_never_exceed_what_was_captured(party, market):
    with party("payments").client() as client:
        one = intent(client)
        path = f"/v1/intents/{one['id']}/refunds"
        assert post(client, path, {"amount": 1, "reason": "early"}).status_code == 409
        pay(client, one)
        assert post(client, path, {"amount": 12000, "reason": "broken"}).json()["status"] == "succeeded"
        assert post(client, path, {"amount": 346, "reason": "x"}).json()["error"]["code"] == "refund_exceeds_captured"
        assert post(client, path, {"amount": 345, "reason": "rest"}).status_code == 201
    wait_for(lambda: market.kinds().count("refund.succeeded") >= 2)


def test_what_is_paid_cannot_be_cancelled_and_what_is_cancelled_cannot_be_paid(party):
    with party("payments").client() as client:
        paid, dropped = intent(client), intent(client)
        pay(client, paid)
        assert post(client, f"/v1/intents/{paid['id']}/cancel", {}).status_code == 409
        assert post(client, f"/v1/intents/{dropped['id']}/cancel", {}).json()["status"] == "cancelled"
        assert post(client, f"/v1/intents/{dropped['id']}/cancel", {}).json()["status"] == "cancelled"
        assert pay(client, dropped).status_code == 303
        assert status_of(client, dropped) == "cancelled"


def test_payouts_arrive_or_fail_after_a_while(party, market):
    with party("payments", "--pace", "0.3").client() as client:
        body = {"amount": 900, "currency": "USD", "reference": "p"}
        good = post(client, "/v1/payouts", {**body, "destination": "bank:1"}).json()
        bad = post(client, "/v1/payouts", {**body, "destination": "bank:fail"}).json()
        assert good["status"] == bad["status"] == "in_transit"
        wait_for(lambda: {"payout.paid", "payout.failed"} <= set(market.kinds()))
        assert client.get(f"/v1/payouts/{good['id']}").json()["status"] == "paid"
        assert client.get(f"/v1/payouts/{bad['id']}").json()["failure"] == "account_closed"


def test_news_not_taken_survives_a_kill_and_is_sent_on(party, market):
    process = party("payments")
    market.refuse = True
    with process.client() as client:
        one = intent(client)
        pay(client, one)
    wait_for(lambda: market.refused)
    process.end(signal.SIGKILL)
    market.refuse = False
    process.start()
    wait_for(lambda: market.taken)
    assert market.taken[0][1]["data"]["id"] == one["id"]


def test_a_payment_in_progress_survives_a_kill(party):
    process = party("payments")
    with process.client() as client:
        one = intent(client)
        pay(client, one, "4000000000000119")
    process.end(signal.SIGKILL)
    process.start()
    with process.client() as client:
        wait_for(lambda: status_of(client, one) == "succeeded")


def test_every_event_is_delivered_though_the_world_is_lossy(party, market):
    process = party("payments", "--lossy", "--seed", "7")
    with process.client() as client:
        ones = []
        for number in range(30):
            key = f"l{number}"
            body = {"amount": 5, "currency": "USD", "reference": f"r{number}", "return_url": "http://m.example/"}
            while len(ones) <= number:
                try:
                    ones.append(post(client, "/v1/intents", body, key).json())
                except httpx.HTTPError:
                    continue
            pay(client, ones[-1])
        wait_for(lambda: len({key for key, _ in market.taken}) == 30)
        events = client.get("/v1/events", params={"limit": 1000}).json()["data"]
    wait_for(lambda: len(market.taken) > 30)
    assert len({one["id"] for one in ones}) == 30
    assert {event["id"] for event in events} == {key for key, _ in market.taken}
    assert [event["id"] for event in events] != list(dict.fromkeys(key for key, _ in market.taken))


def test_events_are_paged_from_where_one_stopped(party):
    with party("payments").client() as client:
        for _ in range(3):
            pay(client, intent(client))
        first = client.get("/v1/events", params={"limit": 2}).json()
        rest = client.get("/v1/events", params={"after": first["data"][-1]["id"]}).json()
        assert first["has_more"]
        assert len(first["data"]) == 2
        assert len(rest["data"]) == 1
        assert client.get("/v1/events", params={"after": "evt_no"}).status_code == 404


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": 0}, "bad_amount"),
        ({"amount": "12"}, "bad_amount"),
        ({"amount": 1.5}, "bad_amount"),
        ({"currency": "yuan"}, "bad_currency"),
        ({"reference": ""}, "bad_reference"),
        ({"return_url": "javascript:alert(1)"}, "bad_return_url"),
    ],
)
def test_says_what_is_wrong_with_an_intent(party, changed, code):
    with party("payments").client() as client:
        body = {"amount": 1, "currency": "CNY", "reference": "r", "return_url": "http://m.example/"}
        answer = post(client, "/v1/intents", {**body, **changed})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


def test_a_stranger_is_turned_away(party):
    process = party("payments")
    assert httpx.get(f"{process.url}/v1/balance").status_code == 401
    assert httpx.get(f"{process.url}/v1/balance", headers={"Authorization": "Bearer no"}).status_code == 401


def test_the_card_page_speaks_chinese_and_never_runs_what_it_is_given(party):
    with party("payments").client() as client:
        one = intent(client, locale="zh-hans", description="<script>alert(1)</script>", reference="车厘子")
        page = client.get(f"/pay/{one['id']}")
        assert "银行卡支付" in page.text
        assert "¥123.45" in page.text
        assert "<script>alert" not in page.text
        wrong = pay(client, one, "4111111111111111")
        assert wrong.status_code == 422
        assert "请勿输入真实卡号" in wrong.text


def test_knows_a_card_that_cannot_be_one():
    today = datetime(2026, 11, 22, tzinfo=UTC).date()
    good = {"number": "4242 4242-4242 4242", "expiry": "11/26", "cvc": "123"}
    assert card_page.trouble_of(good, today=today) == {}
    assert card_page.trouble_of({**good, "expiry": "10/26"}, today=today) == {"expiry": "past"}
    assert card_page.trouble_of({"number": "4242424242424241", "expiry": "13/26", "cvc": "x"}, today=today) == {
        "number": "bad",
        "expiry": "bad",
        "cvc": "bad",
    }


def test_a_busy_port_and_a_busy_state_are_said(party):
    process = party("payments")
    second = party("payments", start=False)
    second.port = process.port
    second.state = process.state.with_name("other.sqlite3")
    second.launch()
    code, _, said = second.ended()
    assert (code, said.decode()) == (
        1,
        f"Port {process.port} is taken. Stop what uses it, or give another --port.\n",
    )
    third = party("payments", start=False)
    third.launch()
    code, _, said = third.ended()
    assert code == 1
    assert "Another sandbox works on" in said.decode()


def test_ends_cleanly_when_asked(party):
    code, _, said = party("payments").end()
    assert (code, said) == (0, b"")


def test_a_second_request_under_a_key_that_is_still_running_waits_its_turn(party):
    process = party("payments")
    body = {"amount": 3, "currency": "USD", "reference": "r", "return_url": "http://m.example/"}
    answers = []

    def ask():
        with process.client() as client:
            answers.append(post(client, "/v1/intents", body, "race"))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1


def test_the_key_is_the_one_of_the_markets_environment(party, monkeypatch):
    monkeypatch.setenv("ENTREPOT_PAYMENT_API_KEY", "sk_of_this_market")
    started = party("payments")
    for key, status in (("sk_sandbox_entrepot", 401), ("sk_of_this_market", 200)):
        answer = httpx.get(f"{started.url}/v1/balance", headers={"Authorization": f"Bearer {key}"}, timeout=5)
        assert answer.status_code == status
