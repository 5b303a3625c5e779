"""What the provider's report proves goes into the books: its fees, and what it paid into our bank."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db import transaction

from entrepot.kernel.money import Money
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_groups
from entrepot.ledger.terms import About, Result, Transfer
from entrepot.reconciliation import queries as reconciliation
from entrepot.reconciliation.terms import Item, Kind


@transaction.atomic(durable=True)
def book_report(*, at: datetime) -> int:
    """Book fees and settlements that the provider has reported and the books lack; gives how many were booked.

    Each takes effect on the day of its line, or now where that day's books are closed. The provider's own number is
    the transfer's key, so repeating books nothing twice. SQL budget: 1, and 2 for each day that has any.
    """
    lines = reconciliation.provable()
    return sum(_booked(tuple(group), at) for _, group in groupby(lines, key=lambda line: line.at.date()))


def _booked(lines: tuple[Item, ...], at: datetime) -> int:
    groups = [_postings(line) for line in lines]
    then = min(at, max(line.at for line in lines))
    results = post_groups(groups=groups, at=at, effective_at=then)
    late = list(_closed(groups, results))
    if late:
        results = (*results, *post_groups(groups=late, at=at))
    return sum(result is Result.CREATED for result in results)


def _closed(groups: Iterable[tuple[Transfer, ...]], results: Iterable[Result]) -> Iterable[tuple[Transfer, ...]]:
    told = iter(results)
    for group in groups:
        if Result.PERIOD_CLOSED in [next(told) for _ in group]:
            yield group


def _postings(line: Item) -> tuple[Transfer, ...]:
    if line.kind is Kind.SETTLED:
        nothing = Money.zero(line.amount.currency)
        return book.provider_settled(settlement=line.source, paid=-line.amount, reserved=nothing)
    return book.provider_charged(cause=line.source, fee=-line.amount, about=About())
