"""A merchant says whether it can supply its consignment of an order whose money is promised but not taken."""

from datetime import datetime

from django.db import transaction

from entrepot.allowance.services import release_allowance
from entrepot.base import locks
from entrepot.orders import queries as orders
from entrepot.orders.services import mark_order_cancelled, move_consignment
from entrepot.orders.terms import CancelReason, ConsignmentView, Verb
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from entrepot.payments.rules import all_agreed, check_answerable
from entrepot.payments.services import cancel_payment, record_verdict, take_less, take_now
from entrepot.payments.terms import Payment, Verdict
from entrepot.stock import queries as stock
from entrepot.stock.services import release_reservations


@transaction.atomic(durable=True)
def answer_authorised(*, viewer: Viewer, consignment_ref: str, verdict: Verdict, at: datetime) -> ConsignmentView:
    """Agree to a consignment, or drop it: then it is cancelled, its goods go back on sale, its money is not taken.

    When all merchants have answered, a job takes what is left; when all have dropped, the order is cancelled and the
    promise given free. A merchant drops all its consignments of the order together, since its goods are reserved
    together. Repeating changes nothing; the first word counts.
    Raises ConsignmentUnknown, NotYours, WrongMoment unless the money is promised and not taken.
    SQL budget: 30, and 9 when repeated.
    """
    shown = orders.consignment(viewer=viewer, ref=consignment_ref)
    must_work_for(viewer=viewer, merchant_id=shown.merchant_id)
    seen = orders.consignment_by_id(consignment_id=shown.id, merchant_id=shown.merchant_id)
    known = payments.payment_of_order(shopper_id=seen.shopper_id, order_id=seen.order_id)
    order = orders.order_for_payment(order_id=seen.order_id, shopper_id=seen.shopper_id)
    owners = order.merchant_ids
    locks.take(
        stock.rows_of_order(order_id=order.id, merchant_ids=[seen.merchant_id]),
        *orders.rows_of_order(order_id=order.id, shopper_id=order.shopper_id, merchant_ids=owners),
        locks.Rows("payments_payment", (known.id,), "shopper_id", (order.shopper_id,)),
    )
    payment = payments.payment_by_id(payment_id=known.id, shopper_id=order.shopper_id)
    said = payments.verdicts(payment_id=payment.id, merchant_ids=owners)
    if seen.id in said:
        return orders.consignment_by_id(consignment_id=seen.id, merchant_id=seen.merchant_id)
    promise = payments.authorisation(payment_id=payment.id, shopper_id=order.shopper_id)
    check_answerable(payment=payment, promise=promise)
    standing = orders.standing_consignments(order_id=order.id, merchant_ids=owners)
    about = [one for one in standing.values() if one.merchant_id == seen.merchant_id]
    for one in about if verdict is Verdict.DROPPED else [one for one in about if one.id == seen.id]:
        record_verdict(payment=payment, merchant_id=one.merchant_id, consignment_id=one.id, verdict=verdict, at=at)
        said[one.id] = verdict
        if verdict is Verdict.DROPPED:
            _drop(payment, one, at)
            del standing[one.id]
    if verdict is Verdict.DROPPED:
        release_reservations(order_ids=[order.id], merchant_ids=[seen.merchant_id], at=at)
    if not standing:
        mark_order_cancelled(order_id=order.id, shopper_id=order.shopper_id, reason=CancelReason.OPERATOR, at=at)
        cancel_payment(shopper_id=order.shopper_id, order_id=order.id)
    elif all_agreed(consignments=standing, verdicts=said):
        take_now(payment=payment)
    return orders.consignment_by_id(consignment_id=seen.id, merchant_id=seen.merchant_id)


def _drop(payment: Payment, part: ConsignmentView, at: datetime) -> None:
    move_consignment(consignment_id=part.id, merchant_id=part.merchant_id, verb=Verb.CANCEL, at=at)
    release_allowance(shopper_id=part.shopper_id, order_id=part.order_id, number=part.number, at=at)
    take_less(payment=payment, less=part.amounts.total)
