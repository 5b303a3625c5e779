"""Talking to the payment provider: opening, asking, cancelling, refunding, paying out, and acting on its messages.

Every job may run twice and be killed anywhere: it asks the provider under the same key again, and the flow that records
the answer does nothing the second time.
"""

from contextlib import suppress
from typing import Final

from django.conf import settings
from django.db import OperationalError
from django.urls import reverse
from django.utils import translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from entrepot.base import clock
from entrepot.channels import queries as channels
from entrepot.flows.authorise_payment import authorise_payment
from entrepot.flows.collect_payment import collect_payment
from entrepot.flows.fail_payment import fail_payment
from entrepot.flows.fail_payout import fail_payout
from entrepot.flows.return_payout import return_payout
from entrepot.flows.settle_payment import settle_payment
from entrepot.flows.settle_payout import settle_payout
from entrepot.flows.settle_refund import settle_refund
from entrepot.jobs.chargebacks import bring_chargeback_up_to_date
from entrepot.kernel.errors import Refused
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.payments import queries
from entrepot.payments.adapters import provider
from entrepot.payments.rules import SETTLED
from entrepot.payments.services import (
    begin_authorising,
    begin_opening,
    begin_taking,
    claim_payment_polls,
    claim_payout_polls,
    finish_event,
    flag_payment,
    note_try,
    record_closed,
    record_intent,
    record_sending,
)
from entrepot.payments.terms import (
    IntentStatus,
    Outcome,
    Payment,
    Payout,
    PayoutState,
    ProviderEvent,
    ProviderIntent,
    ProviderPayout,
    ProviderProof,
    ProviderRefused,
    ProviderSilent,
    RefundState,
    State,
    TransitStatus,
)

# After these the polls take over, so nothing is given up; it only waits longer.
_RETRY: Final = RetryStrategy(max_attempts=6, exponential_wait=2, retry_exceptions={ProviderSilent, OperationalError})


@app.task(name="payments.open_intent", retry=_RETRY)
def open_intent(*, payment_id: int) -> None:
    """Have the provider open the page on which the shopper pays."""
    known = queries.payment_anywhere(payment_id=payment_id)
    with translation.override(known.language):
        back = settings.SITE_URL + reverse("order_return", args=[known.order_ref])
    asked = begin_opening(payment_id=payment_id, shopper_id=known.shopper_id, return_url=back)
    if asked is not None:
        if _authorises_first(asked):
            begin_authorising(payment=asked)
        _ask_for_page(asked)


def _authorises_first(payment: Payment) -> bool:
    """Whether a channel of the order wants the merchants' word before the shopper's money is taken."""
    careful = {one.slug for one in channels.channels() if one.authorise_first}
    if not careful:
        return False
    order = orders.order_for_payment(order_id=payment.order_id, shopper_id=payment.shopper_id)
    parts = orders.standing_consignments(order_id=order.id, merchant_ids=order.merchant_ids)
    return any(part.channel in careful for part in parts.values())


def _ask_for_page(payment: Payment) -> None:
    try:
        intent = provider().open_intent(
            key=payment.ref,
            amount=payment.amount,
            return_url=payment.return_url,
            description=payment.description,
            locale=payment.language,
            manual=queries.authorisation(payment_id=payment.id, shopper_id=payment.shopper_id) is not None,
        )
    except ProviderRefused as no:
        flag_payment(payment_id=payment.id, shopper_id=payment.shopper_id, trouble=no.text())
        return
    record_intent(payment_id=payment.id, shopper_id=payment.shopper_id, intent=intent, at=clock.now())


@app.task(name="payments.cancel_intent", retry=_RETRY)
def cancel_intent(*, payment_id: int) -> None:
    """Close the page of an order that was given up; money that was paid meanwhile is booked and goes back."""
    payment = queries.payment_anywhere(payment_id=payment_id)
    if payment.state is not State.CANCELLED:
        return
    if not payment.intent_id:
        # It was asked for, but the answer was lost: the same key tells which page it is.
        _ask_for_page(payment)
        payment = queries.payment_anywhere(payment_id=payment_id)
    if payment.intent_id:
        answer = provider().cancel_intent(key=f"{payment.ref}/cancel", intent_id=payment.intent_id)
        with suppress(Refused):  # it is on the operator's list
            _apply_intent(payment, answer)


@app.task(name="payments.refund", retry=_RETRY)
def refund(*, refund_id: int, shopper_id: int) -> None:
    """Give the shopper back what is owed."""
    owed = queries.refund(refund_id=refund_id, shopper_id=shopper_id)
    if owed.state is RefundState.DONE:
        return
    try:
        proof = provider().refund(key=owed.ref, intent_id=owed.intent_id, amount=owed.amount, reason=owed.reason)
    except ProviderRefused as no:
        flag_payment(payment_id=owed.payment_id, shopper_id=shopper_id, trouble=no.text())
        return
    settle_refund(refund_id=refund_id, shopper_id=shopper_id, proof=proof, at=clock.now())


@app.periodic(cron="* * * * * */5")
@app.task(name="payments.poll", queueing_lock="payments.poll")
def poll(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Ask about every payment that the provider has been silent about; webhooks may be lost."""
    claim_payment_polls(at=clock.now())


@app.task(name="payments.check_payment")
def check_payment(*, payment_id: int) -> None:
    """Bring one payment up to date with the provider, whatever was lost on the way."""
    payment = queries.payment_anywhere(payment_id=payment_id)
    try:
        if payment.state in {State.CREATED, State.OPENING}:
            open_intent(payment_id=payment_id)
        elif payment.state is State.CANCELLED:
            cancel_intent(payment_id=payment_id)
        elif payment.state in SETTLED:
            _send_refunds(payment)
        elif payment.state is State.AUTHORISED:
            capture(payment_id=payment_id)
        elif payment.state in {State.AWAITING, State.FAILED}:
            with suppress(Refused):  # it is on the operator's list
                _apply_intent(payment, provider().intent(intent_id=payment.intent_id))
    except ProviderSilent:
        # The next poll asks again; each is later than the one before.
        return


@app.task(name="payments.take_event", retry=_RETRY)
def take_event(*, event_id: int) -> None:
    """Act on one message of the provider: it says what to look at, what is true is asked."""
    event = queries.event(event_id=event_id)
    if event is None or event.processed_at is not None:
        return
    try:
        outcome, trouble = _outcome(event), ""
    except ProviderSilent as silence:
        note_try(event_id=event_id, trouble=silence.text())
        raise
    except (Refused, ProviderRefused) as refusal:
        outcome, trouble = Outcome.REFUSED, refusal.text()
    finish_event(event_id=event_id, outcome=outcome, trouble=trouble, at=clock.now())


def _outcome(event: ProviderEvent) -> Outcome:
    match event.kind.partition(".")[0]:
        case "intent":
            return _news_of_intent(event)
        case "refund":
            return _news_of_refund(event)
        case "payout":
            return _news_of_payout(event)
        case "chargeback":
            return _news_of_chargeback(event)
        case "other":
            return Outcome.NO_EFFECT
        case _:
            return Outcome.UNMATCHED


def _news_of_intent(event: ProviderEvent) -> Outcome:
    reference = str(event.data.get("reference", ""))
    payment = queries.payment_at_provider(intent_id=event.object_id, reference=reference)
    # Some news name another part of the payment than the one we know: then it is found by our reference alone.
    named = str(event.data.get("session", event.object_id))
    if payment is None or (named and payment.intent_id not in {"", named}):
        return Outcome.UNMATCHED
    if not (named or payment.intent_id):
        return Outcome.NO_EFFECT
    intent = provider().intent(intent_id=named or payment.intent_id)
    return _apply_intent(payment, intent) if intent.reference == payment.ref else Outcome.UNMATCHED


def _news_of_refund(event: ProviderEvent) -> Outcome:
    if "intent" not in event.data:
        return _refund_came_back(event)
    payment = queries.payment_at_provider(intent_id=str(event.data["intent"]))
    return Outcome.UNMATCHED if payment is None else _send_refunds(payment)


def _refund_came_back(event: ProviderEvent) -> Outcome:
    """The shopper's bank sent a refund back that had arrived: a person has to find another way."""
    owed = queries.refund_at_provider(reference=str(event.data.get("reference", "")))
    if owed is None or owed.state is not RefundState.DONE or not event.kind.endswith(".failed"):
        return Outcome.NO_EFFECT
    trouble = ProviderRefused(reason="refund_failed").text()
    flag_payment(payment_id=owed.payment_id, shopper_id=owed.shopper_id, trouble=trouble)
    return Outcome.APPLIED


def _send_refunds(payment: Payment) -> Outcome:
    outcome = Outcome.NO_EFFECT
    for owed in queries.refunds_of(shopper_id=payment.shopper_id, payment_id=payment.id):
        if owed.state is RefundState.OPEN:
            refund(refund_id=owed.id, shopper_id=owed.shopper_id)
            outcome = Outcome.APPLIED
    return outcome


def _news_of_chargeback(event: ProviderEvent) -> Outcome:
    said = provider().chargeback(chargeback_id=event.object_id)
    payment = queries.payment_at_provider(reference=said.reference)
    if payment is not None and payment.state not in SETTLED:
        # The news of the payment itself is still on its way.
        check_payment(payment_id=payment.id)
    return bring_chargeback_up_to_date(said=said)


def _news_of_payout(event: ProviderEvent) -> Outcome:
    reference = str(event.data.get("reference", ""))
    payout = queries.payout_at_provider(provider_id=event.object_id, reference=reference)
    if payout is None:
        return Outcome.UNMATCHED
    answer = provider().payout(payout_id=event.object_id)
    return _apply_payout(payout, answer) if answer.reference == payout.ref else Outcome.UNMATCHED


def _apply_intent(payment: Payment, intent: ProviderIntent) -> Outcome:
    """Record how the provider's side stands. What is against a rule goes to the operator's list, and is raised."""
    match intent.status:
        case IntentStatus.SUCCEEDED:
            try:
                _book(payment, ProviderProof(intent.id, intent.taken))
            except Refused as refusal:
                flag_payment(payment_id=payment.id, shopper_id=payment.shopper_id, trouble=refusal.text())
                raise
        case IntentStatus.AUTHORISED:
            return _promised(payment, ProviderProof(intent.id, intent.amount))
        case IntentStatus.CANCELLED if payment.state is State.CANCELLED:
            record_closed(payment_id=payment.id, shopper_id=payment.shopper_id)
        case IntentStatus.DECLINED | IntentStatus.CANCELLED:
            fail_payment(payment_id=payment.id, reason=intent.reason or intent.status, at=clock.now())
        case IntentStatus.REQUIRES_CARD | IntentStatus.PROCESSING:
            return Outcome.NO_EFFECT
    return Outcome.APPLIED


def _book(payment: Payment, proof: ProviderProof) -> None:
    if queries.authorisation(payment_id=payment.id, shopper_id=payment.shopper_id) is None:
        settle_payment(payment_id=payment.id, proof=proof, at=clock.now())
        return
    if payment.state not in {State.AUTHORISED, State.CANCELLED}:
        # It was taken before we heard of the promise.
        authorise_payment(payment_id=payment.id, proof=ProviderProof(proof.provider_id, payment.amount), at=clock.now())
    collect_payment(payment_id=payment.id, proof=proof, at=clock.now())


def _promised(payment: Payment, proof: ProviderProof) -> Outcome:
    if payment.state is State.CANCELLED:
        provider().cancel_intent(key=f"{payment.ref}/cancel", intent_id=proof.provider_id)
        record_closed(payment_id=payment.id, shopper_id=payment.shopper_id)
        return Outcome.APPLIED
    authorise_payment(payment_id=payment.id, proof=proof, at=clock.now())
    return Outcome.APPLIED


@app.task(name="payments.capture", retry=_RETRY)
def capture(*, payment_id: int) -> None:
    """Take what the card's bank has promised, less what merchants cannot supply."""
    payment = queries.payment_anywhere(payment_id=payment_id)
    promise = begin_taking(payment_id=payment_id, shopper_id=payment.shopper_id, at=clock.now())
    if promise is None:
        return
    try:
        answer = provider().capture_intent(
            key=f"{payment.ref}/capture", intent_id=payment.intent_id, amount=promise.due
        )
    except ProviderRefused as no:
        flag_payment(payment_id=payment_id, shopper_id=payment.shopper_id, trouble=no.text())
        return
    with suppress(Refused):  # it is on the operator's list
        _apply_intent(payment, answer)


@app.task(name="payments.send_payout", retry=_RETRY)
def send_payout(*, payout_id: int, merchant_id: int) -> None:
    """Have the provider send a merchant's money to the bank."""
    payout = queries.payout_by_id(payout_id=payout_id, merchant_id=merchant_id)
    if payout.state is not PayoutState.OPEN:
        return
    try:
        answer = provider().send_payout(key=payout.ref, amount=payout.amount, destination=_account_of(payout))
    except ProviderRefused as no:
        nothing = ProviderProof("", payout.amount)
        reason = str(no.facts.get("reason", ""))
        fail_payout(payout_id=payout_id, merchant_id=merchant_id, proof=nothing, reason=reason, at=clock.now())
        return
    record_sending(payout=payout, answer=answer, at=clock.now())
    _apply_payout(payout, answer)


@app.task(name="payments.send_run", retry=_RETRY)
def send_run(*, run_id: int) -> None:
    """Have the provider send what a run set aside, one after the other; the polls send what it leaves."""
    for payout in queries.open_in_run(run_id=run_id):
        send_payout(payout_id=payout.id, merchant_id=payout.merchant_id)


def _account_of(payout: Payout) -> str:
    if settings.PAYMENT_PROVIDER == "stripe":
        # Stripe pays connected accounts only; a merchant that has none there is refused, and told so.
        return queries.provider_account(merchant_id=payout.merchant_id)
    # An account that the provider itself keeps is named by the provider's own id.
    if not payout.destination.startswith("bnk_"):
        return payout.destination
    return parties.bank_destination(merchant_id=payout.merchant_id, ref=payout.destination)


@app.periodic(cron="* * * * * */10")
@app.task(name="payments.poll_payouts", queueing_lock="payments.poll_payouts")
def poll_payouts(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Ask about every payout that the provider has been silent about."""
    claim_payout_polls(at=clock.now())


@app.task(name="payments.check_payout")
def check_payout(*, payout_id: int, merchant_id: int) -> None:
    """Bring one payout up to date with the provider, whatever was lost on the way."""
    payout = queries.payout_by_id(payout_id=payout_id, merchant_id=merchant_id)
    try:
        if payout.state is PayoutState.OPEN:
            send_payout(payout_id=payout_id, merchant_id=merchant_id)
        elif payout.state is PayoutState.SENT:
            _apply_payout(payout, provider().payout(payout_id=payout.provider_id))
    except ProviderSilent:
        # The next poll asks again; each is later than the one before.
        return


def _apply_payout(payout: Payout, answer: ProviderPayout) -> Outcome:
    proof = ProviderProof(answer.id, answer.amount)
    match answer.status:
        case TransitStatus.PAID:
            settle_payout(payout_id=payout.id, merchant_id=payout.merchant_id, proof=proof, at=clock.now())
        case TransitStatus.FAILED:
            provider().recall_payout(key=payout.ref, payout_id=answer.id)
            reason, at = answer.reason or "failed", clock.now()
            if payout.state in {PayoutState.PAID, PayoutState.RETURNED}:
                return_payout(payout_id=payout.id, merchant_id=payout.merchant_id, proof=proof, reason=reason, at=at)
            else:
                fail_payout(payout_id=payout.id, merchant_id=payout.merchant_id, proof=proof, reason=reason, at=at)
        case TransitStatus.IN_TRANSIT:
            record_sending(payout=payout, answer=answer, at=clock.now())
            return Outcome.NO_EFFECT
    return Outcome.APPLIED
