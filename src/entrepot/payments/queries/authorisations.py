"""Reading what was authorised first, and what merchants said to it."""

from collections.abc import Sequence

from entrepot.kernel.money import Money
from entrepot.payments import models
from entrepot.payments.terms import Authorisation, Verdict


def authorisation(*, payment_id: int, shopper_id: int) -> Authorisation | None:
    """How a payment is authorised; none for one that is taken at once."""
    row = models.AuthorisationRow.objects.filter(shopper_id=shopper_id, payment_id=payment_id).first()
    if row is None:
        return None
    return Authorisation(
        payment_id=row.payment_id,
        shopper_id=row.shopper_id,
        order_id=row.order_id,
        promised=Money(row.promised_minor, row.currency),
        dropped=Money(row.dropped_minor, row.currency),
        authorised_at=row.authorised_at,
        capture_at=row.capture_at,
        taking_at=row.taking_at,
    )


def verdicts(*, payment_id: int, merchant_ids: Sequence[int]) -> dict[int, Verdict]:
    """What merchants said to their consignments of an authorised payment, by consignment; others are absent."""
    rows = models.VerdictRow.objects.filter(merchant_id__in=list(merchant_ids), payment_id=payment_id)
    return {row.consignment_id: Verdict(row.verdict) for row in rows}
