"""Putting in, taking out, and making a visitor's basket the person's."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from entrepot.base import arrays
from entrepot.base.calls import Call, run_calls
from entrepot.base.identity import new_id, new_reference
from entrepot.base.owners import across_owners
from entrepot.basket import models, rules
from entrepot.basket.terms import LINES_MAX, BasketLine, DeliveryUnknown, parcel_key
from entrepot.carriage.terms import Level
from entrepot.promotions.rules import read_code
from entrepot.promotions.terms import CODES_MAX, CodesMany

_COUNTRY: Final = re.compile(r"[A-Z]{2}")

_PUT = """
INSERT INTO basket_line (id, shopper_id, basket_id, merchant_id, variant_id, channel, quantity)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (shopper_id, basket_id, merchant_id, variant_id, channel) DO UPDATE SET quantity = EXCLUDED.quantity
"""
# The larger of the two quantities: who put an article in twice, once before and once after signing in, rarely wants both.
_MERGE = """
WITH moved AS (
  DELETE FROM basket_line WHERE shopper_id = %s RETURNING id, merchant_id, variant_id, channel, quantity
)
INSERT INTO basket_line (id, shopper_id, basket_id, merchant_id, variant_id, channel, quantity)
SELECT id, %s, %s, merchant_id, variant_id, channel, quantity FROM moved ORDER BY id LIMIT %s
ON CONFLICT (shopper_id, basket_id, merchant_id, variant_id, channel)
DO UPDATE SET quantity = greatest(basket_line.quantity, EXCLUDED.quantity)
"""
# What the visitor chose last is what the person wants now.
_MERGE_CHOICES = """
UPDATE basket_basket b SET codes = v.codes, delivery = b.delivery || v.delivery
  FROM basket_basket v WHERE b.shopper_id = %s AND v.shopper_id = %s AND (v.codes <> '{}' OR v.delivery <> '{}')
"""


@transaction.atomic
def put_line(*, shopper_id: int, merchant_id: int, variant_id: int, channel: str, quantity: int, at: datetime) -> None:
    """Have exactly `quantity` pieces of an article in the basket; 0 takes it out. Repeats change nothing.

    Whether it can be had is the quote's to say. Raises QuantityOutOfBounds, BasketFull.
    """
    rules.check_quantity(quantity=quantity)
    basket_id = _open(shopper_id=shopper_id, at=at)
    article = {"merchant_id": merchant_id, "variant_id": variant_id, "channel": channel}
    lines = models.Line.objects.filter(shopper_id=shopper_id, basket_id=basket_id)
    if quantity == 0:
        lines.filter(**article).delete()
        return
    others = lines.exclude(**article).count()
    rules.check_size(lines=others + 1)
    if not others and not lines.filter(**article).exists():
        # What an order left behind was for the goods that it took.
        models.Basket.objects.filter(shopper_id=shopper_id).exclude(codes=[], delivery={}).update(codes=[], delivery={})
    with connection.cursor() as cursor:
        cursor.execute(
            _PUT, [new_id(owner=shopper_id), shopper_id, basket_id, merchant_id, variant_id, channel, quantity]
        )


@transaction.atomic
def enter_codes(*, shopper_id: int, codes: Sequence[str], at: datetime) -> tuple[str, ...]:
    """Have exactly these promotion codes with the basket, written as they are kept; what they come to is the quote's to say.

    Raises CodeUnreadable, CodesMany.
    """
    wanted = tuple(dict.fromkeys(read_code(code) for code in codes))
    if len(wanted) > CODES_MAX:
        raise CodesMany(codes_max=CODES_MAX)
    _open(shopper_id=shopper_id, at=at)
    models.Basket.objects.filter(shopper_id=shopper_id).update(codes=list(wanted))
    return wanted


@transaction.atomic
def choose_delivery(
    *, shopper_id: int, merchant_id: int, channel: str, ship_from: str, level: str, at: datetime
) -> None:
    """Have one merchant's goods from one place delivered this way; a way that is not offered there counts as the usual.

    Raises DeliveryUnknown.
    """
    here = models.Line.objects.filter(shopper_id=shopper_id, merchant_id=merchant_id, channel=channel).exists()
    if not here or level not in set(Level) or not _COUNTRY.fullmatch(ship_from):
        raise DeliveryUnknown
    basket_id = _open(shopper_id=shopper_id, at=at)
    row = models.Basket.objects.get(shopper_id=shopper_id, id=basket_id)
    key = parcel_key(merchant_id, channel, ship_from)
    chosen = {**row.delivery, key: level}
    models.Basket.objects.filter(shopper_id=shopper_id).update(delivery=chosen)


@transaction.atomic
def empty_basket(*, shopper_id: int) -> None:
    """Take everything out."""
    models.Line.objects.filter(shopper_id=shopper_id).delete()


@transaction.atomic(savepoint=False)
def clear_ordered_lines(*, shopper_id: int, lines: Sequence[BasketLine]) -> None:
    """Take out what has been ordered. A line changed meanwhile stays: the shopper wants that besides."""
    run_calls(clearing_call(shopper_id=shopper_id, lines=lines))


def clearing_call(*, shopper_id: int, lines: Sequence[BasketLine]) -> Call:
    """The same as `clear_ordered_lines`, as a part of a larger statement."""
    return Call(
        "basket_clear(%s, %s, %s, %s, %s)",
        (
            shopper_id,
            arrays.bigints([line.merchant_id for line in lines]),
            arrays.bigints([line.variant_id for line in lines]),
            arrays.texts([line.channel for line in lines]),
            arrays.bigints([line.quantity for line in lines]),
        ),
    )


@transaction.atomic
def merge_basket(*, visitor_shopper_id: int, shopper_id: int, at: datetime) -> None:
    """A visitor has signed in: their lines join the person's basket, which takes the larger of two quantities.

    Lines beyond what a basket takes are left out. Repeats change nothing; the same shopper on both sides neither.
    """
    if visitor_shopper_id == shopper_id:
        return
    basket_id = _open(shopper_id=shopper_id, at=at)
    room = LINES_MAX - models.Line.objects.filter(shopper_id=shopper_id).count()
    with across_owners("a visitor's basket becomes the person's"), connection.cursor() as cursor:
        cursor.execute(_MERGE, [visitor_shopper_id, shopper_id, basket_id, max(room, 0)])
        cursor.execute(_MERGE_CHOICES, [shopper_id, visitor_shopper_id])


def _open(*, shopper_id: int, at: datetime) -> int:
    """The shopper's basket, made when missing, its row locked so that lines change one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO basket_basket (id, shopper_id, ref, changed_at) VALUES (%s, %s, %s, %s)
               ON CONFLICT (shopper_id) DO UPDATE SET changed_at = EXCLUDED.changed_at RETURNING id""",
            [new_id(owner=shopper_id), shopper_id, new_reference("bsk"), at],
        )
        return int(cursor.fetchone()[0])
