"""Goods that come back from shoppers."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.stock import models
from entrepot.stock.services.places import add_counted, home_of
from entrepot.stock.terms import Reason


@transaction.atomic
def take_back_stock(
    *, merchant_id: int, pieces: Sequence[tuple[int, int, bool]], about: int, actor: str, at: datetime
) -> None:
    """Goods came back to the merchant's home: (variant, pieces, can be sold again). The others are written off at once.

    Both are movements; what is written off comes and goes in the same moment and was never on sale. Call it once for
    each return. about: the dispute; actor: who looked at them.
    """
    place = home_of(merchant_id=merchant_id, at=at)
    good: dict[int, int] = {}
    for variant_id, count, sellable in pieces:
        if sellable:
            good[variant_id] = good.get(variant_id, 0) + count
    add_counted(merchant_id=merchant_id, place_id=place, pieces=good, why=(at, Reason.RETURN, about, actor))
    models.Movement.objects.bulk_create(
        models.Movement(
            merchant_id=merchant_id, variant_id=variant_id, place_id=place, at=at, reason=reason, delta=delta,
            about=about, actor=actor,
        )
        for variant_id, count, sellable in pieces
        if not sellable
        for reason, delta in ((Reason.RETURN, count), (Reason.LOSS, -count))
    )  # fmt: skip
