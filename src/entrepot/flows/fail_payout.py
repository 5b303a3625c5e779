"""A payout came back from the bank."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.base.outbox import tell
from entrepot.ledger import rules as book
from entrepot.ledger.services import void_pending
from entrepot.payments import queries as payments
from entrepot.payments import terms
from entrepot.payments.services import end_payout
from entrepot.payments.terms import PayoutState, PayoutVerb, ProviderProof


@transaction.atomic(durable=True)
def fail_payout(*, payout_id: int, merchant_id: int, proof: ProviderProof, reason: str, at: datetime) -> None:
    """Give the money of a payout that failed back to the merchant's account.

    Repeating it changes nothing. Raises AmountDiffers, and WrongMoment when it ended the other way before.
    SQL budget: 5, and 2 when repeated.
    """
    locks.take(locks.Rows("payments_payout", (payout_id,), "merchant_id", (merchant_id,)))
    payout = payments.payout_by_id(payout_id=payout_id, merchant_id=merchant_id)
    if payout.state is PayoutState.FAILED:
        return
    end_payout(payout=payout, verb=PayoutVerb.FAIL, proof=proof, reason=reason, at=at)
    tell(terms.PAYOUT_FAILED, subject=payout_id, owner=merchant_id, at=at)
    void_pending(keys=[book.payout_key(payout_id=payout_id)], at=at)
