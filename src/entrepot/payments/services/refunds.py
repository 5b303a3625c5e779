"""Money owed back to a shopper: written down with its booking, sent by a job, closed with the provider's proof."""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, Exists, F, Value, When

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import defer
from entrepot.kernel.must import must
from entrepot.payments import models, queries, rules
from entrepot.payments.terms import Payment, ProviderProof, Refund, RefundId, RefundState, State, Verb


@transaction.atomic(savepoint=False)
def open_refund(*, payment: Payment, proof: ProviderProof, reason: str, at: datetime) -> Refund:
    """Owe what `proof` took back to the shopper, and queue the job that sends it. Once for each payment and reason.

    The payment is polled until it was sent, should the job be lost or the provider be silent for long.
    """
    refund_id = RefundId(new_id(owner=payment.shopper_id))
    models.RefundRow.objects.create(
        id=refund_id,
        ref=new_reference("rfd"),
        shopper_id=payment.shopper_id,
        payment_id=payment.id,
        order_id=payment.order_id,
        key=reason,
        intent_id=proof.provider_id,
        amount_minor=proof.amount.minor,
        currency=proof.amount.currency,
        reason=reason,
        state=RefundState.OPEN,
        opened_at=at,
    )
    models.PaymentRow.objects.filter(shopper_id=payment.shopper_id, id=payment.id).update(
        poll_at=at + rules.POLL_FIRST, polls=0
    )
    defer("payments.refund", refund_id=refund_id, shopper_id=payment.shopper_id)
    return queries.refund(refund_id=refund_id, shopper_id=payment.shopper_id)


@transaction.atomic(savepoint=False)
def close_refund(*, refund: Refund, proof: ProviderProof, at: datetime) -> None:
    """The provider gave the money back. A payment that was only waiting for this has ended, and is asked about no more.

    Raises AmountDiffers.
    """
    rules.check_amount(asked=refund.amount, got=proof.amount)
    moved = models.RefundRow.objects.filter(shopper_id=refund.shopper_id, id=refund.id, state=RefundState.OPEN).update(
        state=RefundState.DONE, provider_id=proof.provider_id, ended_at=at
    )
    must(moved == 1, "a refund is closed once, under its payment's lock")
    owed = models.RefundRow.objects.filter(
        shopper_id=refund.shopper_id, payment_id=refund.payment_id, state=RefundState.OPEN
    )
    returned = rules.after(state=State.RETURNING, verb=Verb.RETURN)
    models.PaymentRow.objects.filter(~Exists(owed), shopper_id=refund.shopper_id, id=refund.payment_id).update(
        state=Case(When(state=State.RETURNING, then=Value(returned)), default=F("state")), poll_at=None
    )
