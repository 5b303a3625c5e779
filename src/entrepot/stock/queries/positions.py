"""Reads: what is available, what lies where, what an order has been promised."""

from collections.abc import Sequence
from contextlib import nullcontext

from django.db import connection

from entrepot.base.locks import Rows
from entrepot.base.owners import across_owners
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import Viewer
from entrepot.stock import models
from entrepot.stock.terms import Movement, NoPlace, Place, PlaceId, Position, Reason


def available(*, variant_ids: Sequence[int], merchant_ids: Sequence[int] | None = None) -> dict[int, int]:
    """Pieces that may still be sold, by variant, over all places; an article without a position has 0.

    merchant_ids: their merchants, when known; the statement then stays with them.
    """
    free = dict.fromkeys(variant_ids, 0)
    if not free:
        return free
    owners = "merchant_id = ANY(%s) AND " if merchant_ids is not None else ""
    crossing = nullcontext() if merchant_ids is not None else across_owners("articles of many merchants on one page")
    asked = [*([list(set(merchant_ids))] if merchant_ids is not None else []), list(free)]
    with crossing, connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT variant_id, sum(free) FROM (
                  SELECT variant_id, on_hand - reserved AS free FROM stock_position
                   WHERE {owners} variant_id = ANY(%s)
                  UNION ALL
                  SELECT variant_id, pieces - reserved FROM stock_bucket WHERE {owners} variant_id = ANY(%s)
                ) AS lying GROUP BY variant_id""",  # noqa: S608 - one of two fixed texts
            [*asked, *asked],
        )
        free.update({variant_id: int(pieces) for variant_id, pieces in cursor.fetchall()})
    return free


def positions(*, viewer: Viewer, merchant_id: int, variant_ids: Sequence[int]) -> tuple[Position, ...]:
    """What lies where of these articles, in order of variant and place. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    names = {place.id: place.name for place in _places(merchant_id)}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.variant_id, p.place_id, p.on_hand,
                      p.reserved - p.pooled + coalesce((SELECT sum(b.reserved) FROM stock_bucket b
                                                         WHERE b.merchant_id = p.merchant_id
                                                           AND b.variant_id = p.variant_id
                                                           AND b.place_id = p.place_id), 0)
                 FROM stock_position p WHERE p.merchant_id = %s AND p.variant_id = ANY(%s)
                ORDER BY p.variant_id, p.place_id""",
            [merchant_id, list(variant_ids)],
        )
        rows = cursor.fetchall()
    return tuple(
        Position(variant, names[PlaceId(place_id)], on_hand, int(promised))
        for variant, place_id, on_hand, promised in rows
    )


def movements(*, viewer: Viewer, merchant_id: int, variant_id: int, limit: int = 50) -> tuple[Movement, ...]:
    """How the goods on hand of one article came to be, newest first. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    names = {place.id: place.name for place in _places(merchant_id)}
    rows = models.Movement.objects.filter(merchant_id=merchant_id, variant_id=variant_id).order_by("-id")[:limit]
    return tuple(
        Movement(
            row.at, row.variant_id, names[PlaceId(row.place_id)], Reason(row.reason), row.delta, row.about, row.actor
        )
        for row in rows
    )


def places(*, viewer: Viewer, merchant_id: int) -> tuple[Place, ...]:
    """The merchant's places, home first. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    return _places(merchant_id)


def home(*, merchant_id: int) -> Place | None:
    """The place a file without places is about: the first one opened."""
    return next(iter(_places(merchant_id)), None)


def place(*, merchant_id: int, place_id: int) -> Place:
    """One place of the merchant. Raises NoPlace."""
    found = next((one for one in _places(merchant_id) if one.id == place_id), None)
    if found is None:
        raise NoPlace
    return found


def rows_at_home(*, merchant_id: int, variant_ids: Sequence[int]) -> Rows:
    """The positions of variants at the merchant's first place, for `locks.take` before goods come back there."""
    place = home(merchant_id=merchant_id)
    if place is None:
        return Rows("stock_position", (), "merchant_id", (merchant_id,))
    rows = models.Position.objects.filter(merchant_id=merchant_id, place_id=place.id, variant_id__in=list(variant_ids))
    return Rows("stock_position", tuple(rows.values_list("id", flat=True)), "merchant_id", (merchant_id,))


def rows_of_order(*, order_id: int, merchant_ids: Sequence[int]) -> Rows:
    """The positions of the articles an order has open reservations of, for `locks.take` before they are released or issued.

    Committing needs none of them: it leaves the counters alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT p.id FROM stock_reservation r
                 JOIN stock_position p ON p.merchant_id = r.merchant_id AND p.variant_id = r.variant_id
                WHERE r.merchant_id = ANY(%s) AND r.order_id = %s AND r.state IN ('held', 'committed')""",
            [list(merchant_ids), order_id],
        )
        ids = tuple(sorted(row[0] for row in cursor.fetchall()))
    return Rows("stock_position", ids, "merchant_id", tuple(sorted(set(merchant_ids))))


def _places(merchant_id: int) -> tuple[Place, ...]:
    rows = models.Place.objects.filter(merchant_id=merchant_id).order_by("created_at", "id")
    return tuple(Place(PlaceId(row.id), row.merchant_id, row.ref, row.name, row.country) for row in rows)
