"""Money owed back to a shopper: written down with its booking, sent by a job, closed with the provider's proof."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Case, Exists, F, Value, When

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import defer, tell
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.payments import models, queries, rules
from entrepot.payments.terms import (
    GIVEN_BACK,
    Hold,
    Payment,
    ProviderProof,
    Refund,
    RefundAsk,
    RefundId,
    RefundImpossible,
    RefundPart,
    RefundState,
    State,
    Verb,
)


@transaction.atomic(savepoint=False)
def open_refund(*, payment: Payment, proof: ProviderProof, reason: str, at: datetime) -> Refund:
    """Owe what `proof` took back to the shopper, and queue the job that sends it. Once for each payment and reason.

    The payment is polled until it was sent, should the job be lost or the provider be silent for long.
    """
    return _opened(payment, proof, reason=reason, key=reason, at=at)


@transaction.atomic(savepoint=False)
def open_part_refund(
    *, payment: Payment, hold: Hold, ask: RefundAsk, parts: Sequence[RefundPart], at: datetime
) -> Refund:
    """Owe these parts of a consignment back to the shopper, take them off its hold, queue the job that sends them.

    Once for each payment and key. The hold and the payment are locked. Raises RefundImpossible for an unusable key.
    """
    if not 0 < len(ask.key) <= rules.KEY_LENGTH_MAX:
        raise RefundImpossible(currency=payment.amount.currency)
    about = hold.shares.about
    proof = ProviderProof(payment.intent_id, rules.refunded_total(parts=parts))
    owed = _opened(
        payment, proof, reason=ask.reason, key=ask.key, at=at,
        consignment_id=about.consignment_id, merchant_id=about.merchant_id, asked=ask.written,
    )  # fmt: skip
    _take_off(hold, owed, parts, at)
    facts = {"refund": owed.ref, "reason": ask.reason}
    tell(GIVEN_BACK, subject=hold.shares.consignment_id, owner=hold.merchant_id, at=at, facts=facts)
    return owed


@transaction.atomic(savepoint=False)
def charge_back_parts(
    *, payment: Payment, hold: Hold, key: str, proof: ProviderProof, parts: Sequence[RefundPart], at: datetime
) -> None:
    """The card holder's bank has taken these parts of a consignment back: like a refund that has arrived already.

    key: the chargeback's part, so that it counts once. The hold and the payment are locked.
    """
    about = hold.shares.about
    owed = _written(
        payment, proof, reason="chargeback", key=key, at=at, state=RefundState.DONE, provider_id=proof.provider_id,
        ended_at=at, consignment_id=about.consignment_id, merchant_id=about.merchant_id,
    )  # fmt: skip
    _take_off(hold, owed, parts, at)
    tell(GIVEN_BACK, subject=hold.shares.consignment_id, owner=hold.merchant_id, at=at,
         facts={"refund": owed.ref, "reason": "chargeback"})  # fmt: skip


def _take_off(hold: Hold, owed: Refund, parts: Sequence[RefundPart], at: datetime) -> None:
    models.RefundPartRow.objects.bulk_create(_row(one, hold, owed, at) for one in parts)
    given = rules.given_sums(parts=parts, shares=hold.shares)
    models.HoldRow.objects.filter(merchant_id=hold.merchant_id, id=hold.id).update(
        given_goods_minor=F("given_goods_minor") + given.goods.minor,
        given_freight_minor=F("given_freight_minor") + given.freight.minor,
        given_duty_minor=F("given_duty_minor") + given.duty.minor,
        given_tax_minor=F("given_tax_minor") + given.tax.minor,
        given_fees_minor=F("given_fees_minor") + given.fees.minor,
        given_commission_minor=F("given_commission_minor") + given.commission.minor,
        given_commission_tax_minor=F("given_commission_tax_minor") + _minor(given.commission_tax),
        given_net_minor=F("given_net_minor") + given.merchant_net.minor,
        given_promoted_minor=F("given_promoted_minor") + _minor(given.promoted),
        given_promoted_freight_minor=F("given_promoted_freight_minor") + _minor(given.promoted_freight),
        given_merchant_freight_minor=F("given_merchant_freight_minor") + _minor(given.merchant_freight),
    )


def _opened(
    payment: Payment, proof: ProviderProof, *, reason: str, key: str, at: datetime, **more: int | str | None
) -> Refund:
    owed = _written(payment, proof, reason=reason, key=key, at=at, state=RefundState.OPEN, **more)
    models.PaymentRow.objects.filter(shopper_id=payment.shopper_id, id=payment.id).update(
        poll_at=at + rules.POLL_FIRST, polls=0
    )
    defer("payments.refund", refund_id=owed.id, shopper_id=payment.shopper_id)
    return owed


def _written(
    payment: Payment, proof: ProviderProof, *, reason: str, key: str, at: datetime, **more: datetime | int | str | None
) -> Refund:
    refund_id = RefundId(new_id(owner=payment.shopper_id))
    models.RefundRow.objects.create(
        id=refund_id,
        ref=new_reference("rfd"),
        shopper_id=payment.shopper_id,
        payment_id=payment.id,
        order_id=payment.order_id,
        key=key,
        intent_id=proof.provider_id,
        amount_minor=proof.amount.minor,
        currency=proof.amount.currency,
        reason=reason,
        opened_at=at,
        **more,
    )
    return queries.refund(refund_id=refund_id, shopper_id=payment.shopper_id)


@transaction.atomic(savepoint=False)
def close_refund(*, refund: Refund, proof: ProviderProof, at: datetime) -> None:
    """The provider gave the money back. A payment that was only waiting for this has ended, and is asked about no more.

    Raises AmountDiffers.
    """
    rules.check_amount(asked=refund.amount, got=proof.amount)
    moved = models.RefundRow.objects.filter(shopper_id=refund.shopper_id, id=refund.id, state=RefundState.OPEN).update(
        state=RefundState.DONE, provider_id=proof.provider_id, ended_at=at
    )
    must(moved == 1, "a refund is closed once, under its payment's lock")
    owed = models.RefundRow.objects.filter(
        shopper_id=refund.shopper_id, payment_id=refund.payment_id, state=RefundState.OPEN
    )
    returned = rules.after(state=State.RETURNING, verb=Verb.RETURN)
    models.PaymentRow.objects.filter(~Exists(owed), shopper_id=refund.shopper_id, id=refund.payment_id).update(
        state=Case(When(state=State.RETURNING, then=Value(returned)), default=F("state")), poll_at=None
    )


def _row(part: RefundPart, hold: Hold, owed: Refund, at: datetime) -> models.RefundPartRow:
    return models.RefundPartRow(
        id=new_id(owner=hold.merchant_id),
        merchant_id=hold.merchant_id,
        consignment_id=hold.shares.consignment_id,
        refund_id=owed.id,
        number=part.number,
        part=part.part,
        bearer=part.bearer,
        currency=part.amount.currency,
        amount_minor=part.amount.minor,
        promoted_minor=part.promoted.minor,
        promoted_freight_minor=part.promoted_freight.minor,
        delivery_minor=part.delivery.minor,
        carrier=part.carrier,
        commission_minor=part.commission.minor,
        commission_tax_minor=part.commission_tax.minor,
        merchant_currency=part.own.currency,
        own_minor=part.own.minor,
        at=at,
    )


def _minor(money: Money | None) -> int:
    return money.minor if money else 0
