"""A shopper wants an article that is still to come."""

from datetime import date, datetime

from django.db import transaction

from entrepot.basket.services import put_line
from entrepot.basket.terms import BasketLine
from entrepot.stock.services import agree_to_wait


@transaction.atomic(durable=True)
def order_ahead(*, shopper_id: int, line: BasketLine, due_on: date, at: datetime) -> None:
    """Put the article into the basket and note that the shopper agrees to wait until the day that was named.

    Nothing is promised yet: that is `place_order`. Repeats change nothing. Raises NotAhead when the merchant names
    another day by now, QuantityOutOfBounds, BasketFull.
    """
    agree_to_wait(merchant_id=line.merchant_id, variant_id=line.variant_id, shopper_id=shopper_id, due_on=due_on, at=at)
    put_line(
        shopper_id=shopper_id,
        merchant_id=line.merchant_id,
        variant_id=line.variant_id,
        channel=line.channel,
        quantity=line.quantity,
        at=at,
    )
