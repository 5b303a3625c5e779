"""What a shopper means to buy: one open basket each, visitors included."""

from dataclasses import dataclass
from typing import Final

from entrepot.kernel.errors import Refused

QUANTITY_MAX: Final = 99
LINES_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class BasketLine:
    """So many pieces of one article, wanted through one channel. quantity: 1 to 99."""

    merchant_id: int
    variant_id: int
    channel: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Basket:
    """The shopper's lines in the order they were put in. fingerprint: differs when the lines differ."""

    ref: str
    shopper_id: int
    lines: tuple[BasketLine, ...]
    fingerprint: str

    @property
    def pieces(self) -> int:
        """All pieces together."""
        return sum(line.quantity for line in self.lines)


class QuantityOutOfBounds(Refused):
    """A line takes 1 to 99 pieces."""

    code = "basket.quantity_out_of_bounds"
    message = "You can order 1 to {quantity_max} pieces of an article."
    remedy = "Choose a quantity within that, or ask the merchant for a larger lot."


class BasketFull(Refused):
    """A basket takes so many different articles."""

    code = "basket.full"
    message = "A basket takes {lines_max} different articles."
    remedy = "Order what is in it first."
