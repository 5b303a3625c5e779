"""The bank has decided a chargeback: the money comes back to us, or is gone."""

from datetime import datetime

from django.db import transaction

from entrepot.allowance.services import release_allowance
from entrepot.base import locks
from entrepot.base.outbox import News, tell_all
from entrepot.disputes import queries as disputes
from entrepot.disputes.rules import line_moneys
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_groups
from entrepot.ledger.terms import Result, Transfer
from entrepot.orders import queries as orders
from entrepot.orders.rules import STAGES
from entrepot.orders.services import move_consignment, resume_release
from entrepot.orders.terms import ConsignmentView, Stage, Verb
from entrepot.payments import queries as payments
from entrepot.payments import rules
from entrepot.payments.services import charge_back_parts, finish_chargeback, return_hold
from entrepot.payments.terms import (
    CHARGEBACK_ENDED,
    Chargeback,
    ChargebackPart,
    ChargebackVerb,
    Hold,
    HoldState,
    ProviderChargeback,
    ProviderProof,
)
from entrepot.stock import queries as stock
from entrepot.stock.services import release_reservations


@transaction.atomic(durable=True)
def end_chargeback(*, chargeback_id: int, shopper_id: int, said: ProviderChargeback, at: datetime) -> None:
    """Book what the bank decided. Won: what was taken or set aside comes back, and the clocks go on.

    Lost: the hold pays as far as it still stands; what was released before is taken from what the merchant set aside,
    the commission is given up, and duty, tax and freight that went on to others are our loss.
    Repeating changes nothing. Raises WrongMoment when it ended another way before.
    SQL budget: 25 and 16 for each consignment, and 10 when repeated.
    """
    known = payments.chargeback_by_id(chargeback_id=chargeback_id, shopper_id=shopper_id)
    order = orders.order_for_payment(order_id=known.order_id, shopper_id=shopper_id)
    owners = order.merchant_ids
    holds = payments.holds_of_payment(payment_id=known.payment_id, merchant_ids=owners)
    locks.take(
        stock.rows_of_order(order_id=order.id, merchant_ids=owners),
        *orders.rows_of_order(order_id=order.id, shopper_id=shopper_id, merchant_ids=owners),
        locks.Rows("payments_payment", (known.payment_id,), "shopper_id", (shopper_id,)),
        locks.Rows("payments_hold", tuple(one.id for one in holds), "merchant_id", owners),
    )
    chargeback = payments.chargeback_by_id(chargeback_id=chargeback_id, shopper_id=shopper_id)
    verb = rules.ending_of(chargeback=chargeback, said=said)
    if verb is None:
        return
    now = payments.holds_of_payment(payment_id=known.payment_id, merchant_ids=owners)
    held = {hold.shares.consignment_id: hold for hold in now}
    claims = disputes.disputes_of_order(order_id=order.id, merchant_ids=owners)
    losses: dict[ChargebackPart, Money] = {}
    groups: list[tuple[Transfer, ...]] = []
    for part in payments.parts_of_chargeback(chargeback_id=chargeback_id, merchant_ids=owners):
        hold, losses[part] = held[part.consignment_id], part.lost
        if verb is ChargebackVerb.WIN:
            # What comes back of the fee comes back once.
            fee = said.fee_back if not groups else Money.zero(said.fee_back.currency)
            won = book.dispute_won(
                dispute_id=part.id, shares=hold.shares, amount=part.amount, fee=fee, set_aside=part.aside
            )
            groups.append(won)
        elif verb is ChargebackVerb.LOSE:
            lost, losses[part] = _lose(chargeback, part, hold, at)
            groups.append(lost)
        # A dispute with the merchant may have stopped the clock as well; then it goes on when that has ended.
        open_claims = [one for one in claims.get(part.consignment_id, ()) if one.ended_at is None]
        if verb is not ChargebackVerb.CLOSE and not open_claims:
            resume_release(consignment_id=part.consignment_id, merchant_id=part.merchant_id, at=at)
    finish_chargeback(chargeback=chargeback, verb=verb, losses=losses, at=at)
    tell_all([News(CHARGEBACK_ENDED, part.id, part.merchant_id, {"by": str(verb)}) for part in losses], at=at)
    results = post_groups(groups=[group for group in groups if group], at=at)
    must(set(results) <= {Result.CREATED, Result.EXISTS}, "what the bank decided is booked")


def _lose(chargeback: Chargeback, part: ChargebackPart, hold: Hold, at: datetime) -> tuple[tuple[Transfer, ...], Money]:
    """What is booked, and what of it the merchant loses of its own."""
    seen = orders.consignment_by_id(consignment_id=part.consignment_id, merchant_id=part.merchant_id)
    lost = rules.charged_back(
        part=part,
        hold=hold,
        lines=line_moneys(consignment=seen),
        given=payments.parts_given_back(merchant_id=part.merchant_id, consignment_id=part.consignment_id),
    )
    transfers = book.dispute_lost(
        dispute_id=part.id, shares=hold.shares, amount=part.amount, held=lost.held, back=lost.back,
        set_aside=part.aside, home=lost.home,
    )  # fmt: skip
    own = lost.back.merchant_own if lost.back else Money.zero(part.aside.currency)
    if not lost.parts:
        return transfers, own
    payment = payments.payment_by_id(payment_id=chargeback.payment_id, shopper_id=chargeback.shopper_id)
    proof = ProviderProof(chargeback.provider_id, rules.refunded_total(parts=lost.parts))
    charge_back_parts(payment=payment, hold=hold, key=lost.key, proof=proof, parts=lost.parts, at=at)
    left = rules.shares_left(shares=hold.left, given=rules.given_sums(parts=lost.parts, shares=hold.shares))
    # While the depot has the parcel in hand the consignment goes on, though nothing is held for it any more.
    if hold.state is HoldState.OPEN and not left.goods and (seen.stage, Verb.GIVE_BACK) in STAGES:
        _end(seen, at)
        transfers += book.released(shares=left)
    return transfers, own


def _end(part: ConsignmentView, at: datetime) -> None:
    move_consignment(consignment_id=part.id, merchant_id=part.merchant_id, verb=Verb.GIVE_BACK, at=at)
    return_hold(merchant_id=part.merchant_id, consignment_id=part.id)
    if part.stage is Stage.PAID:
        release_reservations(order_ids=[part.order_id], merchant_ids=[part.merchant_id], at=at)
        release_allowance(shopper_id=part.shopper_id, order_id=part.order_id, number=part.number, at=at)
