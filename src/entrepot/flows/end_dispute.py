"""What was decided has been done: the dispute is over, and the release of what is still held goes on."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.disputes import queries as disputes
from entrepot.disputes.services import settle_claim
from entrepot.orders import queries as orders
from entrepot.orders.services import resume_release
from entrepot.payments import queries as payments


@transaction.atomic(durable=True)
def end_dispute(*, dispute_id: int, merchant_id: int, at: datetime) -> None:
    """End a decided dispute after its money was moved. The release date moves by as long as the dispute stopped it.

    Repeating changes nothing. Raises DisputeUnknown, WrongMoment for one that is not decided. SQL budget: 15.
    """
    seen = disputes.dispute_by_id(dispute_id=dispute_id, merchant_id=merchant_id)
    locks.take(
        *orders.rows_of_consignment(consignment_id=seen.consignment_id, merchant_id=merchant_id),
        disputes.dispute_rows(dispute_id=dispute_id, merchant_id=merchant_id),
    )
    if not settle_claim(dispute_id=dispute_id, merchant_id=merchant_id, at=at):
        return
    # The card's bank may have stopped the clock as well; then it goes on when the bank has decided.
    if not payments.standing_chargebacks(merchant_id=merchant_id, consignment_ids=[seen.consignment_id]):
        resume_release(consignment_id=seen.consignment_id, merchant_id=merchant_id, at=at)
