"""Writes: places and counted goods, and the life of a reservation."""

from entrepot.stock.services.places import adjust_stock, open_place, set_on_hand_all
from entrepot.stock.services.promises import committing_call, lacking_of, promising_calls, unpromised
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
    "committing_call",
    "free_lapsed_reservations",
    "issue_stock",
    "lacking_of",
    "open_place",
    "promising_calls",
    "release_reservations",
    "reserve_stock",
    "set_on_hand_all",
    "unpromised",
]
