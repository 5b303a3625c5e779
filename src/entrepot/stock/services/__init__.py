"""Writes: places and counted goods, and the life of a reservation."""

from entrepot.stock.services.places import adjust_stock, open_place, set_on_hand_all
from entrepot.stock.services.reservations import (
    bind_reservations,
    commit_lightly,
    commit_reservations,
    free_lapsed_reservations,
    issue_stock,
    release_reservations,
    reserve_stock,
)

__all__ = [
    "adjust_stock",
    "bind_reservations",
    "commit_lightly",
    "commit_reservations",
    "free_lapsed_reservations",
    "issue_stock",
    "open_place",
    "release_reservations",
    "reserve_stock",
    "set_on_hand_all",
]
