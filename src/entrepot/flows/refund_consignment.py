"""A part or all of what a shopper paid for a consignment goes back, whether its money is still held or not."""

from datetime import datetime

from django.db import transaction

from entrepot.allowance.services import release_allowance
from entrepot.base import locks
from entrepot.disputes.rules import line_moneys
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import Transfer
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignment
from entrepot.orders.terms import ConsignmentView, Stage, Verb
from entrepot.payments import queries as payments
from entrepot.payments import rules
from entrepot.payments.services import open_part_refund, return_hold
from entrepot.payments.terms import HoldState, Refund, RefundAsk
from entrepot.stock import queries as stock
from entrepot.stock.services import release_reservations


@transaction.atomic(durable=True)
def refund_consignment(*, consignment_id: int, merchant_id: int, ask: RefundAsk, at: datetime) -> Refund:
    """Owe what is asked back to the shopper, out of whose hands `ask` says; a job of payments sends it.

    Before release it comes out of the hold, afterwards from those who have the money; a merchant with too little owes
    the rest. With the last of the goods the hold ends: what nobody gives back goes where it is owed, the consignment is
    refunded, and goods that were not sent are on sale again. Repeating `ask.key` changes nothing and answers the same.

    An edge finds the consignment through its viewer first. Raises ConsignmentUnknown, HoldUnknown, NothingPaid,
    NothingLeft, DisputedByBank, MoreThanLeft, RefundImpossible, RefundKeyReused, and WrongMoment when all of it would go back while
    the depot has the parcel. SQL budget: 35, and 13 when repeated.
    """
    seen = orders.consignment_by_id(consignment_id=consignment_id, merchant_id=merchant_id)
    payment = payments.payment_of_order(shopper_id=seen.shopper_id, order_id=seen.order_id)
    hold = payments.hold(merchant_id=merchant_id, consignment_id=consignment_id)
    locks.take(
        stock.rows_of_order(order_id=seen.order_id, merchant_ids=[merchant_id]),
        *orders.rows_of_consignment(consignment_id=consignment_id, merchant_id=merchant_id),
        locks.Rows("payments_payment", (payment.id,), "shopper_id", (payment.shopper_id,)),
        locks.Rows("payments_hold", (hold.id,), "merchant_id", (merchant_id,)),
    )
    known = payments.refund_by_key(shopper_id=payment.shopper_id, payment_id=payment.id, key=ask.key)
    if known is not None:
        rules.check_repeat(known=known, consignment_id=consignment_id, ask=ask)
        return known
    hold = payments.hold(merchant_id=merchant_id, consignment_id=consignment_id)
    payment = payments.payment_by_id(payment_id=payment.id, shopper_id=payment.shopper_id)
    rules.check_refundable(payment=payment, hold=hold)
    standing = payments.standing_chargebacks(merchant_id=merchant_id, consignment_ids=[consignment_id])
    rules.check_undisputed(standing=standing)
    given = payments.parts_given_back(merchant_id=merchant_id, consignment_id=consignment_id)
    parts = rules.refund_parts(lines=line_moneys(consignment=seen), given=given, ask=ask, fx=hold.shares.fx)
    moves = rules.refund_moves(parts=parts, shares=hold.shares, released=hold.state is HoldState.RELEASED)
    owed = open_part_refund(payment=payment, hold=hold, ask=ask, parts=parts, at=at)
    left = rules.shares_left(shares=hold.left, given=rules.given_sums(parts=parts, shares=hold.shares))
    rest: tuple[Transfer, ...] = ()
    if hold.state is HoldState.OPEN and not left.goods:
        _end(orders.consignment_by_id(consignment_id=consignment_id, merchant_id=merchant_id), at)
        rest = book.released(shares=left)
    paid = book.paid_back(refund_id=owed.id, payment_id=payment.id, moves=moves)
    post_transfers(transfers=(*paid, *rest), at=at)
    return owed


def _end(part: ConsignmentView, at: datetime) -> None:
    """All goods are given back: the hold is over, and with it what was kept for a consignment that was never sent."""
    move_consignment(consignment_id=part.id, merchant_id=part.merchant_id, verb=Verb.GIVE_BACK, at=at)
    return_hold(merchant_id=part.merchant_id, consignment_id=part.id)
    if part.stage is Stage.PAID:
        owned = orders.rows_of_order(
            order_id=part.order_id, shopper_id=part.shopper_id, merchant_ids=[part.merchant_id]
        )
        # Reservations know the order and the article, not the consignment: another one's goods are not given away.
        if len(owned[-1].ids) == 1:
            release_reservations(order_ids=[part.order_id], merchant_ids=[part.merchant_id], at=at)
        release_allowance(shopper_id=part.shopper_id, order_id=part.order_id, number=part.number, at=at)
