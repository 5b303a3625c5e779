"""The same sale, payout and refund at the sandbox and at Stripe's double: whatever befalls, both sides end alike."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from entrepot.channels import queries as channels
from entrepot.channels.services import set_channel
from entrepot.flows.answer_authorised import answer_authorised
from entrepot.flows.open_payout import open_payout
from entrepot.jobs import chargebacks
from entrepot.jobs import payments as jobs
from entrepot.jobs.audit import CHECKS, audited
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.orders.terms import Stage
from entrepot.orders.terms import State as OrderState
from entrepot.parties.services import save_bank_account
from entrepot.payments import queries
from entrepot.payments.rules import check_answerable
from entrepot.payments.services import connect_account
from entrepot.payments.terms import PayoutState, ProviderSilent, State, Verdict, WrongMoment
from entrepot_sandbox import signatures
from tests.flows import make
from tests.jobs.desk import end_of, hear, opened, work_off
from tests.parties import make as parties
from tests.payments import make as payment_make
from tests.payments.make import AT, SECRET
from tests.payments.sandbox import Desk
from tests.payments.stripe_desk import BANKS, StripeDesk

pytestmark = pytest.mark.django_db
ORDERS = {"orders.stages", "orders.holds", "orders.money", "orders.stock", "payments.allocated"}
AREAS = {"ledger", "holds", "refunds", "payouts", "chargebacks"}
SOUND = [one for one in CHECKS if one.name in ORDERS or one.name.split(".")[0] in AREAS]


@pytest.fixture(params=["sandbox", "stripe"])
def desk(request, tmp_path, monkeypatch, settings):
    desk = Desk(tmp_path) if request.param == "sandbox" else StripeDesk(tmp_path)
    for one in (jobs, chargebacks):
        monkeypatch.setattr(one, "provider", lambda: desk.provider)
    settings.PAYMENT_PROVIDER, settings.PAYMENT_WEBHOOK_SECRET = request.param, SECRET
    yield desk
    desk.close()


@pytest.fixture
def careful():
    """The mall takes shoppers' money only when its merchants have agreed."""
    mall = next(one for one in channels.channels() if one.slug == "mall")
    set_channel(channel=replace(mall, authorise_first=True), valid_from=date(2025, 1, 1))
    yield
    channels.forget()


def clean():
    found = audited(checks=SOUND, at=AT, patience=timedelta(days=9000))
    assert {one.check.name: one.offenders for one in found if not one.clean} == {}


def answered_after_faults(desk, call):
    """The call, its answer lost first, then broken down, then silent, as jobs do it again: in the end it goes through."""
    for fault in ("lost", "500", "silent"):
        desk.faults, desk.silent = [fault] * 3 if fault != "silent" else [], fault == "silent"
        try:
            call()
        except ProviderSilent:
            pass
        desk.faults, desk.silent = [], False
    call()


def merchant_at(desk, kind="destination"):
    """A merchant with money, and with an account of this kind at the provider."""
    merchant_id = payment_make.merchant_with_money(5_000)
    desk.fund(5_000, "USD")
    if isinstance(desk, Desk):
        save_bank_account(
            viewer=parties.merchant_viewer(merchant_id=merchant_id), merchant_id=merchant_id, number=BANKS[kind], at=AT,
            holder="Orchards", country="US", bank_code="021000021",
        )  # fmt: skip
    else:
        connect_account(merchant_id=merchant_id, account_id=getattr(desk, kind), at=AT)
    return merchant_id


def payout_of(merchant_id):
    ref = open_payout(merchant_id=merchant_id, currency="USD", key="k", at=AT)
    viewer = parties.merchant_viewer(merchant_id=merchant_id)
    return queries.payout(viewer=viewer, merchant_id=merchant_id, ref=ref)


def available(merchant_id):
    return ledger.balance(kind=Kind.MERCHANT_AVAILABLE, subject=merchant_id, currency="USD").available.minor


def test_a_sale_its_late_twin_and_a_payout_survive_every_fault_and_happen_once(desk) -> None:
    sale, late = make.sale(page=False), make.sale(page=False)
    for each in (sale, late):
        answered_after_faults(desk, lambda each=each: jobs.open_intent(payment_id=each.payment_id))
        answered_after_faults(desk, lambda each=each: jobs.check_payment(payment_id=each.payment_id))
        desk.pay(each.payment().intent_id)
    late.cancel()
    hear([*reversed(desk.signed()), *desk.signed()])
    for _ in range(2):
        answered_after_faults(desk, lambda: jobs.check_payment(payment_id=late.payment_id))
    assert end_of(sale) == (State.CAPTURED, OrderState.PAID)
    assert end_of(late) == (State.RETURNED, OrderState.CANCELLED)
    assert desk.taken() == {"CNY": sale.total.minor}

    merchant_id = merchant_at(desk)
    payout = payout_of(merchant_id)
    send = {"payout_id": payout.id, "merchant_id": merchant_id}
    answered_after_faults(desk, lambda: jobs.send_payout(**send))
    desk.wait()
    answered_after_faults(desk, lambda: jobs.check_payout(**send))
    assert (payout_of(merchant_id).state, desk.sent()) == (PayoutState.PAID, 1)
    clean()


def test_a_payout_that_fails_or_comes_back_is_the_merchants_again(desk) -> None:
    for kind, ends in (("closed", PayoutState.FAILED), ("returning", PayoutState.RETURNED)):
        merchant_id = merchant_at(desk, kind)
        payout = payout_of(merchant_id)
        work_off()
        for _ in range(4):
            ring_once(desk, payout_of(merchant_id))
            jobs.check_payout(payout_id=payout.id, merchant_id=merchant_id)
        hear([*reversed(desk.signed()), *desk.signed()])
        assert payout_of(merchant_id).state is ends
        assert available(merchant_id) == 5_000
    if isinstance(desk, StripeDesk):
        assert desk.party.api.balance("usd") == 10_000
        # Who has no account at Stripe is refused there, and has the money again.
        nobody = payment_make.merchant_with_money(700)
        payout_of(nobody)
        work_off()
        assert (payout_of(nobody).state, available(nobody)) == (PayoutState.FAILED, 700)
    clean()


def ring_once(desk, payout):
    """One step of a payout at the provider; news of it may be heard between the steps."""
    with desk.store.transaction():
        if isinstance(desk, StripeDesk):
            desk.party.api.step_payout(payout.provider_id.partition("/")[2])
        else:
            due = desk.store.due_timer()
            if due:
                desk.store.timer_done(due[0])
                desk.party.ring(due[1], due[2])


def test_what_a_merchant_cannot_supply_is_never_taken(desk, careful) -> None:
    sale = opened(merchants=2)
    desk.pay(sale.payment().intent_id)
    hear(desk.signed())
    assert end_of(sale) == (State.AUTHORISED, OrderState.PLACED)
    assert (desk.taken().get("CNY", 0), ledger.trial_balance()) == (0, ())
    kept, dropped = sale.order().consignments
    for part, verdict in ((dropped, Verdict.DROPPED), (kept, Verdict.AGREED), (dropped, Verdict.AGREED)):
        viewer = parties.merchant_viewer(merchant_id=part.merchant_id)
        answer_authorised(viewer=viewer, consignment_ref=part.ref, verdict=verdict, at=AT)
    clean()
    # Once the provider may have been asked, nobody changes what is due any more.
    desk.silent = True
    with pytest.raises(ProviderSilent):
        jobs.capture(payment_id=sale.payment_id)
    desk.silent = False
    promise = queries.authorisation(payment_id=sale.payment_id, shopper_id=sale.shopper_id)
    assert promise
    assert promise.taking_at
    with pytest.raises(WrongMoment):
        check_answerable(payment=sale.payment(), promise=promise)
    answered_after_faults(desk, lambda: jobs.capture(payment_id=sale.payment_id))
    work_off()
    hear([*reversed(desk.signed()), *desk.signed()])
    assert end_of(sale) == (State.CAPTURED, OrderState.PAID)
    assert desk.taken() == {"CNY": kept.amounts.total.minor}
    stages = [one.stage for one in sale.order().consignments]
    assert stages == [Stage.PAID, Stage.CANCELLED]
    clean()
    plain = opened()
    (part,) = plain.order().consignments
    with pytest.raises(WrongMoment):
        answer_authorised(viewer=parties.operator(), consignment_ref=part.ref, verdict=Verdict.DROPPED, at=AT)


def test_a_promise_nobody_answers_is_taken_in_time_and_one_all_drop_is_given_free(desk, careful) -> None:
    silent, none, given_up = (opened() for _ in range(3))
    for sale in (silent, none, given_up):
        desk.pay(sale.payment().intent_id)
    given_up.cancel()
    hear(desk.signed())
    (part,) = none.order().consignments
    viewer = parties.merchant_viewer(merchant_id=part.merchant_id)
    answer_authorised(viewer=viewer, consignment_ref=part.ref, verdict=Verdict.DROPPED, at=AT)
    work_off()
    jobs.check_payment(payment_id=silent.payment_id)
    hear(desk.signed())
    assert end_of(silent) == (State.CAPTURED, OrderState.PAID)
    for sale in (none, given_up):
        assert end_of(sale) == (State.CANCELLED, OrderState.CANCELLED)
        assert desk.provider.intent(intent_id=sale.payment().intent_id).status == "cancelled"
    assert desk.taken() == {"CNY": silent.total.minor}
    clean()


def test_stripes_messages_settle_in_their_own_request_and_prove_themselves(tmp_path, monkeypatch, settings) -> None:
    settings.PAYMENT_PROVIDER, settings.PAYMENT_WEBHOOK_SECRET = "stripe", f"whsec_other,{SECRET}"
    desk = StripeDesk(tmp_path)
    for one in (jobs, chargebacks):
        monkeypatch.setattr(one, "provider", lambda: desk.provider)
    sale = opened()
    desk.pay(sale.payment().intent_id)
    key, body = next(one for one in desk.messages() if b"checkout.session.completed" in one[1])

    def told(secret=SECRET, late=0, url="/webhooks/stripe", extra=b""):
        moment = datetime.now(UTC) - timedelta(seconds=late)
        headers = dict(signatures.stripe(secret, set())(key, moment, body))
        return Client().post(url, body + extra, content_type="application/json", headers=headers).status_code

    assert [told("whsec_wrong"), told(late=301), told(extra=b" "), told(late=-301)] == [401] * 4
    assert told(url="/webhooks/payments") == 404
    assert end_of(sale) == (State.AWAITING, OrderState.PLACED)
    assert [told(), told(late=250)] == [202, 202]
    assert end_of(sale) == (State.CAPTURED, OrderState.PAID)
    # In any order, with a chargeback that came before its payment's own news.
    other = opened()
    desk.pay(other.payment().intent_id)
    desk.dispute(other.payment().intent_id)
    hear(reversed(desk.signed()))
    assert end_of(other) == (State.CAPTURED, OrderState.PAID)
    cny = Money(other.total.minor, "CNY")
    assert ledger.balance(kind=Kind.PSP_DISPUTED, subject=0, currency="CNY").posted == -cny
    clean()
    desk.close()
