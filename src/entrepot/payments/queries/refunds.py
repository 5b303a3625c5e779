"""What is owed back to shoppers, or was."""

from entrepot.kernel.money import Money
from entrepot.payments import models
from entrepot.payments.terms import PaymentId, PaymentUnknown, Refund, RefundId, RefundState


def refund(*, refund_id: int, shopper_id: int) -> Refund:
    """One refund by its key. Raises PaymentUnknown."""
    row = models.RefundRow.objects.filter(shopper_id=shopper_id, id=refund_id).first()
    if row is None:
        raise PaymentUnknown
    return _refund(row)


def refunds_of(*, shopper_id: int, payment_id: int) -> tuple[Refund, ...]:
    """What is or was owed back for one payment, oldest first."""
    rows = models.RefundRow.objects.filter(shopper_id=shopper_id, payment_id=payment_id).order_by("id")
    return tuple(_refund(row) for row in rows)


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
    )
