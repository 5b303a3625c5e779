"""The shopper's payment: opened with the order, asked of the provider, captured, failed or cancelled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import connection, transaction

from entrepot.base.calls import Call, run_calls
from entrepot.base.identity import new_id, new_reference
from entrepot.base.models import default_columns
from entrepot.base.outbox import defer, job_call
from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.ledger.terms import Shares
from entrepot.payments import models, queries, rules
from entrepot.payments.services.holds import hold_rows
from entrepot.payments.terms import (
    Payment,
    PaymentId,
    PaymentOpened,
    PaymentToSettle,
    ProviderIntent,
    ProviderProof,
    State,
    Verb,
)

# What payments_capture.sql raises when the payment is not as it was read.
PAYMENT_MOVED: Final = "EN002"


@transaction.atomic(savepoint=False)
def open_payment(
    *, shopper_id: int, order_id: int, order_ref: str, amount: Money, language: str, at: datetime
) -> PaymentOpened:
    """The payment of one order, and the job that opens it at the provider. An order's second asking gives the first.

    amount: above zero. The same order with another amount is our mistake.
    """
    known = models.PaymentRow.objects.filter(shopper_id=shopper_id, order_id=order_id).first()
    if known is None:
        opened, *calls = payment_calls(
            shopper_id=shopper_id, order_id=order_id, order_ref=order_ref, amount=amount, language=language, at=at
        )
        run_calls(*calls)
        return opened
    must((known.amount_minor, known.currency) == (amount.minor, amount.currency), "an order is paid in one amount")
    return PaymentOpened(PaymentId(known.id), known.ref)


def payment_calls(
    *, shopper_id: int, order_id: int, order_ref: str, amount: Money, language: str, at: datetime
) -> tuple[PaymentOpened, Call, Call]:
    """The payment of an order that is being written, and the two parts of its statement: the row and the job.

    The job opens it at the provider. amount: above zero.
    """
    opened = PaymentOpened(PaymentId(new_id(owner=shopper_id)), new_reference("pay"))
    row = {
        **default_columns(models.PaymentRow),
        "id": opened.id,
        "ref": opened.ref,
        "shopper_id": shopper_id,
        "order_id": order_id,
        "order_ref": order_ref,
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "state": State.CREATED,
        "description": order_ref,
        "language": language,
        "created_at": at,
        "poll_at": at + rules.POLL_FIRST,
    }
    writing = Call("payments_open(%s)", (msgspec.json.encode(row).decode(),))
    return opened, writing, job_call("payments.open_intent", payment_id=opened.id)


def capture_call(*, payment: PaymentToSettle, proof: ProviderProof, shares: Sequence[Shares], at: datetime) -> Call:
    """Money was taken for a payment as it was read, and is held for each consignment.

    A part of the statement that settles it. Halts with PAYMENT_MOVED when the payment is no longer so.
    """
    return Call(
        "payments_capture(%s, %s, %s, %s, %s, %s)",
        (
            payment.shopper_id,
            payment.id,
            payment.state,
            proof.provider_id,
            at,
            hold_rows(payment_id=payment.id, shares=shares, at=at),
        ),
    )


@transaction.atomic
def begin_opening(*, payment_id: int, shopper_id: int, return_url: str) -> Payment | None:
    """Note that the provider is about to be asked, and give what to ask; nothing when it is no longer wanted.

    return_url: kept from the first time, so that a repeat asks for exactly the same.
    """
    rows = models.PaymentRow.objects.filter(shopper_id=shopper_id, id=payment_id)
    known = rows.select_for_update(no_key=True).first()
    if known is None or (State(known.state), Verb.OPEN) not in rules.MOVES:
        return None
    rows.update(state=State.OPENING, return_url=known.return_url or return_url)
    return queries.payment_by_id(payment_id=payment_id, shopper_id=shopper_id)


@transaction.atomic
def record_intent(*, payment_id: int, shopper_id: int, intent: ProviderIntent, at: datetime) -> None:
    """The provider has opened its page. Repeats change nothing.

    If the order was given up meanwhile, the page is closed again by a job.
    """
    rows = models.PaymentRow.objects.filter(shopper_id=shopper_id, id=payment_id)
    known = rows.select_for_update(no_key=True).get()
    must(known.intent_id in {"", intent.id}, "a payment has one intent")
    state = State(known.state)
    following = rules.MOVES.get((state, Verb.AWAIT), state)
    # From CANCELLED it keeps its poll, which closes the page if the job is lost.
    rows.update(intent_id=intent.id, pay_url=intent.pay_url, state=following)
    if following is State.AWAITING and state is State.OPENING:
        rows.update(poll_at=at + rules.POLL_FIRST, polls=0)
    if state is State.CANCELLED:
        rows.update(poll_at=at + rules.POLL_FIRST)
        defer("payments.cancel_intent", payment_id=payment_id)


@transaction.atomic(savepoint=False)
def record_capture(*, payment: Payment, proof: ProviderProof, at: datetime) -> State:
    """Money was taken: gives the payment's new state, CAPTURED, or RETURNING when its order was given up before.

    When an operator decided that the money goes back, it may be another amount than was asked.
    Raises AmountDiffers, WrongMoment.
    """
    following = rules.after(state=payment.state, verb=Verb.CAPTURE)
    if not (following is State.RETURNING and queries.return_decided(payment_id=payment.id)):
        rules.check_amount(asked=payment.amount, got=proof.amount)
    moved = models.PaymentRow.objects.filter(
        shopper_id=payment.shopper_id, id=payment.id, state=payment.state, intent_id__in=["", proof.provider_id]
    ).update(
        state=following,
        intent_id=proof.provider_id,
        captured_at=at,
        reason="",
        trouble="",
        poll_at=at + rules.POLL_FIRST if following is State.RETURNING else None,
        polls=0,
    )
    must(moved == 1, "a payment is locked while it is settled, and has one intent")
    return following


@transaction.atomic(savepoint=False)
def record_failure(*, payment: Payment, reason: str) -> None:
    """A card was declined, or the provider closed the payment; another card may still be tried. Raises WrongMoment."""
    following = rules.after(state=payment.state, verb=Verb.FAIL)
    moved = models.PaymentRow.objects.filter(shopper_id=payment.shopper_id, id=payment.id, state=payment.state).update(
        state=following, reason=reason[:64]
    )
    must(moved == 1, "a payment is locked while it fails")


@transaction.atomic
def cancel_payment(*, shopper_id: int, order_id: int) -> bool:
    """The order is given up: nothing is to be paid any more. Answers whether there was a payment to cancel.

    Money that arrives nevertheless goes back by itself. Repeats change nothing. Raises WrongMoment once captured.
    """
    rows = models.PaymentRow.objects.filter(shopper_id=shopper_id, order_id=order_id)
    known = rows.select_for_update(no_key=True).first()
    if known is None:
        return False
    state = State(known.state)
    following = rules.after(state=state, verb=Verb.CANCEL)
    if state is State.CREATED:
        rows.update(state=following, poll_at=None)
    elif state is not following:
        rows.update(state=following)
        defer("payments.cancel_intent", payment_id=known.id)
    return True


@transaction.atomic
def record_closed(*, payment_id: int, shopper_id: int) -> None:
    """The provider has closed a cancelled payment's page: nothing can come of it any more. Repeats change nothing."""
    models.PaymentRow.objects.filter(shopper_id=shopper_id, id=payment_id, state=State.CANCELLED).update(poll_at=None)


@transaction.atomic
def flag_payment(*, payment_id: int, shopper_id: int, trouble: str) -> None:
    """Put a payment on the operator's list and stop asking about it."""
    models.PaymentRow.objects.filter(shopper_id=shopper_id, id=payment_id).update(trouble=trouble[:200], poll_at=None)


@transaction.atomic
def claim_payment_polls(*, at: datetime, limit: int = 50) -> int:
    """Queue a job for every payment whose time to ask has come, and set its next time; gives how many."""
    first, most = int(rules.POLL_FIRST.total_seconds()), int(rules.POLL_MOST.total_seconds())
    with across_owners("the provider is asked about whatever is due"), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [at, first, most, at, limit])
        due = [row[0] for row in cursor.fetchall()]
    # A job each, so that one that hangs at the provider does not hold up the others.
    for payment_id in due:
        defer("payments.check_payment", once=f"check_payment/{payment_id}", payment_id=payment_id)
    return len(due)


# One more try, and the wait doubles up to the longest.
_CLAIM = """
UPDATE payments_payment
   SET polls = polls + 1, poll_at = %s::timestamptz + make_interval(secs => least(%s::int * 2 ^ least(polls, 10), %s::int))
 WHERE id IN (SELECT id FROM payments_payment WHERE poll_at <= %s ORDER BY poll_at LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id"""
