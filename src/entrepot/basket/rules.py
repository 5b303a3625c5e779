"""Bounds and the fingerprint that ties a quote to what was in the basket."""

import hashlib
from collections.abc import Iterable

from entrepot.basket.terms import LINES_MAX, QUANTITY_MAX, BasketFull, BasketLine, QuantityOutOfBounds


def fingerprint(*, lines: Iterable[BasketLine]) -> str:
    """Sixteen hexadecimal digits that change when any line's article, channel or quantity does, not with their order."""
    ordered = sorted((line.merchant_id, line.variant_id, line.channel, line.quantity) for line in lines)
    return hashlib.sha256(repr(ordered).encode()).hexdigest()[:16]


def check_quantity(*, quantity: int) -> None:
    """Raises QuantityOutOfBounds unless 0 (take it out) to 99."""
    if not 0 <= quantity <= QUANTITY_MAX:
        raise QuantityOutOfBounds(quantity_max=QUANTITY_MAX)


def check_size(*, lines: int) -> None:
    """Raises BasketFull for more lines than a basket takes."""
    if lines > LINES_MAX:
        raise BasketFull(lines_max=LINES_MAX)
