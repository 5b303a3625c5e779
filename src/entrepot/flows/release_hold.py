"""The release date has come and nobody claims: the held money goes where it belongs."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.base.outbox import tell
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignment
from entrepot.orders.terms import Verb
from entrepot.payments import queries as payments
from entrepot.payments import terms
from entrepot.payments.rules import check_due
from entrepot.payments.services import close_hold
from entrepot.payments.terms import HoldState


@transaction.atomic(durable=True)
def release_hold(*, consignment_id: int, merchant_id: int, at: datetime) -> None:
    """Pay one consignment's held money out to the merchant's account, commission, duty, tax, fees and freight.

    Repeating it changes nothing. Raises NotDue before the release date and while a claim is open, HoldUnknown.
    SQL budget: 22, and 6 when repeated.
    """
    hold = payments.hold(merchant_id=merchant_id, consignment_id=consignment_id)
    locks.take(
        *orders.rows_of_consignment(consignment_id=consignment_id, merchant_id=merchant_id),
        locks.Rows("payments_hold", (hold.id,), "merchant_id", (merchant_id,)),
    )
    hold = payments.hold(merchant_id=merchant_id, consignment_id=consignment_id)
    if hold.state is HoldState.RELEASED:
        return
    consignment = orders.consignment_by_id(consignment_id=consignment_id, merchant_id=merchant_id)
    check_due(
        state=hold.state,
        release_at=consignment.release_at,
        paused=consignment.paused_since is not None,
        at=at,
    )
    close_hold(merchant_id=merchant_id, consignment_id=consignment_id, at=at)
    move_consignment(consignment_id=consignment_id, merchant_id=merchant_id, verb=Verb.RELEASE, at=at)
    tell(terms.HOLD_RELEASED, subject=consignment_id, owner=merchant_id, at=at)
    post_transfers(transfers=book.released(shares=hold.left), at=at)
