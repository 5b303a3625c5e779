"""The provider gave a shopper's money back."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.base.outbox import tell
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.payments import queries as payments
from entrepot.payments import terms
from entrepot.payments.services import close_refund
from entrepot.payments.terms import ProviderProof, RefundState


@transaction.atomic(durable=True)
def settle_refund(*, refund_id: int, shopper_id: int, proof: ProviderProof, at: datetime) -> None:
    """Book a refund that arrived: the money on its way back has left the provider.

    Repeating it changes nothing. Raises AmountDiffers. SQL budget: 7, and 3 when repeated.
    """
    owed = payments.refund(refund_id=refund_id, shopper_id=shopper_id)
    locks.take(locks.Rows("payments_payment", (owed.payment_id,), "shopper_id", (shopper_id,)))
    owed = payments.refund(refund_id=refund_id, shopper_id=shopper_id)
    if owed.state is RefundState.DONE:
        return
    close_refund(refund=owed, proof=proof, at=at)
    tell(terms.RETURNED, subject=owed.payment_id, owner=shopper_id, at=at)
    post_transfers(
        transfers=book.refund_sent(
            refund_id=refund_id, payment_id=owed.payment_id, order_id=owed.order_id, amount=owed.amount
        ),
        at=at,
    )
