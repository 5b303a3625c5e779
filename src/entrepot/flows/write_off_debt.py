"""An operator gives up what a merchant will never pay."""

from datetime import datetime

from django.db import transaction

from entrepot.kernel.money import Money
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.parties.terms import NotYours, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import record_write_off


@transaction.atomic(durable=True)
def write_off_debt(*, viewer: Viewer, merchant_id: int, amount: Money, reason: str, key: str, at: datetime) -> str:
    """Book a debt as a loss of ours, with who decided it and why; gives its reference. The same key once.

    Raises NotYours for all but operators, ReasonMissing, Overdrawn when the merchant owes less.
    SQL budget: 3, and 1 when repeated.
    """
    if not viewer.operator:
        raise NotYours
    known = payments.write_off_by_key(merchant_id=merchant_id, key=key)
    if known is not None:
        return known
    ref = record_write_off(viewer=viewer, merchant_id=merchant_id, amount=amount, reason=reason, key=key, at=at)
    post_transfers(transfers=book.written_off(cause=ref, merchant_id=merchant_id, amount=amount), at=at)
    return ref
