"""The shopper of a parcel that customs refused has the money back: all of what was held for it."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignment
from entrepot.orders.terms import ConsignmentUnknown, Stage, Verb
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import open_refund, return_hold
from entrepot.payments.terms import ProviderProof


@transaction.atomic(durable=True)
def give_back_refused(*, viewer: Viewer, order_ref: str, consignment_ref: str, at: datetime) -> None:
    """Owe the held money of a refused parcel back to its shopper, goods, freight, duty and tax; a job sends it.

    The shopper's own choice, or an operator's for them. Repeating changes nothing.
    Raises OrderUnknown, ConsignmentUnknown, WrongMoment for a parcel that customs did not refuse.
    SQL budget: 30.
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
    if orders.consignment_by_id(consignment_id=part.id, merchant_id=part.merchant_id).stage is Stage.REFUNDED:
        return
    move_consignment(consignment_id=part.id, merchant_id=part.merchant_id, verb=Verb.GIVE_BACK, at=at)
    return_hold(merchant_id=part.merchant_id, consignment_id=part.id)
    amount = hold.shares.total
    proof = ProviderProof(payment.intent_id, amount)
    owed = open_refund(payment=payment, proof=proof, reason=f"customs_refused:{part.ref}", at=at)
    post_transfers(
        transfers=book.refunded(refund_id=owed.id, payment_id=payment.id, shares=hold.shares, amount=amount), at=at
    )
