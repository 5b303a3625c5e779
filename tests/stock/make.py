"""Articles with goods behind them, for tests."""

from datetime import timedelta

from entrepot.base.identity import new_id
from entrepot.stock import services
from entrepot.stock.terms import Wanted
from tests.parties.make import AT

UNTIL = AT + timedelta(minutes=2)


def article(*, merchant_id: int, pieces: int = 5, place_id: int | None = None) -> int:
    """A variant of which so many pieces lie at home, or at the place."""
    variant_id = new_id(owner=merchant_id)
    refused = services.set_on_hand_all(
        merchant_id=merchant_id, quantities=[(variant_id, pieces)], at=AT, place_id=place_id
    )
    assert refused == ()
    return variant_id


def reserve(*lines: tuple[int, int, int], order_id: int | None = None) -> int:
    """Reserve (merchant, variant, pieces) lines for an order; answers its id."""
    order_id = order_id or new_id()
    services.reserve_stock(order_id=order_id, lines=[Wanted(*line) for line in lines], until=UNTIL, at=AT)
    return order_id
