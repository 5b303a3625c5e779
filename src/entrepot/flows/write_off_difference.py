"""An operator takes what our books and a report differ by to the result."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.kernel.money import Money
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import Kind
from entrepot.parties.terms import Viewer
from entrepot.reconciliation import queries as reconciliation
from entrepot.reconciliation.rules import mended
from entrepot.reconciliation.services import record_mending
from entrepot.reconciliation.terms import NothingToWriteOff, Side


@transaction.atomic(durable=True)
def write_off_difference(
    *, viewer: Viewer, ref: str, others: Sequence[int], to: Kind, text: str, key: str, at: datetime
) -> None:
    """Match an exception's line with `others`, none or some, and book what is missing between both sides to `to`.

    The books then say what the report says. The same key once; repeating changes nothing. Raises NotYours for all but
    operators, CaseUnknown, CaseEnded, LinesStrange, NothingToWriteOff, TextMissing.
    SQL budget: 14, and 2 when repeated.
    """
    case = reconciliation.case(viewer=viewer, ref=ref, on=at.date())
    if reconciliation.step_known(ref=ref, key=key):
        return
    items = reconciliation.items_by_id(ids=[case.item.id, *others])
    currency = case.item.amount.currency
    change = Money.total(
        (one.amount if one.side is Side.THEIRS else -one.amount for one in items if one.amount.currency == currency),
        currency,
    )
    if not change:
        raise NothingToWriteOff
    transfers = mended(case_ref=ref, place=case.item.place, change=change, to=to)
    record_mending(viewer=viewer, ref=ref, others=others, transfer=transfers[0], text=text, key=key, at=at)
    post_transfers(transfers=transfers, at=at)
