"""What every payment provider must do, asked of each of them in the same words."""

from datetime import UTC, datetime, timedelta

import pytest

from entrepot.kernel.money import Money
from entrepot.payments.terms import (
    ChargebackStatus,
    EvidenceFile,
    IntentStatus,
    ProviderRefused,
    ProviderSilent,
    TransitStatus,
)
from tests.payments.sandbox import Desk
from tests.payments.stripe_desk import StripeDesk

YUAN, DOLLARS = Money(12_345, "CNY"), Money(50_00, "USD")
PAPER = EvidenceFile("shipping", "waybill.pdf", "application/pdf", b"%PDF-1.7")


@pytest.fixture(params=["sandbox", "stripe"])
def desk(request, tmp_path):
    desk = Desk(tmp_path) if request.param == "sandbox" else StripeDesk(tmp_path)
    yield desk
    desk.close()


def opened(desk, key="pay_1", amount=YUAN, **more):
    asked = {"return_url": "http://m.example/back", "description": "ord_1", "locale": "zh-hans", **more}
    return desk.provider.open_intent(key=key, amount=amount, **asked)


def paid(desk, key="pay_1", amount=YUAN, card="good", **more):
    intent = opened(desk, key, amount, **more)
    desk.pay(intent.id, card)
    return desk.provider.intent(intent_id=intent.id)


def refused(call, **asked):
    with pytest.raises(ProviderRefused) as refusal:
        call(**asked)
    return refusal.value.facts["reason"]


def test_a_payment_is_opened_declined_and_paid(desk) -> None:
    intent = opened(desk)
    assert (intent.status, intent.amount, intent.reference) == (IntentStatus.REQUIRES_CARD, YUAN, "pay_1")
    assert opened(desk) == intent
    assert intent.pay_url
    assert refused(opened, desk=desk, amount=Money(1, "CNY")) == "idempotency_key_reused"

    desk.pay(intent.id, "bad")
    assert desk.provider.intent(intent_id=intent.id).status is IntentStatus.DECLINED
    desk.pay(intent.id)
    now = desk.provider.intent(intent_id=intent.id)
    assert (now.status, now.captured, now.reference) == (IntentStatus.SUCCEEDED, YUAN, "pay_1")
    assert desk.provider.cancel_intent(key="c", intent_id=intent.id).status is IntentStatus.SUCCEEDED


def test_money_goes_back_in_parts_until_nothing_is_left(desk) -> None:
    intent = paid(desk)
    some = {"intent_id": intent.id, "amount": Money(5_000, "CNY"), "reason": "return"}
    first = desk.provider.refund(key="rfd_1", **some)
    assert first == desk.provider.refund(key="rfd_1", **some)
    assert first.amount == Money(5_000, "CNY")
    desk.provider.refund(key="rfd_2", **some)
    left = Money(2_345, "CNY")
    assert refused(desk.provider.refund, key="rfd_3", **some) in {"refund_exceeds_captured", "bad_amount"}
    desk.provider.refund(key="rfd_4", **{**some, "amount": left})
    assert refused(desk.provider.refund, key="rfd_5", **some) == "refund_exceeds_captured"
    assert desk.taken() == {"CNY": 0}


def test_authorised_money_is_taken_in_part_once_or_given_free(desk) -> None:
    intent = paid(desk, manual=True)
    assert (intent.status, intent.captured) == (IntentStatus.AUTHORISED, None)
    assert refused(desk.provider.refund, key="r", intent_id=intent.id, amount=YUAN, reason="x") == "not_captured"
    part = Money(10_000, "CNY")
    taken = desk.provider.capture_intent(key="pay_1/capture", intent_id=intent.id, amount=part)
    assert (taken.status, taken.amount, taken.captured) == (IntentStatus.SUCCEEDED, YUAN, part)
    assert desk.provider.capture_intent(key="pay_1/capture", intent_id=intent.id, amount=part) == taken
    assert desk.provider.capture_intent(key="other", intent_id=intent.id, amount=YUAN) == taken
    assert desk.taken() == {"CNY": 10_000}

    void = paid(desk, "pay_2", manual=True)
    for _ in range(2):
        assert desk.provider.cancel_intent(key="pay_2/c", intent_id=void.id).status is IntentStatus.CANCELLED
    answer = desk.provider.capture_intent(key="pay_2/capture", intent_id=void.id, amount=YUAN)
    assert answer.status is IntentStatus.CANCELLED
    unpaid = opened(desk, "pay_3")
    assert desk.provider.cancel_intent(key="pay_3/c", intent_id=unpaid.id).status is IntentStatus.CANCELLED
    assert desk.taken() == {"CNY": 10_000}


def test_a_payout_arrives_fails_or_comes_back(desk) -> None:
    desk.fund(20_000, "USD")
    one = desk.provider.send_payout(key="pyt_1", amount=DOLLARS, destination=desk.destination)
    assert (one.status, one.amount, one.reference) == (TransitStatus.IN_TRANSIT, DOLLARS, "pyt_1")
    assert desk.provider.send_payout(key="pyt_1", amount=DOLLARS, destination=desk.destination).id == one.id
    failing = desk.provider.send_payout(key="pyt_2", amount=DOLLARS, destination=desk.closed)
    back = desk.provider.send_payout(key="pyt_3", amount=DOLLARS, destination=desk.returning)
    desk.wait()
    assert desk.provider.payout(payout_id=one.id).status is TransitStatus.PAID
    for each, key in ((failing, "pyt_2"), (back, "pyt_3")):
        desk.wait()
        known = desk.provider.payout(payout_id=each.id)
        assert (known.status, known.reason) == (TransitStatus.FAILED, "account_closed")
        for _ in range(2):
            desk.provider.recall_payout(key=key, payout_id=each.id)
    if isinstance(desk, StripeDesk):
        assert desk.party.api.balance("usd") == 15_000
        assert refused(desk.provider.send_payout, key="p", amount=DOLLARS, destination="DE0212") == "bad_destination"
    kinds = [message.body for message in desk.provider.messages(since=datetime.now(UTC) - timedelta(hours=1))]
    assert any(b"payout.paid" in body for body in kinds)


@pytest.mark.parametrize(("words", "ends"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_a_chargeback_is_answered_and_ruled(desk, words, ends) -> None:
    intent = paid(desk)
    key = desk.dispute(intent.id)
    case = desk.provider.chargeback(chargeback_id=key)
    assert (case.status, case.amount, case.taken) == (ChargebackStatus.NEEDS_RESPONSE, YUAN, True)
    assert (case.reference, case.fee, case.fee_back.minor) == ("pay_1", Money(1_500, "CNY"), 0)
    assert case.due_by
    assert case.due_by > datetime.now(UTC)
    assert refused(desk.provider.refund, key="r", intent_id=intent.id, amount=YUAN, reason="x") == "disputed"
    answer = {"chargeback_id": key, "text": f"Delivered. {words}", "files": [PAPER]}
    handed = desk.provider.answer_chargeback(key="cbk_1", **answer)
    assert handed.status is ChargebackStatus.UNDER_REVIEW
    assert desk.provider.answer_chargeback(key="cbk_1", **answer) == handed
    desk.wait()
    assert desk.provider.chargeback(chargeback_id=key).status == ends
    assert any(key.encode() in m.body for m in desk.provider.messages(since=datetime.now(UTC) - timedelta(hours=1)))


@pytest.mark.parametrize("fault", ["lost", "500"])
def test_what_got_lost_is_asked_again_and_happens_once(desk, fault) -> None:
    """Every write, its answer lost or broken down before it began: silence first, then the one effect."""

    def twice(call):
        desk.faults = [fault]
        with pytest.raises(ProviderSilent):
            call()
        desk.faults = []
        return call()

    desk.fund(10_000, "USD")
    intent = twice(lambda: opened(desk, manual=True))
    desk.pay(intent.id)
    provider, part = desk.provider, Money(10_000, "CNY")
    try:
        twice(lambda: provider.capture_intent(key="c", intent_id=intent.id, amount=part))
    finally:
        assert provider.intent(intent_id=intent.id).captured == part
    twice(lambda: provider.refund(key="rfd_1", intent_id=intent.id, amount=Money(1, "CNY"), reason="r"))
    assert desk.taken() == {"CNY": 9_999}
    twice(lambda: provider.send_payout(key="pyt_1", amount=DOLLARS, destination=desk.destination))
    assert desk.sent() == 1
    key = desk.dispute(intent.id)
    twice(lambda: provider.answer_chargeback(key="cbk", chargeback_id=key, text="It arrived.", files=[]))


def test_nobody_there_is_silence(desk) -> None:
    desk.silent = True
    for call in (
        lambda: opened(desk), lambda: desk.provider.intent(intent_id="x"), lambda: desk.provider.payout(payout_id="a/b"),
        lambda: desk.provider.chargeback(chargeback_id="x"),
    ):  # fmt: skip
        with pytest.raises(ProviderSilent):
            call()


def test_stripes_own_sdk_asks_again_under_the_same_key(tmp_path) -> None:
    desk = StripeDesk(tmp_path, retries=1)
    desk.faults = ["lost"]
    assert opened(desk).status is IntentStatus.REQUIRES_CARD
    assert len(desk.store.things(kind="checkout.session")) == 1
    # After a day Stripe has forgotten the key; what was done is still found.
    intent = paid(desk, "pay_2")
    some = {"intent_id": intent.id, "amount": Money(1, "CNY"), "reason": "r"}
    first = desk.provider.refund(key="rfd_1", **some)
    desk.store._db.execute("DELETE FROM answers")
    assert desk.provider.refund(key="rfd_1", **some) == first
    desk.close()
