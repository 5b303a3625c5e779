"""What a shopper means to buy: one open basket each, visitors included."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


def parcel_key(merchant_id: int, channel: str, ship_from: str) -> str:
    """What the delivery of one merchant's goods from one place by one channel is kept under."""
    return f"{merchant_id}:{channel}:{ship_from}"


@dataclass(frozen=True, slots=True)
class Basket:
    """The shopper's lines in the order they were put in. fingerprint: differs when the lines differ.

    codes: of promotions, as entered. delivery: the levels chosen, by `parcel_key`; the usual one where none is.
    """

    ref: str
    shopper_id: int
    lines: tuple[BasketLine, ...]
    fingerprint: str
    codes: tuple[str, ...] = ()
    delivery: Mapping[str, str] = field(default_factory=dict)

    @property
    def pieces(self) -> int:
        """All pieces together."""
        return sum(line.quantity for line in self.lines)

    def level_of(self, merchant_id: int, channel: str, ship_from: str) -> str:
        """The delivery chosen for one merchant's goods from one place by one channel; empty where none was."""
        return self.delivery.get(parcel_key(merchant_id, channel, ship_from), "")


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


class DeliveryUnknown(Refused):
    """There is no such level of delivery, or nothing in the basket comes that way."""

    code = "basket.delivery_unknown"
    message = "That delivery cannot be chosen for these goods."
    remedy = "Choose one of those shown beside the parcel."
