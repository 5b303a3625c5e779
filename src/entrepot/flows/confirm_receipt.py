"""The shopper says `I have it`: the merchants' money is due at once instead of after the channel's days."""

from datetime import datetime

from django.db import transaction

from entrepot.allowance.services import use_allowance
from entrepot.base import locks
from entrepot.base.outbox import tell
from entrepot.orders import queries as orders
from entrepot.orders import terms
from entrepot.orders.rules import confirmable
from entrepot.orders.services import move_consignments, set_release
from entrepot.orders.terms import NothingToConfirm, OrderUnknown, OrderView, Verb
from entrepot.parties.terms import Viewer
from entrepot.payments.services import schedule_release


@transaction.atomic(durable=True)
def confirm_receipt(*, viewer: Viewer, order_ref: str, at: datetime) -> tuple[str, ...]:
    """The viewer confirms what has been delivered, or is on its last way; answers the consignments' references.

    One on its last way counts as delivered now. One whose clock a claim has stopped is left alone. Repeats answer
    the same and bring no date forward twice. Raises OrderUnknown, NothingToConfirm.
    SQL budget: 14, and 1 more for each consignment; 4 more for retail imports into China.
    """
    order = _own(viewer, order_ref)
    owners = sorted({part.merchant_id for part in order.consignments})
    locks.take(*orders.rows_of_order(order_id=order.id, shopper_id=order.shopper_id, merchant_ids=owners))
    arrived, delivered = confirmable(consignments=_own(viewer, order_ref).consignments)
    if not arrived and not delivered:
        raise NothingToConfirm
    move_consignments(consignments=[(part.id, part.merchant_id) for part in arrived], verb=Verb.DELIVER, at=at)
    due = [part for part in (*arrived, *delivered) if part.release_at is None or part.release_at > at]
    set_release(consignments=[(part.id, part.merchant_id) for part in due], release_at=at)
    for part in due:
        schedule_release(merchant_id=part.merchant_id, consignment_id=part.id, release_at=at)
    use_allowance(parts=[(order.shopper_id, order.id, part.number) for part in arrived if part.counted], at=at)
    if due:
        tell(terms.RECEIPT_CONFIRMED, subject=order.id, owner=order.shopper_id, at=at)
    return tuple(part.ref for part in (*arrived, *delivered))


def _own(viewer: Viewer, order_ref: str) -> OrderView:
    """The viewer's own order; an operator does not confirm for a shopper."""
    order = orders.order(viewer=viewer, ref=order_ref)
    if order.shopper_id != viewer.shopper_id:
        raise OrderUnknown
    return order
