"""A card was declined: the payment waits for another one until the order expires."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.base.outbox import tell
from entrepot.payments import queries as payments
from entrepot.payments import terms
from entrepot.payments.rules import SETTLED
from entrepot.payments.services import record_failure
from entrepot.payments.terms import State


@transaction.atomic(durable=True)
def fail_payment(*, payment_id: int, reason: str, at: datetime) -> None:
    """Note that the provider could not take the money; the order and its stock wait until the order expires.

    Changes nothing when repeated, when money was taken meanwhile, or when the payment was given up.
    SQL budget: 5, and 3 when there is nothing to do.
    """
    shopper_id = payments.payment_anywhere(payment_id=payment_id).shopper_id
    locks.take(locks.Rows("payments_payment", (payment_id,), "shopper_id", (shopper_id,)))
    payment = payments.payment_by_id(payment_id=payment_id, shopper_id=shopper_id)
    over = payment.state in SETTLED or payment.state is State.CANCELLED
    if over or (payment.state is State.FAILED and payment.reason == reason):
        return
    record_failure(payment=payment, reason=reason)
    tell(terms.FAILED, subject=payment_id, owner=shopper_id, at=at, facts={"order": payment.order_ref})
