"""A payout at our side and at the provider's, whatever is lost or refused between them."""

import pytest

from entrepot.flows.open_payout import open_payout
from entrepot.flows.open_payout_run import open_payout_run
from entrepot.jobs import payments as jobs
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.parties.services import save_bank_account
from entrepot.payments import queries
from entrepot.payments.terms import PayoutState, ProviderSilent, Scope, Way
from tests.jobs.desk import hear, work_off
from tests.parties import make as parties
from tests.payments import make as payment_make
from tests.payments.make import AT

pytestmark = pytest.mark.django_db


def payout_of(merchant_id):
    ref = open_payout(merchant_id=merchant_id, currency="USD", key="k", at=AT)
    viewer = parties.merchant_viewer(merchant_id=merchant_id)
    return queries.payout(viewer=viewer, merchant_id=merchant_id, ref=ref)


def test_the_provider_is_told_the_account_of_the_moment_the_payout_was_opened(desk) -> None:
    merchant_id = payment_make.merchant_with_money(5_000)
    owner = parties.merchant_viewer(merchant_id=merchant_id)
    account = {"holder": "Columbia Orchards", "country": "US", "bank_code": "021000021"}
    save_bank_account(viewer=owner, merchant_id=merchant_id, number="1234567890", at=AT, **account)
    payout = payout_of(merchant_id)
    save_bank_account(viewer=owner, merchant_id=merchant_id, number="9999999999", at=AT, **account)
    assert payout.destination.startswith("bnk_")
    jobs.send_payout(payout_id=payout.id, merchant_id=merchant_id)
    (sent,) = desk.store.things(kind="payout")
    assert sent["destination"] == "US/021000021/1234567890"


@pytest.mark.parametrize("heard", ["by message", "by asking"])
def test_a_payout_arrives(desk, heard) -> None:
    merchant_id = payment_make.merchant_with_money(5_000)
    payout_of(merchant_id)
    desk.loses_replies = True
    with pytest.raises(ProviderSilent):
        work_off()
    desk.loses_replies = False
    work_off()
    work_off()
    payout = payout_of(merchant_id)
    assert (payout.state, len(desk.store.things(kind="payout"))) == (PayoutState.SENT, 1)
    desk.wait()
    if heard == "by message":
        hear(desk.signed() * 2)
    else:
        for _ in range(2):
            jobs.check_payout(payout_id=payout.id, merchant_id=merchant_id)
    assert payout_of(merchant_id).state is PayoutState.PAID
    assert desk.balances()["USD"]["paid_out"] == 5_000
    assert ledger.drift() == ()


def test_a_payout_that_the_bank_refuses_comes_back(desk) -> None:
    merchant_id = payment_make.merchant_with_money(5_000)
    payout = payout_of(merchant_id)
    from entrepot.payments.models import PayoutRow

    PayoutRow.objects.filter(merchant_id=merchant_id, id=payout.id).update(destination="fail")
    work_off()
    desk.wait()
    hear(desk.signed())
    back = payout_of(merchant_id)
    assert (back.state, back.reason) == (PayoutState.FAILED, "account_closed")
    assert ledger.subjects_with_money(kind=Kind.MERCHANT_AVAILABLE) == ((merchant_id, "USD", payout.amount),)


def test_a_payout_that_the_provider_does_not_take_comes_back(desk) -> None:
    merchant_id = payment_make.merchant_with_money(5_000)
    payout = payout_of(merchant_id)
    from entrepot.payments.models import PayoutRow

    PayoutRow.objects.filter(merchant_id=merchant_id, id=payout.id).update(destination=" ")
    work_off()
    back = payout_of(merchant_id)
    assert (back.state, back.reason) == (PayoutState.FAILED, "bad_destination")


def test_a_payout_nobody_answers_for_is_asked_about_again(desk) -> None:
    merchant_id = payment_make.merchant_with_money(5_000)
    payout = payout_of(merchant_id)
    desk.silent = True
    jobs.check_payout(payout_id=payout.id, merchant_id=merchant_id)
    assert payout_of(merchant_id).state is PayoutState.OPEN
    desk.silent = False
    jobs.check_payout(payout_id=payout.id, merchant_id=merchant_id)
    assert payout_of(merchant_id).state is PayoutState.SENT


def test_what_a_run_set_aside_is_sent_by_a_job_that_may_run_twice(desk) -> None:
    merchants = [payment_make.merchant_with_money(5_000 + n) for n in range(2)]
    made = open_payout_run(day=AT.date(), way=Way.PROVIDER, scope=Scope.ALL, key="k", at=AT)
    desk.loses_replies = True
    with pytest.raises(ProviderSilent):
        jobs.send_run(run_id=made.id)
    desk.loses_replies = False
    for _ in range(2):
        jobs.send_run(run_id=made.id)
    sent = desk.store.things(kind="payout")
    assert sorted(one["amount"] for one in sent) == [5_000, 5_001]
    desk.wait()
    hear(desk.signed())
    assert {one.state for one in queries.run_payouts(viewer=parties.operator(), run_id=made.id)} == {PayoutState.PAID}
    assert desk.balances()["USD"]["paid_out"] == 10_001
    assert len(merchants) == made.paid
