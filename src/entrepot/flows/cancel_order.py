"""An unpaid order is given up, by its shopper or because its time is over: the goods go back on sale."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from entrepot.allowance.services import release_allowance
from entrepot.base import locks
from entrepot.orders import queries as orders
from entrepot.orders.rules import check_cancelling
from entrepot.orders.services import mark_order_cancelled
from entrepot.orders.terms import CancelReason, OrderToPay, State
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import cancel_payment, decide_return
from entrepot.promotions.services import give_back_uses
from entrepot.stock import queries as stock
from entrepot.stock.services import release_reservations


@dataclass(frozen=True, slots=True)
class Decision:
    """An operator's, and why."""

    viewer: Viewer
    reason: str


@transaction.atomic(durable=True)
def cancel_order(
    *, order_id: int, shopper_id: int, reason: CancelReason, at: datetime, decision: Decision | None = None
) -> bool:
    """Give up an unpaid order; answers whether that is new. Repeats change nothing.

    A page of the provider's that is still open is closed by a job; money that arrives nevertheless goes back.
    decision: an operator's, that whatever was taken for the order goes back; good for a cancelled order too.
    An edge finds the order through `orders.order(viewer=...)` first, so that it is the viewer's own.
    Raises OrderUnknown, WrongMoment for a paid order, NotExpired when the reason is a time that is not over,
    ReasonMissing and NotYours for a decision.
    SQL budget: 22, 4 more with a decision, and 3 more for retail imports into China.
    """
    order = orders.order_for_payment(order_id=order_id, shopper_id=shopper_id)
    owners = order.merchant_ids
    locks.take(
        stock.rows_of_order(order_id=order_id, merchant_ids=owners),
        *orders.rows_of_order(order_id=order_id, shopper_id=shopper_id, merchant_ids=owners),
    )
    order = orders.order_for_payment(order_id=order_id, shopper_id=shopper_id)
    if order.state is State.CANCELLED:
        _return_by(decision, order, at)
        return False
    check_cancelling(order=order, reason=reason, at=at)
    release_reservations(order_ids=[order_id], merchant_ids=owners, at=at)
    mark_order_cancelled(order_id=order_id, shopper_id=shopper_id, reason=reason, at=at)
    cancel_payment(shopper_id=shopper_id, order_id=order_id)
    give_back_uses(shopper_id=shopper_id, order_id=order_id, at=at)
    release_allowance(shopper_id=shopper_id, order_id=order_id, at=at)
    _return_by(decision, order, at)
    return True


def _return_by(decision: Decision | None, order: OrderToPay, at: datetime) -> None:
    if decision is not None:
        payment = payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id)
        decide_return(viewer=decision.viewer, payment=payment, reason=decision.reason, at=at)
