"""Who a shopper is to customs, masked; what is left of the year; the ledger behind it; who read a number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from entrepot.allowance.models import EntryRow, IdentityRow, ReadingRow
from entrepot.allowance.rules import check_room, year_of
from entrepot.allowance.terms import (
    Entry,
    EntryKind,
    IdentityId,
    IdentityKind,
    IdentityNeeded,
    MaskedIdentity,
    Part,
    ReadFor,
    Reading,
    Use,
)
from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.parties.terms import NotYours, Viewer

_USE: Final = """
SELECT y.held_minor, y.used_minor, y.elsewhere_minor
  FROM allowance_identity i JOIN allowance_year y ON y.person_id = i.person_id
 WHERE i.shopper_id = %s AND i.replaced_at IS NULL AND y.year = %s
"""


def identity(*, viewer: Viewer) -> MaskedIdentity | None:
    """The viewer's own identity for customs, masked; None when they gave none."""
    if viewer.shopper_id is None:
        return None
    row = IdentityRow.objects.filter(shopper_id=viewer.shopper_id, replaced_at=None).first()
    return _masked(row) if row else None


def use_of(*, shopper_id: int, at: datetime) -> Use:
    """What the person behind a shopper used of the year that `at` falls in, by all their accounts. One statement.

    Nothing for a shopper whose identity is not known.
    """
    year = year_of(at)
    with connection.cursor() as cursor:
        cursor.execute(_USE, [shopper_id, year])
        held, used, elsewhere = cursor.fetchone() or (0, 0, 0)
    return Use(year, Money(held, "CNY"), Money(used, "CNY"), Money(elsewhere, "CNY"))


def must_have_room(*, shopper_id: int, parts: Sequence[Part], limit: Money, at: datetime) -> None:
    """Stop an order before it takes goods that its person's allowance has no room for. Nothing is asked without parts.

    A race is decided when the allowance is held. Raises IdentityNeeded, AllowanceSpent. Two statements.
    """
    if not parts:
        return
    if not IdentityRow.objects.filter(shopper_id=shopper_id, replaced_at=None).exists():
        raise IdentityNeeded
    known = use_of(shopper_id=shopper_id, at=at).known
    check_room(known=known, wanted=Money.total((part.amount for part in parts), limit.currency), limit=limit)


def identities_of_orders(*, orders: Sequence[tuple[int, int]]) -> dict[int, MaskedIdentity]:
    """The identities that (order, shopper) pairs were placed with, masked, by order; absent where none was needed."""
    owners = sorted({shopper_id for _, shopper_id in orders})
    entries = EntryRow.objects.filter(
        shopper_id__in=owners, order_id__in=[order_id for order_id, _ in orders], kind=EntryKind.HELD
    )
    by_order = dict(entries.values_list("order_id", "identity_id"))
    rows = IdentityRow.objects.filter(shopper_id__in=owners, id__in=list(by_order.values())) if by_order else ()
    known = {row.id: _masked(row) for row in rows}
    return {order_id: known[identity_id] for order_id, identity_id in by_order.items() if identity_id in known}


def entries_of(*, viewer: Viewer, shopper_id: int) -> tuple[Entry, ...]:
    """The allowance's ledger of one shopper, oldest first, for themselves or an operator. Raises NotYours."""
    if not viewer.operator and viewer.shopper_id != shopper_id:
        raise NotYours
    rows = EntryRow.objects.filter(shopper_id=shopper_id).order_by("id")
    return tuple(
        Entry(row.year, row.order_id, row.part, EntryKind(row.kind), Money(row.amount_minor, "CNY"), row.note, row.at)
        for row in rows
    )


def readings(*, viewer: Viewer, limit: int = 200) -> tuple[Reading, ...]:
    """Who read identity numbers in the clear, latest first, for the operator. Raises NotYours."""
    if not viewer.operator:
        raise NotYours
    with across_owners("the operator watches over who reads identity numbers"):
        rows = list(ReadingRow.objects.order_by("-id")[:limit])
    return tuple(Reading(row.reader_id, row.shopper_id, ReadFor(row.why), row.subject, row.at) for row in rows)


def _masked(row: IdentityRow) -> MaskedIdentity:
    return MaskedIdentity(
        id=IdentityId(row.id),
        shopper_id=row.shopper_id,
        kind=IdentityKind(row.kind),
        name=row.name_masked,
        number=row.number_masked,
        confirmed_at=row.confirmed_at,
    )
