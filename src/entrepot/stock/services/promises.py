"""What placing and settling an order does to goods, as parts of the statements that do it all."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from entrepot.base import arrays
from entrepot.base.calls import Call, Halted
from entrepot.stock.rules import combined
from entrepot.stock.terms import Lacking, OverLimit, ReservationLost, SoldOut, TicketNeeded, Wanted

# What stock_promise.sql raises: goods cannot be promised; promised ones were freed before their order was written.
_REFUSED: Final = "EN001"
_LOST: Final = "EN004"


def promising_calls(
    *, order_id: int, shopper_id: int, lines: Sequence[Wanted], until: datetime, at: datetime
) -> tuple[Call, Call]:
    """Looking whether there is enough, which stops with a word for `lacking_of`, and promising it all to an order.

    The first belongs at the beginning of the statement that writes the order, the second at its end, since it locks
    the articles; it halts when the goods cannot be promised, see `unpromised`.
    """
    wanted = combined(lines)
    merchants = arrays.bigints([one.merchant_id for one in wanted])
    variants = arrays.bigints([one.variant_id for one in wanted])
    quantities = arrays.bigints([one.quantity for one in wanted])
    aheads = arrays.flags([one.ahead for one in wanted])
    return (
        Call("stock_short(%s, %s, %s, %s)", (order_id, merchants, variants, quantities)),
        Call(
            "stock_promise(%s, %s, %s, %s, %s, %s, %s, %s)",
            (order_id, shopper_id, merchants, variants, quantities, aheads, until, at),
        ),
    )


def lacking_of(*, told: str) -> SoldOut:
    """What lacks, from the word that looking stopped with."""
    return SoldOut(lacking=tuple(Lacking(*row) for row in json.loads(told)))


def unpromised(*, halt: Halted) -> SoldOut | OverLimit | TicketNeeded | ReservationLost | Halted:
    """The refusal behind a halted statement, or the halt itself when it was not about goods."""
    if halt.code == _LOST:
        return ReservationLost()
    if halt.code != _REFUSED:
        return halt
    if any(answer == "queued" for answer, *_ in halt.detail):
        return TicketNeeded()
    over = tuple(Lacking(*row) for answer, *row in halt.detail if answer == "limited")
    if over:
        return OverLimit(lacking=over)
    return SoldOut(lacking=tuple(Lacking(*row) for answer, *row in halt.detail if answer == "lacking"))


def committing_call(*, order_id: int, merchant_ids: Sequence[int], at: datetime) -> Call:
    """The same as `commit_reservations`; an order without goods is our mistake."""
    return Call("stock_commit(%s, %s, %s)", (order_id, arrays.bigints(merchant_ids), at))
