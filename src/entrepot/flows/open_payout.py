"""A merchant takes what is available."""

from datetime import datetime

from django.db import transaction

from entrepot.base.outbox import tell
from entrepot.kernel.must import must
from entrepot.ledger import queries as ledger
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import Kind
from entrepot.payments import queries as payments
from entrepot.payments import terms
from entrepot.payments.rules import check_payout
from entrepot.payments.services import record_payout
from entrepot.payments.terms import OnlyInRuns, PayoutKeyReused, Way


@transaction.atomic(durable=True)
def open_payout(*, merchant_id: int, currency: str, key: str, at: datetime) -> str:
    """Set all of a merchant's available money in one currency aside and have it sent; gives the payout's reference.

    The same key gives the payout that was opened first. Two payouts at once cannot take the same money: the ledger's
    guard refuses the second. Raises OnlyInRuns where payouts go by bank file, NotVerified,
    AccountMissing, PayoutsHeld, OwesMoney, NothingAvailable, PayoutKeyReused, Overdrawn.
    SQL budget: 19, and 2 when repeated.
    """
    # Read before the key is looked up, so that a repeat that runs beside the first never sees its money gone unknown.
    amount = ledger.balance(kind=Kind.MERCHANT_AVAILABLE, subject=merchant_id, currency=currency).available
    known = payments.payout_by_key(merchant_id=merchant_id, key=key)
    if known is not None:
        if known.amount.currency != currency:
            raise PayoutKeyReused
        return known.ref
    if payments.payout_way() is Way.BANK:
        raise OnlyInRuns
    standing = payments.standings(merchant_ids=[merchant_id])[merchant_id]
    check_payout(standing=standing, available=amount)
    # The account is named here and opened only by the job that sends.
    payout, made = record_payout(
        merchant_id=merchant_id, amount=amount, destination=standing.account or "", key=key, at=at
    )
    if not made:
        return payout.ref
    must(payout.amount == amount, "what is set aside is what was written down")
    tell(terms.PAYOUT_OPENED, subject=payout.id, owner=merchant_id, at=at)
    post_transfers(
        transfers=book.payout_opened(payout_id=payout.id, merchant_id=merchant_id, amount=payout.amount), at=at
    )
    return payout.ref
