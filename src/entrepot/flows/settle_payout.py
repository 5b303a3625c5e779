"""The bank has paid a payout out."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.base.outbox import tell
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_pending
from entrepot.payments import queries as payments
from entrepot.payments import terms
from entrepot.payments.services import end_payout
from entrepot.payments.terms import PayoutState, PayoutVerb, ProviderProof


@transaction.atomic(durable=True)
def settle_payout(*, payout_id: int, merchant_id: int, proof: ProviderProof, at: datetime) -> None:
    """Book a payout that arrived: what was set aside has left.

    Repeating it changes nothing. Raises AmountDiffers, and WrongMoment when it ended the other way before.
    SQL budget: 5, and 2 when repeated.
    """
    locks.take(locks.Rows("payments_payout", (payout_id,), "merchant_id", (merchant_id,)))
    payout = payments.payout_by_id(payout_id=payout_id, merchant_id=merchant_id)
    if payout.state is PayoutState.PAID:
        return
    end_payout(payout=payout, verb=PayoutVerb.SETTLE, proof=proof, reason="", at=at)
    tell(terms.PAYOUT_PAID, subject=payout_id, owner=merchant_id, at=at)
    post_pending(keys=[book.payout_key(payout_id=payout_id)], at=at)
