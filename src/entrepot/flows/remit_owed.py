"""The marketplace pays duty, tax, border fees or freight to whom it is owed, from its bank."""

from datetime import datetime

from django.db import transaction

from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import AccountRef, Kind, Overdrawn
from entrepot.parties.terms import NotYours, Viewer


@transaction.atomic(durable=True)
def remit_owed(*, viewer: Viewer, kind: Kind, country: str, amount: Money, number: str, at: datetime) -> None:
    """Book what our bank paid to a country's authority, or to carriers (country is then empty). number: the payment's.

    The number is what the bank's statement names, so reconciliation finds the line by it; the same number once.
    Raises NotYours for all but operators, Overdrawn when less is owed, KeyTaken for a number with another amount.
    SQL budget: 4.
    """
    if not viewer.operator:
        raise NotYours
    owed = AccountRef(kind, book.country_subject(country) if country else 0)
    transfers = book.remitted(cause=number, owed=owed, amount=amount)
    # The account has no guard, since nobody may wait for it: two payments at once are the operator's own doing.
    standing = ledger.balance(kind=kind, currency=amount.currency, subject=owed.subject).posted
    if standing < amount and not ledger.is_posted(key=transfers[0].key):
        raise Overdrawn(kind=kind, key=transfers[0].key, amount=str(amount))
    post_transfers(transfers=transfers, at=at)
