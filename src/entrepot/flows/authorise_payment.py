"""The card's bank has promised the shopper's money; nobody has taken it yet."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.base.outbox import tell
from entrepot.orders import queries as orders
from entrepot.orders.services import extend_order
from entrepot.payments import queries as payments
from entrepot.payments import terms
from entrepot.payments.rules import CAPTURE_PATIENCE, SETTLED
from entrepot.payments.services import cancel_payment, record_authorisation
from entrepot.payments.terms import ProviderProof, State


@transaction.atomic(durable=True)
def authorise_payment(*, payment_id: int, proof: ProviderProof, at: datetime) -> None:
    """Note the promise: the order waits for its merchants, its goods stay reserved. Nothing moves in the books.

    When the order was given up before, a job gives the promise free. Repeating changes nothing.
    Raises AmountDiffers, WrongMoment. SQL budget: 12, and 7 when repeated.
    """
    known = payments.payment_anywhere(payment_id=payment_id)
    order = orders.order_for_payment(order_id=known.order_id, shopper_id=known.shopper_id)
    locks.take(
        *orders.rows_of_order(order_id=order.id, shopper_id=order.shopper_id, merchant_ids=order.merchant_ids),
        locks.Rows("payments_payment", (payment_id,), "shopper_id", (known.shopper_id,)),
    )
    payment = payments.payment_by_id(payment_id=payment_id, shopper_id=known.shopper_id)
    if payment.state in SETTLED or payment.state is State.AUTHORISED:
        return
    if payment.state is State.CANCELLED:
        cancel_payment(shopper_id=payment.shopper_id, order_id=payment.order_id)
        return
    capture_at = record_authorisation(payment=payment, proof=proof, at=at)
    extend_order(order_id=order.id, shopper_id=order.shopper_id, until=capture_at + CAPTURE_PATIENCE)
    tell(terms.AUTHORISED, subject=payment_id, owner=payment.shopper_id, at=at, facts={"order": payment.order_ref})
