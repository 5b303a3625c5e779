"""Places, and the goods counted there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import News, tell_all
from entrepot.parties import queries as parties
from entrepot.stock import models, queries
from entrepot.stock.rules import worth_telling
from entrepot.stock.terms import CHANGED, BelowPromised, BelowReserved, NoPlace, PlaceId, Reason

_Why = tuple[datetime, Reason, int, str]

_COUNT: Final = """
SELECT answer, variant_id, before, after
  FROM stock_count(%s, %s, %s::bigint[], %s::bigint[], %s::integer[], %s, %s, %s, %s)
"""


@transaction.atomic
def open_place(*, merchant_id: int, name: str, country: str, at: datetime) -> PlaceId:
    """A place where the merchant keeps goods; the first one is home. The same name again gives the same place."""
    row, _ = models.Place.objects.get_or_create(
        merchant_id=merchant_id,
        name=name,
        defaults={
            "id": new_id(owner=merchant_id),
            "ref": new_reference("plc"),
            "country": country,
            "created_at": at,
        },
    )
    return PlaceId(row.id)


@transaction.atomic
def set_on_hand_all(
    *,
    merchant_id: int,
    quantities: Sequence[tuple[int, int]],
    at: datetime,
    place_id: int | None = None,
    about: int = 0,
    actor: str = "",
) -> tuple[BelowReserved, ...]:
    """Take over counted quantities of (variant, pieces) at one place, home unless said; repeats change nothing.

    A merchant without a place gets one in its own country. Answers the counts that were not taken over because
    more than that is promised to orders. Raises NoPlace, ValueError for a negative count or a variant named twice.
    about: the import run.
    """
    if not quantities:
        return ()
    place = place_id if place_id is not None else home_of(merchant_id=merchant_id, at=at)
    return _count(merchant_id, place, dict(_checked(quantities)), (at, Reason.IMPORT, about, actor))


@transaction.atomic
def adjust_stock(*, merchant_id: int, variant_id: int, place_id: int, quantity: int, at: datetime, actor: str) -> None:
    """Correct what lies at one place to a counted `quantity`; the same count again changes nothing.

    Raises NoPlace, and BelowPromised when more is promised to orders.
    """
    counts = dict(_checked([(variant_id, quantity)]))
    refused = _count(merchant_id, place_id, counts, (at, Reason.ADJUST, 0, actor))
    for one in refused:
        raise BelowPromised(quantity=quantity, reserved=one.reserved)


@transaction.atomic
def add_counted(*, merchant_id: int, place_id: int, pieces: Mapping[int, int], why: _Why) -> None:
    """So many pieces more of each variant lie at a place. Raises NoPlace."""
    if not pieces:
        return
    lying = models.Position.objects.filter(merchant_id=merchant_id, place_id=place_id, variant_id__in=list(pieces))
    # Locked before they are read: what is counted is what lies there and what comes to it.
    before = dict(lying.order_by("id").select_for_update(no_key=True).values_list("variant_id", "on_hand"))
    counts = {variant: before.get(variant, 0) + more for variant, more in pieces.items()}
    _count(merchant_id, place_id, counts, why)


def home_of(*, merchant_id: int, at: datetime) -> int:
    """The merchant's first place, opened in its own country when there is none."""
    place = queries.home(merchant_id=merchant_id)
    if place is not None:
        return place.id
    return open_place(
        merchant_id=merchant_id, name="Main", country=parties.merchant(merchant_id=merchant_id).country, at=at
    )


def _checked(quantities: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    if len({variant for variant, _ in quantities}) != len(quantities):
        raise ValueError("a count names each article once")
    if any(pieces < 0 for _, pieces in quantities):
        raise ValueError("a count is not negative")
    return quantities


def _count(merchant_id: int, place_id: int, counts: dict[int, int], why: _Why) -> tuple[BelowReserved, ...]:
    at, reason, about, actor = why
    variants, pieces = list(counts), list(counts.values())
    ids = [new_id(owner=merchant_id) for _ in variants]
    with connection.cursor() as cursor:
        # Counts of one place go one after the other, so that each movement starts from what the last one left.
        cursor.execute(
            "SELECT id FROM stock_place WHERE merchant_id = %s AND id = %s FOR NO KEY UPDATE", [merchant_id, place_id]
        )
        if cursor.fetchone() is None:
            raise NoPlace
        cursor.execute(_COUNT, [merchant_id, place_id, ids, variants, pieces, at, reason, about, actor])
        answers = cursor.fetchall()
    crossed = [row[1] for row in answers if row[0] == "counted" and worth_telling(before=row[2], after=row[3])]
    tell_all([News(CHANGED, variant, merchant_id) for variant in crossed], at=at)
    return tuple(BelowReserved(row[1], row[2], row[3]) for row in answers if row[0] == "refused")
