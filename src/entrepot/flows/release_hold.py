"""The release date has come and nobody claims: the held money goes where it belongs."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.base.outbox import tell
from entrepot.channels import queries as channels
from entrepot.channels.rules import reserve_for
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import Kind, Shares, Transfer
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignment
from entrepot.orders.terms import Verb
from entrepot.payments import queries as payments
from entrepot.payments import terms
from entrepot.payments.rules import check_due, earning_of
from entrepot.payments.services import close_hold, record_earning
from entrepot.payments.terms import Earning, HoldState


@transaction.atomic(durable=True)
def release_hold(*, consignment_id: int, merchant_id: int, at: datetime) -> None:
    """Pay one consignment's held money out to the merchant's account, commission, duty, tax, fees and freight.

    By the terms of the day: the merchant's part may have to mature first, a part of it may be kept as a reserve, and a
    debt is paid from it. Repeating it changes nothing. Raises NotDue before the release date and while a claim is
    open, HoldUnknown.
    SQL budget: 23, one more when something waits, and 6 when repeated.
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
    terms_of_day = reserve_for(
        book=channels.fee_book(), merchant_id=merchant_id, channel=consignment.channel, on=at.date()
    )
    currency = hold.left.merchant_net.currency
    debt = ledger.balances_of(kind=Kind.MERCHANT_RECEIVABLE, subject=merchant_id).get(currency)
    owed = debt.owed if debt else Money.zero(currency)
    earning, set_off = earning_of(shares=hold.left, reserve=terms_of_day, owed=owed, at=at)
    record_earning(earning=earning)
    tell(terms.HOLD_RELEASED, subject=consignment_id, owner=merchant_id, at=at)
    post_transfers(transfers=_moved(hold.left, earning, set_off), at=at)


def _moved(shares: Shares, earning: Earning, set_off: Money) -> tuple[Transfer, ...]:
    if earning.matures_at is not None:
        return book.released(shares=shares, into=Kind.MERCHANT_PENDING)
    consignment_id, merchant_id = shares.consignment_id, shares.merchant_id
    return (
        *book.released(shares=shares),
        *book.netted(cause=f"release/{consignment_id}", merchant_id=merchant_id, amount=set_off),
        *book.reserve_kept(consignment_id=consignment_id, merchant_id=merchant_id, amount=earning.reserve),
    )
