"""A merchant's money on its way to the bank: set aside, sent, arrived or come back."""

import pytest

from entrepot.flows.fail_payout import fail_payout
from entrepot.flows.open_payout import open_payout
from entrepot.flows.settle_payout import settle_payout
from entrepot.kernel.errors import Refused
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import About, Kind
from entrepot.parties.terms import NotYours
from entrepot.payments import queries
from entrepot.payments.services import record_sending
from entrepot.payments.terms import (
    AccountMissing,
    AmountDiffers,
    MerchantMoney,
    NothingAvailable,
    NotVerified,
    PayoutKeyReused,
    PayoutState,
    PayoutUnknown,
    ProviderPayout,
    TransitStatus,
    WrongMoment,
)
from tests.parties import make as parties
from tests.payments import make
from tests.payments.make import AT

pytestmark = pytest.mark.django_db


def usd(minor):
    return Money(minor, "USD")


def opened(merchant_id, key="k1", currency="USD"):
    ref = open_payout(merchant_id=merchant_id, currency=currency, key=key, at=AT)
    return queries.payout(viewer=parties.merchant_viewer(merchant_id=merchant_id), merchant_id=merchant_id, ref=ref)


def money(merchant_id):
    return queries.money_of(viewer=parties.merchant_viewer(merchant_id=merchant_id), merchant_id=merchant_id)


def standing(**minors):
    names = ("held", "available", "in_transit", "paid_out", "pending", "reserve", "owed")
    return MerchantMoney(**{name: usd(minors.get(name, 0)) for name in names})


def settle(payout, minor=5_000, provider_id="po_1"):
    settle_payout(
        payout_id=payout.id, merchant_id=payout.merchant_id, proof=make.proof(minor, "USD", provider_id), at=AT
    )


def fail(payout, reason="account_closed"):
    fail_payout(
        payout_id=payout.id,
        merchant_id=payout.merchant_id,
        proof=make.proof(5_000, "USD", "po_1"),
        reason=reason,
        at=AT,
    )


def test_all_that_is_available_is_set_aside_and_sent_by_a_job(django_assert_num_queries) -> None:
    merchant_id = make.merchant_with_money(5_000)
    with django_assert_num_queries(19 + 2):  # and the savepoint of a flow inside a test
        ref = open_payout(merchant_id=merchant_id, currency="USD", key="k1", at=AT)
    with django_assert_num_queries(2 + 2):
        assert open_payout(merchant_id=merchant_id, currency="USD", key="k1", at=AT) == ref
    payout = opened(merchant_id)
    assert (payout.ref, payout.amount, payout.state) == (ref, usd(5_000), PayoutState.OPEN)
    assert money(merchant_id) == (standing(in_transit=5_000),)
    assert make.jobs() == [("payments.send_payout", {"payout_id": payout.id, "merchant_id": merchant_id})]


def test_the_same_key_gives_the_same_payout() -> None:
    merchant_id = make.merchant_with_money(5_000)
    first = opened(merchant_id)
    make.give(merchant_id, 700)
    assert opened(merchant_id) == first
    assert len(make.jobs()) == 1
    with pytest.raises(PayoutKeyReused):
        open_payout(merchant_id=merchant_id, currency="CNY", key="k1", at=AT)
    assert opened(merchant_id, key="k2").amount == usd(700)


@pytest.mark.parametrize(
    ("minor", "verified", "account", "currency", "refusal"),
    [
        (0, True, True, "USD", NothingAvailable),
        (5_000, True, True, "CNY", NothingAvailable),
        (5_000, False, True, "USD", NotVerified),
        (5_000, True, False, "USD", AccountMissing),
    ],
)
def test_a_refused_payout_changes_nothing(minor, verified, account, currency, refusal) -> None:
    merchant_id = make.merchant_with_money(minor or 1, verified=verified, account=account)
    if not minor:
        open_payout(merchant_id=merchant_id, currency="USD", key="all", at=AT)
        make.forget_jobs()
    before = ledger.accounts()
    with pytest.raises(refusal):
        open_payout(merchant_id=merchant_id, currency=currency, key="k1", at=AT)
    assert ledger.accounts() == before
    assert make.jobs() == []
    assert queries.payout_by_key(merchant_id=merchant_id, key="k1") is None


def test_money_that_arrived_is_paid_out(django_assert_num_queries) -> None:
    merchant_id = make.merchant_with_money(5_000)
    payout = opened(merchant_id)
    with django_assert_num_queries(5 + 2):
        settle(payout)
    with django_assert_num_queries(2 + 2):
        settle(payout)
    assert opened(merchant_id).state is PayoutState.PAID
    assert money(merchant_id) == (standing(paid_out=5_000),)
    assert len(ledger.transfers_of(about=About(payout_id=payout.id))) == 1
    assert ledger.balance(kind=Kind.PSP_RECEIVABLE, currency="USD").posted == usd(0)
    with pytest.raises(WrongMoment):
        fail(payout)
    assert ledger.drift() == ()


def test_money_that_came_back_is_available_again(django_assert_num_queries) -> None:
    merchant_id = make.merchant_with_money(5_000)
    payout = opened(merchant_id)
    with django_assert_num_queries(5 + 2):
        fail(payout)
    with django_assert_num_queries(2 + 2):
        fail(payout)
    again = opened(merchant_id)
    assert (again.state, again.reason) == (PayoutState.FAILED, "account_closed")
    assert money(merchant_id) == (standing(available=5_000),)
    with pytest.raises(WrongMoment):
        settle(payout)
    assert opened(merchant_id, key="k2").amount == usd(5_000)


def test_another_amount_than_was_sent_is_refused_and_changes_nothing() -> None:
    merchant_id = make.merchant_with_money(5_000)
    payout = opened(merchant_id)
    before = ledger.accounts()
    with pytest.raises(AmountDiffers):
        settle(payout, minor=4_999)
    assert opened(merchant_id).state is PayoutState.OPEN
    assert ledger.accounts() == before


def test_what_the_provider_has_in_hand_is_sent() -> None:
    merchant_id = make.merchant_with_money(5_000)
    payout = opened(merchant_id)
    answer = ProviderPayout("po_1", TransitStatus.IN_TRANSIT, usd(5_000), payout.ref)
    record_sending(payout=payout, answer=answer, at=AT)
    record_sending(payout=payout, answer=answer, at=AT)
    sent = opened(merchant_id)
    assert (sent.state, sent.provider_id, sent.sent_at) == (PayoutState.SENT, "po_1", AT)
    settle(sent)
    record_sending(payout=payout, answer=answer, at=AT)
    assert opened(merchant_id).state is PayoutState.PAID


def test_a_payout_is_seen_by_its_merchants_team_only() -> None:
    merchant_id, other = make.merchant_with_money(5_000), parties.merchant()
    payout = opened(merchant_id)
    stranger = parties.merchant_viewer(merchant_id=other)
    for look in (
        lambda: queries.payout(viewer=stranger, merchant_id=merchant_id, ref=payout.ref),
        lambda: queries.payouts_of(viewer=stranger, merchant_id=merchant_id),
        lambda: queries.money_of(viewer=stranger, merchant_id=merchant_id),
        lambda: queries.holds_of(viewer=stranger, merchant_id=merchant_id),
    ):
        with pytest.raises(NotYours):
            look()
    with pytest.raises(PayoutUnknown):
        queries.payout(viewer=stranger, merchant_id=other, ref=payout.ref)
    mine = parties.merchant_viewer(merchant_id=merchant_id)
    assert queries.payouts_of(viewer=mine, merchant_id=merchant_id) == (payout,)
    assert queries.payouts_of(viewer=mine, merchant_id=merchant_id, after=payout.id) == ()
    assert queries.payout_at_provider(provider_id="po_1", reference=payout.ref) == payout
    assert queries.payout_at_provider(provider_id="po_1", reference="pyt_0") is None


def test_every_refusal_says_what_to_do() -> None:
    for refusal in (NothingAvailable, NotVerified, PayoutKeyReused, AmountDiffers, WrongMoment):
        assert issubclass(refusal, Refused)
        assert refusal.remedy
