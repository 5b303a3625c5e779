"""The shopper's money has arrived."""

from datetime import datetime
from typing import Final

from django.db import transaction

from entrepot.base import locks
from entrepot.base.calls import Halted, answer_all, run_calls
from entrepot.base.outbox import News, news_call, tell
from entrepot.kernel.money import Money
from entrepot.kernel.must import Broken, must
from entrepot.ledger import rules as book
from entrepot.ledger.services import POSTING_REFUSED, post_transfers, posting_call, raise_refusal
from entrepot.orders import queries as orders
from entrepot.orders.services import ORDER_MOVED, paid_order_call
from entrepot.orders.terms import PAID, OrderMoney
from entrepot.payments import queries as payments
from entrepot.payments import rules
from entrepot.payments.rules import SETTLED
from entrepot.payments.services import PAYMENT_MOVED, capture_call, heard_call, open_refund, record_capture
from entrepot.payments.terms import (
    CAME_LATE,
    CAPTURED,
    Outcome,
    PaymentToSettle,
    PaymentUnknown,
    ProviderMessage,
    ProviderProof,
    State,
    Verb,
)
from entrepot.stock.services import committing_call

# Each time somebody else has moved the order or its payment on meanwhile, which they do twice at most.
_LOOKS: Final = 4


def settle_payment(
    *,
    proof: ProviderProof,
    at: datetime,
    payment_id: int = 0,
    reference: str = "",
    message: ProviderMessage | None = None,
) -> bool:
    """Book captured money: the order is paid, its goods are committed, each consignment's part is held.

    The payment is named by its key or by our reference. message: the signed one that proves it, kept as acted on in
    the same statement. When the order was given up before, the money is booked and goes back to the shopper by itself.
    Repeating with the same proof changes nothing and answers False. Raises PaymentUnknown, AmountDiffers (nothing is
    booked, the caller keeps the message), WrongMoment.
    SQL budget: 2, and 1 when repeated (2 with a message); 13 when it goes back.
    """
    for _ in range(_LOOKS):
        payment, order = _read(payment_id, reference)
        if payment.state in SETTLED and payment.intent_id == proof.provider_id:
            if message is not None:
                run_calls(heard_call(message=message, outcome=Outcome.NO_EFFECT, at=at))
            return False
        if message is not None and payment.intent_id not in {"", proof.provider_id}:
            raise PaymentUnknown
        if rules.after(state=payment.state, verb=Verb.CAPTURE) is State.RETURNING:
            _give_back(payment, proof, message, at)
            return True
        must(payment.intent_id in {"", proof.provider_id}, "a payment has one intent")
        rules.check_amount(asked=payment.amount, got=proof.amount)
        if _booked(payment, order, proof, message, at):
            return True
    raise Broken("a payment settles down")


def _read(payment_id: int, reference: str) -> tuple[PaymentToSettle, OrderMoney]:
    payment, order = payments.payment_ask(), orders.order_money_ask()
    answer_all(payment, order, source=payments.found_payment(payment_id=payment_id, reference=reference))
    return payment.answer, order.answer


def _booked(
    payment: PaymentToSettle, order: OrderMoney, proof: ProviderProof, message: ProviderMessage | None, at: datetime
) -> bool:
    """Whether all of it was written; not when the order or the payment has moved since it was read."""
    owner, order_id = payment.shopper_id, payment.order_id
    held = Money.total((share.total for share in order.shares), payment.amount.currency)
    must(held == payment.amount, "the consignments sum to what was paid")
    transfers = book.captured(payment_id=payment.id, shares=order.shares)
    heard = [] if message is None else [heard_call(message=message, outcome=Outcome.APPLIED, at=at)]
    try:
        stopped = run_calls(
            paid_order_call(order_id=order_id, shopper_id=owner, merchant_ids=order.merchant_ids, at=at),
            capture_call(payment=payment, proof=proof, shares=order.shares, at=at),
            committing_call(order_id=order_id, merchant_ids=order.merchant_ids, at=at),
            *heard,
            news_call(News(PAID, order_id, owner), News(CAPTURED, payment.id, owner), at=at),
            posting_call(transfers=transfers, at=at),
        )
    except Halted as halt:
        if halt.code == POSTING_REFUSED:
            raise_refusal(transfers=transfers, results=halt.detail)
        if halt.code != PAYMENT_MOVED:
            raise
        return False
    return stopped != ORDER_MOVED


@transaction.atomic(durable=True)
def _give_back(known: PaymentToSettle, proof: ProviderProof, message: ProviderMessage | None, at: datetime) -> None:
    locks.take(locks.Rows("payments_payment", (known.id,), "shopper_id", (known.shopper_id,)))
    payment = payments.payment_by_id(payment_id=known.id, shopper_id=known.shopper_id)
    if message is not None:
        run_calls(heard_call(message=message, outcome=Outcome.APPLIED, at=at))
    if payment.state in SETTLED and payment.intent_id == proof.provider_id:
        return
    must(record_capture(payment=payment, proof=proof, at=at) is State.RETURNING, "a cancelled payment stays cancelled")
    owed = open_refund(payment=payment, proof=proof, reason="order_cancelled", at=at)
    tell(CAME_LATE, subject=payment.id, owner=payment.shopper_id, at=at)
    transfers = book.returned(refund_id=owed.id, payment_id=payment.id, order_id=payment.order_id, amount=proof.amount)
    post_transfers(transfers=transfers, at=at)
