"""Authorise first, take later: what the card's bank has promised, and what each merchant says to its part."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entrepot.kernel.money import Money


class Verdict(StrEnum):
    """What a merchant says to its consignment of an authorised order. dropped: it cannot be supplied."""

    AGREED = "agreed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A payment that is authorised first. promised: by the card's bank. dropped: of it, what will not be taken.

    authorised_at: none until the bank has promised. capture_at: when it is taken though a merchant has not answered.
    taking_at: since when the provider may have been asked for it.
    """

    payment_id: int
    shopper_id: int
    order_id: int
    promised: Money
    dropped: Money
    authorised_at: datetime | None
    capture_at: datetime | None
    taking_at: datetime | None = None

    @property
    def due(self) -> Money:
        """What is to be taken."""
        return self.promised - self.dropped
