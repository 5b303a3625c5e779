"""A card holder disputes a payment with the bank: the provider takes the money back, or first only asks."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.base.outbox import News, tell_all
from entrepot.disputes.rules import line_moneys
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_groups
from entrepot.ledger.terms import Result, Transfer
from entrepot.orders import queries as orders
from entrepot.orders.services import pause_release
from entrepot.payments import queries as payments
from entrepot.payments import rules
from entrepot.payments.services import record_chargeback, record_taken
from entrepot.payments.terms import (
    CHARGEBACK_OPENED,
    Chargeback,
    ChargebackState,
    Hold,
    HoldState,
    ProviderChargeback,
)


@transaction.atomic(durable=True)
def open_chargeback(*, payment_id: int, said: ProviderChargeback, at: datetime) -> Chargeback:
    """Write a chargeback down and, once the provider has taken the money, book that; gives it as it now stands.

    Held money stays where it is and its clock stands still; where it was released before, the merchant's part is set
    aside, from what the merchant has and else as a debt. An inquiry moves nothing until it becomes a chargeback.
    Repeating changes nothing. Raises WrongMoment for a payment that was not taken.
    SQL budget: 22 and 4 for each consignment, and 12 when repeated.
    """
    known = payments.payment_anywhere(payment_id=payment_id)
    order = orders.order_for_payment(order_id=known.order_id, shopper_id=known.shopper_id)
    owners = order.merchant_ids
    holds = payments.holds_of_payment(payment_id=payment_id, merchant_ids=owners)
    locks.take(
        *orders.rows_of_order(order_id=order.id, shopper_id=order.shopper_id, merchant_ids=owners),
        locks.Rows("payments_payment", (payment_id,), "shopper_id", (known.shopper_id,)),
        locks.Rows("payments_hold", tuple(one.id for one in holds), "merchant_id", owners),
    )
    payment = payments.payment_by_id(payment_id=payment_id, shopper_id=known.shopper_id)
    rules.check_disputable(payment=payment)
    holds = payments.holds_of_payment(payment_id=payment_id, merchant_ids=owners)
    chargeback = record_chargeback(payment=payment, said=said, holds=holds, at=at)
    if said.taken and chargeback.state is ChargebackState.INQUIRY:
        _take(chargeback, said, {hold.shares.consignment_id: hold for hold in holds}, at)
    return payments.chargeback_by_id(chargeback_id=chargeback.id, shopper_id=payment.shopper_id)


def _take(chargeback: Chargeback, said: ProviderChargeback, holds: dict[int, Hold], at: datetime) -> None:
    parts = payments.parts_of_chargeback(
        chargeback_id=chargeback.id, merchant_ids=[hold.merchant_id for hold in holds.values()]
    )
    groups: list[tuple[Transfer, ...]] = []
    asides = {}
    for number, part in enumerate(parts):
        hold = holds[part.consignment_id]
        fee = said.fee if number == 0 else Money.zero(said.fee.currency)
        groups.append(book.dispute_opened(dispute_id=part.id, amount=part.amount, fee=fee, about=hold.shares.about))
        asides[part] = part.aside
        if hold.state is HoldState.RELEASED:
            seen = orders.consignment_by_id(consignment_id=part.consignment_id, merchant_id=part.merchant_id)
            given = payments.parts_given_back(merchant_id=part.merchant_id, consignment_id=part.consignment_id)
            lost = rules.charged_back(part=part, hold=hold, lines=line_moneys(consignment=seen), given=given)
            asides[part] = lost.back.merchant_own if lost.back else part.aside
            groups.append(book.dispute_set_aside(dispute_id=part.id, shares=hold.shares, amount=asides[part]))
        else:
            pause_release(consignment_id=part.consignment_id, merchant_id=part.merchant_id, at=at)
    record_taken(chargeback=chargeback, said=said, asides=asides, at=at)
    tell_all([News(CHARGEBACK_OPENED, part.id, part.merchant_id) for part in parts], at=at)
    results = post_groups(groups=[group for group in groups if group], at=at)
    must(set(results) <= {Result.CREATED, Result.EXISTS}, "what the provider took is booked")
