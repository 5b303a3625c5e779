"""Writes: places and counted goods, the life of a reservation, how articles are handed out, flash sales, repair."""

from entrepot.stock.services.articles import (
    admit_next,
    agree_to_wait,
    limit_shoppers,
    sell_ahead,
    spread_stock,
    stop_selling_ahead,
    tend_stock,
)
from entrepot.stock.services.places import adjust_stock, open_place, set_on_hand_all
from entrepot.stock.services.promises import committing_call, lacking_of, promising_calls, unpromised
from entrepot.stock.services.repair import repair_stock
from entrepot.stock.services.reservations import (
    bind_reservations,
    commit_lightly,
    commit_reservations,
    free_lapsed_reservations,
    issue_stock,
    release_reservations,
    reserve_stock,
)
from entrepot.stock.services.returns import take_back_stock
from entrepot.stock.services.sales import SalePlan, end_sale, set_sale, take_ticket

__all__ = [
    "SalePlan",
    "adjust_stock",
    "admit_next",
    "agree_to_wait",
    "bind_reservations",
    "commit_lightly",
    "commit_reservations",
    "committing_call",
    "end_sale",
    "free_lapsed_reservations",
    "issue_stock",
    "lacking_of",
    "limit_shoppers",
    "open_place",
    "promising_calls",
    "release_reservations",
    "repair_stock",
    "reserve_stock",
    "sell_ahead",
    "set_on_hand_all",
    "set_sale",
    "spread_stock",
    "stop_selling_ahead",
    "take_back_stock",
    "take_ticket",
    "tend_stock",
    "unpromised",
]
