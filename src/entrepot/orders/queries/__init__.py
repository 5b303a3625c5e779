"""Reads: orders for shoppers, consignments for those who move them, figures for those who settle them."""

from entrepot.orders.queries.consignments import (
    consignment,
    consignment_by_id,
    consignment_counts,
    consignment_for_depot,
    consignment_lines,
    consignment_money,
    consignment_refs,
    consignments_of,
    depot_consignments,
)
from entrepot.orders.queries.orders import (
    expired_orders,
    known_orders,
    locked_order,
    order,
    order_counts,
    order_for_payment,
    order_shares,
    orders_of,
    orders_page,
    rows_of_consignment,
    rows_of_order,
)

__all__ = [
    "consignment",
    "consignment_by_id",
    "consignment_counts",
    "consignment_for_depot",
    "consignment_lines",
    "consignment_money",
    "consignment_refs",
    "consignments_of",
    "depot_consignments",
    "expired_orders",
    "known_orders",
    "locked_order",
    "order",
    "order_counts",
    "order_for_payment",
    "order_shares",
    "orders_of",
    "orders_page",
    "rows_of_consignment",
    "rows_of_order",
]
