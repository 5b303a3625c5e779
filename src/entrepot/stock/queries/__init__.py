"""Reads: what is available, what lies where, how articles are handed out, flash sales and their queues."""

from entrepot.stock.queries.articles import awaited, handouts, handouts_of, spread_articles, waiting_agreed
from entrepot.stock.queries.facts import differences
from entrepot.stock.queries.positions import (
    available,
    home,
    movements,
    place,
    places,
    positions,
    rows_at_home,
    rows_of_order,
)
from entrepot.stock.queries.sales import sale, sale_of_variants, sales_of, ticket

__all__ = [
    "available",
    "awaited",
    "differences",
    "handouts",
    "handouts_of",
    "home",
    "movements",
    "place",
    "places",
    "positions",
    "rows_at_home",
    "rows_of_order",
    "sale",
    "sale_of_variants",
    "sales_of",
    "spread_articles",
    "ticket",
    "waiting_agreed",
]
