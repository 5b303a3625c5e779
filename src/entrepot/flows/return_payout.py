"""A payout that had arrived came back: the merchant's bank did not keep it."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.base.outbox import tell
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import Kind
from entrepot.payments import queries as payments
from entrepot.payments import terms
from entrepot.payments.services import end_payout
from entrepot.payments.terms import PayoutState, PayoutVerb, ProviderProof, Way


@transaction.atomic(durable=True)
def return_payout(*, payout_id: int, merchant_id: int, proof: ProviderProof, reason: str, at: datetime) -> None:
    """Give the money of a payout that was sent back to the merchant's account; it can be paid out again.

    It came back the way it went, to the provider or to our own bank. Repeating it changes nothing. Raises AmountDiffers, and
    WrongMoment unless it had arrived. SQL budget: 5, and 2 when repeated.
    """
    locks.take(locks.Rows("payments_payout", (payout_id,), "merchant_id", (merchant_id,)))
    payout = payments.payout_by_id(payout_id=payout_id, merchant_id=merchant_id)
    if payout.state is PayoutState.RETURNED:
        return
    end_payout(payout=payout, verb=PayoutVerb.RETURN, proof=proof, reason=reason, at=at)
    tell(terms.PAYOUT_RETURNED, subject=payout_id, owner=merchant_id, at=at)
    by = Kind.BANK if payout.way is Way.BANK else Kind.PSP_RECEIVABLE
    transfers = book.payout_returned(payout_id=payout_id, merchant_id=merchant_id, amount=payout.amount, by=by)
    post_transfers(transfers=transfers, at=at)
