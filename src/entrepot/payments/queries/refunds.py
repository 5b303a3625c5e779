"""What is owed back to shoppers, or was."""

from collections.abc import Sequence

from django.db.models import Sum

from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.payments import models
from entrepot.payments.terms import (
    Bearer,
    Part,
    PaymentId,
    PaymentUnknown,
    Refund,
    RefundId,
    RefundPart,
    RefundState,
)


def refund(*, refund_id: int, shopper_id: int) -> Refund:
    """One refund by its key. Raises PaymentUnknown."""
    row = models.RefundRow.objects.filter(shopper_id=shopper_id, id=refund_id).first()
    if row is None:
        raise PaymentUnknown
    return _refund(row)


def refund_at_provider(*, reference: str) -> Refund | None:
    """The refund that the provider means by our reference."""
    with across_owners("the provider names a refund, not whose it is"):
        row = models.RefundRow.objects.filter(ref=reference).first() if reference else None
    return _refund(row) if row else None


def refunds_of(*, shopper_id: int, payment_id: int) -> tuple[Refund, ...]:
    """What is or was owed back for one payment, oldest first."""
    rows = models.RefundRow.objects.filter(shopper_id=shopper_id, payment_id=payment_id).order_by("id")
    return tuple(_refund(row) for row in rows)


def refund_by_key(*, shopper_id: int, payment_id: int, key: str) -> Refund | None:
    """The refund of a payment that was opened under this key."""
    row = models.RefundRow.objects.filter(shopper_id=shopper_id, payment_id=payment_id, key=key).first()
    return _refund(row) if row else None


def parts_given_back(*, merchant_id: int, consignment_id: int) -> tuple[RefundPart, ...]:
    """Every part of every refund of a consignment so far, oldest first."""
    rows = models.RefundPartRow.objects.filter(merchant_id=merchant_id, consignment_id=consignment_id)
    return tuple(_part(row) for row in rows.order_by("id"))


def given_back_for(*, consignments: Sequence[tuple[int, int]]) -> dict[int, Money]:
    """What shoppers got back for (consignment, merchant) pairs so far, in their currency; those without are absent."""
    rows = models.RefundPartRow.objects.filter(
        merchant_id__in=sorted({merchant_id for _, merchant_id in consignments}),
        consignment_id__in=[one for one, _ in consignments],
    )
    found = rows.values_list("consignment_id", "currency").annotate(Sum("amount_minor"))
    return {consignment_id: Money(minor, currency) for consignment_id, currency, minor in found}


def _part(row: models.RefundPartRow) -> RefundPart:
    return RefundPart(
        number=row.number,
        part=Part(row.part),
        bearer=Bearer(row.bearer),
        amount=Money(row.amount_minor, row.currency),
        promoted=Money(row.promoted_minor, row.currency),
        promoted_freight=Money(row.promoted_freight_minor, row.currency),
        delivery=Money(row.delivery_minor, row.currency),
        carrier=Bearer(row.carrier),
        commission=Money(row.commission_minor, row.currency),
        commission_tax=Money(row.commission_tax_minor, row.currency),
        own=Money(row.own_minor, row.merchant_currency),
    )


def _refund(row: models.RefundRow) -> Refund:
    return Refund(
        id=RefundId(row.id),
        ref=row.ref,
        shopper_id=row.shopper_id,
        payment_id=PaymentId(row.payment_id),
        order_id=row.order_id,
        intent_id=row.intent_id,
        amount=Money(row.amount_minor, row.currency),
        reason=row.reason,
        state=RefundState(row.state),
        consignment_id=row.consignment_id,
        asked=row.asked,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
    )
