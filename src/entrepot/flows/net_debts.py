"""Merchants that owe and have money: the one pays the other."""

from datetime import datetime

from django.db import transaction

from entrepot.base.identity import new_id
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_groups
from entrepot.ledger.terms import Kind


@transaction.atomic(durable=True)
def net_debts(*, at: datetime) -> int:
    """Pay debts from what is available, as much as both allow; gives how many merchants' debts were looked at.

    A release pays a debt at once; this is for money that came another way, such as a reserve that came back. Repeating
    finds nothing left to pay.
    SQL budget: 3, and 1 more for each merchant that owes.
    """
    owing = ledger.subjects_owing(kind=Kind.MERCHANT_RECEIVABLE, limit=None)
    groups = []
    for merchant_id, currency, owed in owing:
        has = ledger.balance(kind=Kind.MERCHANT_AVAILABLE, subject=merchant_id, currency=currency).available
        part = min(owed, max(has, Money.zero(currency)))
        if part:
            groups.append(book.netted(cause=str(new_id(owner=merchant_id)), merchant_id=merchant_id, amount=part))
    post_groups(groups=groups, at=at)
    return len(groups)
