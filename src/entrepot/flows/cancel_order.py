"""An unpaid order is given up, by its shopper or because its time is over: the goods go back on sale."""

from datetime import datetime

from django.db import transaction

from entrepot.allowance.services import release_allowance
from entrepot.base import locks
from entrepot.orders import queries as orders
from entrepot.orders.rules import check_cancelling
from entrepot.orders.services import mark_order_cancelled
from entrepot.orders.terms import CancelReason, State
from entrepot.payments.services import cancel_payment
from entrepot.stock import queries as stock
from entrepot.stock.services import release_reservations


@transaction.atomic(durable=True)
def cancel_order(*, order_id: int, shopper_id: int, reason: CancelReason, at: datetime) -> bool:
    """Give up an unpaid order; answers whether that is new. Repeats change nothing.

    A page of the provider's that is still open is closed by a job; money that arrives nevertheless goes back.
    An edge finds the order through `orders.order(viewer=...)` first, so that it is the viewer's own.
    Raises OrderUnknown, WrongMoment for a paid order, NotExpired when the reason is a time that is not over.
    SQL budget: 21, and 3 more for retail imports into China.
    """
    order = orders.order_for_payment(order_id=order_id, shopper_id=shopper_id)
    owners = order.merchant_ids
    locks.take(
        stock.rows_of_order(order_id=order_id, merchant_ids=owners),
        *orders.rows_of_order(order_id=order_id, shopper_id=shopper_id, merchant_ids=owners),
    )
    order = orders.order_for_payment(order_id=order_id, shopper_id=shopper_id)
    if order.state is State.CANCELLED:
        return False
    check_cancelling(order=order, reason=reason, at=at)
    release_reservations(order_ids=[order_id], merchant_ids=owners, at=at)
    mark_order_cancelled(order_id=order_id, shopper_id=shopper_id, reason=reason, at=at)
    cancel_payment(shopper_id=shopper_id, order_id=order_id)
    release_allowance(shopper_id=shopper_id, order_id=order_id, at=at)
    return True
