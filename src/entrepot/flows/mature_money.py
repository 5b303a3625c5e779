"""Released money whose waiting time is over becomes available; reserves whose time is over come back."""

from datetime import datetime

from django.db import transaction

from entrepot.base.outbox import News, tell_all
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_groups
from entrepot.ledger.terms import Kind
from entrepot.payments import queries as payments
from entrepot.payments.services import mark_earnings
from entrepot.payments.terms import MATURED


@transaction.atomic(durable=True)
def mature_money(*, at: datetime, limit: int = 500) -> int:
    """Move what is due by `at`, each less what claims took of it; gives how many consignments it was about.

    Two at once share the work; repeating moves nothing twice.
    SQL budget: 9, however many there are; 3 when nothing is due.
    """
    matured, returned = payments.earnings_due(at=at, limit=limit)
    if not matured and not returned:
        return 0
    gone = {
        kind: ledger.taken_back(kind=kind, consignments=[(one.consignment_id, one.merchant_id) for one in earnings])
        for kind, earnings in ((Kind.MERCHANT_PENDING, matured), (Kind.MERCHANT_RESERVE, returned))
        if earnings
    }
    groups = []
    for one in matured:
        left = _left(one.net, gone[Kind.MERCHANT_PENDING].get(one.consignment_id))
        groups.append(
            book.matured(
                consignment_id=one.consignment_id,
                merchant_id=one.merchant_id,
                amount=left,
                reserve=min(one.reserve, left),
            )
        )
    groups += [
        book.reserve_returned(
            consignment_id=one.consignment_id,
            merchant_id=one.merchant_id,
            amount=_left(one.reserve, gone[Kind.MERCHANT_RESERVE].get(one.consignment_id)),
        )
        for one in returned
    ]
    mark_earnings(matured=matured, returned=returned, at=at)
    tell_all([News(MATURED, one.consignment_id, one.merchant_id) for one in (*matured, *returned)], at=at)
    post_groups(groups=[group for group in groups if group], at=at)
    return len(matured) + len(returned)


def _left(amount: Money, taken: Money | None) -> Money:
    return max(amount - taken, Money.zero(amount.currency)) if taken else amount
