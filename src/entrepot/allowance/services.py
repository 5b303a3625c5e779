"""Writes: an identity sealed, the year's allowance held, released, used, restored, corrected; and a number read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F, QuerySet

from entrepot.allowance import queries, rules
from entrepot.allowance.models import EntryRow, IdentityRow, PersonRow, ReadingRow, YearRow
from entrepot.allowance.terms import (
    CORRECTED,
    AllowanceSpent,
    EntryKind,
    Identity,
    IdentityKind,
    IdentityNeeded,
    MaskedIdentity,
    NothingHeld,
    Part,
    PayerNotOrderer,
    ReadFor,
)
from entrepot.base.identity import new_id
from entrepot.base.outbox import tell
from entrepot.base.sealing import digest, opened, sealed
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.parties.terms import NotYours, ShopperId, Viewer

# Room is looked for and taken in one statement: of two orders at once the second waits for the first one's row, reads it
# as it then is, and takes nothing when too little is left.
_HOLD: Final = """
INSERT INTO allowance_year AS y (person_id, year, held_minor, used_minor, elsewhere_minor) VALUES (%s, %s, %s, 0, 0)
ON CONFLICT (person_id, year) DO UPDATE SET held_minor = y.held_minor + EXCLUDED.held_minor
 WHERE y.held_minor + y.used_minor + y.elsewhere_minor + EXCLUDED.held_minor <= %s
RETURNING y.id
"""
# What ends a hold, and the columns of the year that it moves.
_ENDS: Final = (EntryKind.RELEASED, EntryKind.USED, EntryKind.RESTORED, EntryKind.CUSTOMS_SAYS)


@transaction.atomic
def confirm_identity(
    *, viewer: Viewer, kind: IdentityKind, name: str, number: str, pays_in_person: bool, at: datetime
) -> MaskedIdentity:
    """Keep who the viewer is to customs, sealed; the one before stays with the orders it was used for.

    Repeating it with the same name and number changes nothing. Raises NotYours for nobody, NameMissing,
    NumberMistyped, DocumentUnreadable, PayerNotOrderer.
    Source: GACC 2018 No.194: the orderer is real-name checked and pays. Read 22 November 2026.
    """
    if viewer.shopper_id is None:
        raise NotYours
    given = rules.check_identity(kind=kind, name=name, number=number, at=at)
    if not pays_in_person:
        raise PayerNotOrderer
    current = IdentityRow.objects.select_for_update().filter(shopper_id=viewer.shopper_id, replaced_at=None).first()
    if current is None or _read(current) != given:
        if current is not None:
            IdentityRow.objects.filter(shopper_id=viewer.shopper_id, id=current.id).update(replaced_at=at)
        _keep(viewer.shopper_id, given, at)
    found = queries.identity(viewer=viewer)
    must(found is not None, "an identity that was kept is there")
    assert found is not None
    return found


def _keep(shopper_id: int, given: Identity, at: datetime) -> None:
    mark = digest(text=rules.fingerprint_text(given))
    PersonRow.objects.bulk_create([PersonRow(digest=mark, known_since=at)], ignore_conflicts=True)
    row = IdentityRow(
        id=new_id(owner=shopper_id),
        shopper_id=shopper_id,
        person_id=PersonRow.objects.values_list("id", flat=True).get(digest=mark),
        kind=given.kind,
        name_masked=rules.masked_name(given.name),
        number_masked=rules.masked_number(given.number),
        confirmed_at=at,
        payer_confirmed_at=at,
    )
    row.sealed = sealed(text=f"{given.name}\n{given.number}", bound_to=_place(row))
    # The same form sent twice at once: the first one stands.
    IdentityRow.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic(savepoint=False)
def hold_allowance(*, shopper_id: int, order_id: int, parts: Sequence[Part], limit: Money, at: datetime) -> None:
    """Keep a part of the year's allowance for an order's consignments; all of it or none. Three statements.

    limit: what the law allows a person in the year. Raises IdentityNeeded, AllowanceSpent saying what is left.
    """
    if not parts:
        return
    current = IdentityRow.objects.filter(shopper_id=shopper_id, replaced_at=None).values_list("id", "person_id").first()
    if current is None:
        raise IdentityNeeded
    wanted, year = Money.total((part.amount for part in parts), limit.currency), rules.year_of(at)
    identity_id, person_id = current
    if not _room_taken(person_id, year, wanted, limit):
        known = queries.use_of(shopper_id=shopper_id, at=at).known
        rules.check_room(known=known, wanted=wanted, limit=limit)
        # Room came free in between; whoever asks again finds it.
        raise AllowanceSpent(left=limit - known, limit=limit)
    EntryRow.objects.bulk_create(
        EntryRow(
            id=new_id(owner=shopper_id),
            shopper_id=shopper_id,
            person_id=person_id,
            identity_id=identity_id,
            year=year,
            order_id=order_id,
            part=part.number,
            kind=EntryKind.HELD,
            amount_minor=part.amount.minor,
            at=at,
        )
        for part in parts
    )


def _room_taken(person_id: int, year: int, wanted: Money, limit: Money) -> bool:
    if wanted > limit:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [person_id, year, wanted.minor, limit.minor])
        return cursor.fetchone() is not None


@transaction.atomic(savepoint=False)
def release_allowance(*, shopper_id: int, order_id: int, at: datetime, number: int | None = None) -> None:
    """The order was given up: what it held is free again. Repeats, and orders that hold nothing, change nothing.

    number: only of this part of the order.
    """
    held = EntryRow.objects.filter(shopper_id=shopper_id, order_id=order_id)
    rows = _open(held if number is None else held.filter(part=number))
    _end(rows, EntryKind.RELEASED, at)
    _move(rows, held=-1, used=0)


@transaction.atomic(savepoint=False)
def use_allowance(*, parts: Iterable[tuple[int, int, int]], at: datetime) -> None:
    """Goods were delivered: what their parts, as (shopper, order, number), held is used. Repeats change nothing."""
    wanted = set(parts)
    if not wanted:
        return
    held = EntryRow.objects.filter(
        shopper_id__in=sorted({one[0] for one in wanted}), order_id__in=sorted({one[1] for one in wanted})
    )
    rows = [row for row in _open(held) if (row.shopper_id, row.order_id, row.part) in wanted]
    _end(rows, EntryKind.USED, at)
    _move(rows, held=-1, used=1)


@transaction.atomic(savepoint=False)
def restore_allowance(
    *, shopper_id: int, order_id: int, number: int, cleared_at: datetime, back_at: datetime, at: datetime
) -> None:
    """Goods came back to the customs zone in time: what they used, or still held, is free again.

    cleared_at: when customs released them. Repeats change nothing. Raises NothingHeld, TooLateToRestore.
    Source: GACC 2020 No.45. Read 22 November 2026.
    """
    rows = {row.kind: row for row in _locked(shopper_id, order_id, number)}
    if EntryKind.HELD not in rows:
        raise NothingHeld
    if rows.keys() & {EntryKind.RESTORED, EntryKind.RELEASED, EntryKind.CUSTOMS_SAYS}:
        return
    rules.check_restoring(released_at=cleared_at, back_at=back_at)
    _end([rows[EntryKind.HELD]], EntryKind.RESTORED, at)
    used = EntryKind.USED in rows
    _move([rows[EntryKind.HELD]], held=0 if used else -1, used=-1 if used else 0)


@transaction.atomic(savepoint=False)
def correct_allowance(
    *, shopper_id: int, order_id: int, number: int, limit: Money, said: Money | None, at: datetime
) -> None:
    """Customs refused a consignment for the yearly limit: it uses nothing, and more is used elsewhere than we knew.

    said: the person's total of the year by customs, if they told it; else the least that explains the refusal.
    Repeats change nothing. Raises NothingHeld.
    """
    rows = {row.kind: row for row in _locked(shopper_id, order_id, number)}
    held = rows.get(EntryKind.HELD)
    if held is None:
        raise NothingHeld
    if rows.keys() & set(_ENDS):
        return
    _move([held], held=-1, used=0)
    year = YearRow.objects.select_for_update().get(person_id=held.person_id, year=held.year)
    known = rules.elsewhere_known(
        limit=limit,
        ours=Money(year.held_minor + year.used_minor, limit.currency),
        refused=Money(held.amount_minor, limit.currency),
        said=said,
    )
    elsewhere = max(known.minor, year.elsewhere_minor)
    YearRow.objects.filter(id=year.id).update(elsewhere_minor=elsewhere)
    note = f"elsewhere {year.elsewhere_minor} -> {elsewhere}" + ("" if said is None else f"; customs total {said}")
    _end([held], EntryKind.CUSTOMS_SAYS, at, note)
    tell(CORRECTED, subject=order_id, owner=shopper_id, at=at)


@transaction.atomic
def read_identities(
    *, viewer: Viewer, orders: Sequence[tuple[int, int]], why: ReadFor, subject: str, at: datetime
) -> dict[int, Identity]:
    """The identities behind (order, shopper) pairs in the clear, by order; every one is written down with its reader.

    For the marketplace's own people only. Raises NotYours.
    """
    if not viewer.depot or viewer.user_id is None:
        raise NotYours
    masked = queries.identities_of_orders(orders=orders)
    owners = sorted({one.shopper_id for one in masked.values()})
    rows = IdentityRow.objects.filter(shopper_id__in=owners, id__in=[one.id for one in masked.values()])
    by_id = {row.id: row for row in rows} if masked else {}
    ReadingRow.objects.bulk_create(
        ReadingRow(
            id=new_id(owner=row.shopper_id),
            shopper_id=row.shopper_id,
            identity_id=row.id,
            reader_id=viewer.user_id,
            why=why,
            subject=subject[:40],
            at=at,
        )
        for row in by_id.values()
    )
    return {order_id: _read(by_id[one.id]) for order_id, one in masked.items()}


def _read(row: IdentityRow) -> Identity:
    name, _, number = opened(envelope=bytes(row.sealed), bound_to=_place(row)).partition("\n")
    return Identity(IdentityKind(row.kind), name, number)


def _place(row: IdentityRow) -> str:
    return f"allowance.identity:{ShopperId(row.shopper_id)}:{row.id}"


def _locked(shopper_id: int, order_id: int, number: int) -> list[EntryRow]:
    rows = EntryRow.objects.filter(shopper_id=shopper_id, order_id=order_id, part=number)
    # The hold is locked first, and what followed it read afterwards: two verbs at once come one after the other.
    list(rows.filter(kind=EntryKind.HELD).select_for_update(no_key=True).values_list("id"))
    return list(rows.order_by("id"))


def _open(entries: QuerySet[EntryRow]) -> list[EntryRow]:
    """The holds among these entries that nothing has ended, locked."""
    held = list(entries.filter(kind=EntryKind.HELD).order_by("id").select_for_update(no_key=True))
    if not held:
        return []
    ended = set(entries.filter(kind__in=_ENDS).values_list("shopper_id", "order_id", "part"))
    return [row for row in held if (row.shopper_id, row.order_id, row.part) not in ended]


def _end(held: Sequence[EntryRow], kind: EntryKind, at: datetime, note: str = "") -> None:
    EntryRow.objects.bulk_create(
        EntryRow(
            id=new_id(owner=row.shopper_id),
            shopper_id=row.shopper_id,
            person_id=row.person_id,
            identity_id=row.identity_id,
            year=row.year,
            order_id=row.order_id,
            part=row.part,
            kind=kind,
            amount_minor=row.amount_minor,
            note=note,
            at=at,
        )
        for row in held
    )


def _move(rows: Sequence[EntryRow], *, held: int, used: int) -> None:
    """Add (1) or take away (-1) the rows' amounts to what their years hold and use, one person after the other."""
    sums: dict[tuple[int, int], int] = {}
    for row in rows:
        sums[row.person_id, row.year] = sums.get((row.person_id, row.year), 0) + row.amount_minor
    for (person_id, year), amount in sorted(sums.items()):
        YearRow.objects.filter(person_id=person_id, year=year).update(
            held_minor=F("held_minor") + held * amount, used_minor=F("used_minor") + used * amount
        )
