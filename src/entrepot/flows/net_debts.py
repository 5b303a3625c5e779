"""Merchants that owe and have money: the one pays the other."""

from datetime import datetime

from django.db import transaction

from entrepot.base.identity import new_id
from entrepot.ledger import queries as ledger
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_groups
from entrepot.ledger.terms import Kind


@transaction.atomic(durable=True)
def net_debts(*, at: datetime) -> int:
    """Pay debts from what is available, as much as both allow; gives how many merchants' debts were paid or shortened.

    A release pays a debt at once; this is for money that came another way, such as a reserve that came back. Repeating
    finds nothing left to pay.
    SQL budget: 3, and 1 when nobody owes.
    """
    owing = ledger.subjects_owing(kind=Kind.MERCHANT_RECEIVABLE, limit=None)
    if not owing:
        return 0
    rich = ledger.subjects_with_money(
        kind=Kind.MERCHANT_AVAILABLE, subjects=[merchant_id for merchant_id, _, _ in owing], limit=None
    )
    has = {(merchant_id, currency): amount for merchant_id, currency, amount in rich}
    groups = [
        book.netted(
            cause=str(new_id(owner=merchant_id)),
            merchant_id=merchant_id,
            amount=min(owed, has[merchant_id, currency]),
        )
        for merchant_id, currency, owed in owing
        if (merchant_id, currency) in has
    ]
    post_groups(groups=groups, at=at)
    return len(groups)
