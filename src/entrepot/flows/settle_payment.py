"""The shopper's money has arrived."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.base.outbox import tell
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.orders import queries as orders
from entrepot.orders.services import mark_order_paid
from entrepot.payments import queries as payments
from entrepot.payments import terms
from entrepot.payments.rules import SETTLED
from entrepot.payments.services import open_holds, open_refund, record_capture
from entrepot.payments.terms import Payment, ProviderProof, State
from entrepot.stock.services import commit_reservations


@transaction.atomic(durable=True)
def settle_payment(*, payment_id: int, proof: ProviderProof, at: datetime) -> None:
    """Book captured money: the order is paid, its goods are committed, each consignment's part is held.

    When the order was given up before, the money is booked and goes back to the shopper by itself. Repeating with the
    same proof changes nothing. Raises AmountDiffers (nothing is booked, the caller keeps the message), WrongMoment.
    SQL budget: 18, and 7 when repeated.
    """
    known = payments.payment_anywhere(payment_id=payment_id)
    order = orders.order_for_payment(order_id=known.order_id, shopper_id=known.shopper_id)
    locks.take(
        *orders.rows_of_order(order_id=order.id, shopper_id=order.shopper_id, merchant_ids=order.merchant_ids),
        locks.Rows("payments_payment", (payment_id,), "shopper_id", (known.shopper_id,)),
    )
    payment = payments.payment_by_id(payment_id=payment_id, shopper_id=known.shopper_id)
    if payment.state in SETTLED and payment.intent_id == proof.provider_id:
        return
    if record_capture(payment=payment, proof=proof, at=at) is State.RETURNING:
        _give_back(payment, proof, at)
        return
    shares = orders.order_shares(order_id=order.id, merchant_ids=order.merchant_ids)
    held = Money.total((share.total for share in shares), payment.amount.currency)
    must(held == payment.amount, "the consignments sum to what was paid")
    must(mark_order_paid(order_id=order.id, shopper_id=order.shopper_id, at=at), "an order is paid once")
    must(commit_reservations(order_id=order.id, merchant_ids=order.merchant_ids, at=at), "a paid order has its goods")
    open_holds(payment_id=payment_id, shares=shares, at=at)
    tell(terms.CAPTURED, subject=payment_id, owner=payment.shopper_id, at=at)
    post_transfers(transfers=book.captured(payment_id=payment_id, shares=shares), at=at)


def _give_back(payment: Payment, proof: ProviderProof, at: datetime) -> None:
    owed = open_refund(payment=payment, proof=proof, reason="order_cancelled", at=at)
    tell(terms.CAME_LATE, subject=payment.id, owner=payment.shopper_id, at=at)
    transfers = book.returned(refund_id=owed.id, payment_id=payment.id, order_id=payment.order_id, amount=proof.amount)
    post_transfers(transfers=transfers, at=at)
