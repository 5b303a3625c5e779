"""The shopper of a parcel that customs refused has the money back: all that is still held for it."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.disputes.rules import line_moneys
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignment
from entrepot.orders.terms import ConsignmentUnknown, Stage, Verb, WrongMoment
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from entrepot.payments import rules
from entrepot.payments.services import open_part_refund, return_hold
from entrepot.payments.terms import RefundAsk


@transaction.atomic(durable=True)
def give_back_refused(*, viewer: Viewer, order_ref: str, consignment_ref: str, at: datetime) -> None:
    """Owe the held money of a refused parcel back to its shopper, goods, freight, duty and tax; a job sends it.

    The shopper's own choice, or an operator's for them. Repeating changes nothing.
    Raises OrderUnknown, ConsignmentUnknown, WrongMoment for a parcel that customs did not refuse.
    SQL budget: 33.
    """
    order = orders.order(viewer=viewer, ref=order_ref)
    part = next((each for each in order.consignments if each.ref == consignment_ref), None)
    if part is None:
        raise ConsignmentUnknown
    hold = payments.hold(merchant_id=part.merchant_id, consignment_id=part.id)
    payment = payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id)
    locks.take(
        *orders.rows_of_consignment(consignment_id=part.id, merchant_id=part.merchant_id),
        locks.Rows("payments_payment", (payment.id,), "shopper_id", (order.shopper_id,)),
        locks.Rows("payments_hold", (hold.id,), "merchant_id", (part.merchant_id,)),
    )
    stage = orders.consignment_by_id(consignment_id=part.id, merchant_id=part.merchant_id).stage
    if stage is Stage.REFUNDED:
        return
    if stage is not Stage.REFUSED:
        raise WrongMoment(state=stage, verb=Verb.GIVE_BACK)
    hold = payments.hold(merchant_id=part.merchant_id, consignment_id=part.id)
    ask = RefundAsk(key=f"customs_refused:{part.ref}", reason="customs_refused")
    parts = rules.refund_parts(
        lines=line_moneys(consignment=part),
        given=payments.parts_given_back(merchant_id=part.merchant_id, consignment_id=part.id),
        ask=ask,
        fx=hold.shares.fx,
    )
    moves = rules.refund_moves(parts=parts, shares=hold.shares, released=False)
    owed = open_part_refund(payment=payment, hold=hold, ask=ask, parts=parts, at=at)
    move_consignment(consignment_id=part.id, merchant_id=part.merchant_id, verb=Verb.GIVE_BACK, at=at)
    return_hold(merchant_id=part.merchant_id, consignment_id=part.id)
    left = rules.shares_left(shares=hold.left, given=rules.given_sums(parts=parts, shares=hold.shares))
    paid = book.paid_back(refund_id=owed.id, payment_id=payment.id, moves=moves)
    post_transfers(transfers=(*paid, *book.released(shares=left)), at=at)
