"""What the provider and we call payments, refunds, payouts and chargebacks: for comparing with its reports."""

from collections.abc import Sequence

from django.db import connection

from entrepot.base.owners import across_owners
from entrepot.payments.terms import Mark

_MARKS = """
SELECT 'payment', id, id::text, intent_id, ref, intent_id FROM payments_payment WHERE id = ANY(%s)
UNION ALL
SELECT 'refund', id, id::text, provider_id, ref, intent_id FROM payments_refund WHERE id = ANY(%s)
UNION ALL
SELECT 'payout', id, id::text, provider_id, ref, '' FROM payments_payout WHERE id = ANY(%s)
UNION ALL
SELECT 'chargeback', p.id, p.chargeback_id::text, c.provider_id, c.ref, ''
  FROM payments_chargebackpart p
  JOIN payments_chargeback c ON c.shopper_id = p.shopper_id AND c.id = p.chargeback_id
 WHERE p.id = ANY(%s)
"""


def marks(
    *, payments: Sequence[int], refunds: Sequence[int], payouts: Sequence[int], chargebacks: Sequence[int]
) -> dict[str, Mark]:
    """By `payment/5`, `refund/7`, `payout/9`, `chargeback/3` (a part of one): the provider's id and our reference."""
    with across_owners("a report is about everybody's money"), connection.cursor() as cursor:
        cursor.execute(_MARKS, [list(payments), list(refunds), list(payouts), list(chargebacks)])
        return {
            f"{kind}/{number}": Mark(f"{kind}/{event}", source, reference, payment)
            for kind, number, event, source, reference, payment in cursor.fetchall()
        }
