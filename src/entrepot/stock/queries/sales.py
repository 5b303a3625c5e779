"""Flash sales and their queues."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from entrepot.base.owners import across_owners
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import Viewer
from entrepot.stock.terms import QUEUE_SHOWN, FlashSale, SaleUnknown, Ticket, TicketState

_COLUMNS: Final = """
SELECT s.id, s.merchant_id, s.ref, s.listing_ref, s.variant_ids, s.opens_at, s.starts_at, s.ends_at, s.pieces,
       s.limit_each, s.at_once, s.ticket_seconds, s.sold_out
"""
_COUNTED: Final = """,
       (SELECT count(*) FROM stock_ticket t WHERE t.merchant_id = s.merchant_id AND t.sale_id = s.id
                                              AND t.state = 'waiting'),
       (SELECT count(*) FROM stock_ticket t WHERE t.merchant_id = s.merchant_id AND t.sale_id = s.id
                                              AND t.state = 'admitted'),
       (SELECT coalesce(sum(t.pieces), 0)::bigint FROM stock_ticket t
         WHERE t.merchant_id = s.merchant_id AND t.sale_id = s.id)
"""
_TICKET: Final = """
SELECT t.ref, t.state,
       CASE t.state WHEN 'waiting' THEN
         (SELECT count(*) FROM (SELECT FROM stock_ticket b WHERE b.merchant_id = t.merchant_id AND b.sale_id = t.sale_id
                                   AND b.state = 'waiting' AND b.id < t.id LIMIT %s) AS before)
       ELSE 0 END,
       CASE t.state WHEN 'used' THEN t.pieces ELSE t.allotted END, t.admitted_until
  FROM stock_ticket t WHERE t.merchant_id = %s AND t.sale_id = %s AND t.shopper_id = %s
"""


def sale(*, ref: str) -> FlashSale:
    """A flash sale, which everybody may see. Raises SaleUnknown."""
    with across_owners("a sale is found by its reference"), connection.cursor() as cursor:
        cursor.execute(_COLUMNS + " FROM stock_sale s WHERE s.ref = %s", [ref])
        row = cursor.fetchone()
    if row is None:
        raise SaleUnknown
    return _sale(row)


def sale_of_variants(*, merchant_id: int, variant_ids: Sequence[int], at: datetime) -> FlashSale | None:
    """The sale that one of these articles is in, announced or under way."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COLUMNS
            + """ FROM stock_article a JOIN stock_sale s ON s.merchant_id = a.merchant_id AND s.id = a.sale_id
                WHERE a.merchant_id = %s AND a.variant_id = ANY(%s) AND s.ends_at > %s ORDER BY s.starts_at LIMIT 1""",
            [merchant_id, list(variant_ids), at],
        )
        row = cursor.fetchone()
    return _sale(row) if row else None


def sales_of(*, viewer: Viewer, merchant_id: int, limit: int = 50) -> tuple[FlashSale, ...]:
    """The merchant's flash sales with how many wait, may order and have ordered; the newest first. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    with connection.cursor() as cursor:
        cursor.execute(
            _COLUMNS
            + _COUNTED
            + " FROM stock_sale s WHERE s.merchant_id = %s ORDER BY s.starts_at DESC, s.id LIMIT %s",
            [merchant_id, limit],
        )
        return tuple(_sale(row) for row in cursor.fetchall())


def ticket(*, sale: FlashSale, shopper_id: int, at: datetime) -> Ticket | None:
    """The shopper's place in the queue; none for who has not taken a ticket. A turn whose time is over has lapsed."""
    with connection.cursor() as cursor:
        cursor.execute(_TICKET, [QUEUE_SHOWN, sale.merchant_id, sale.id, shopper_id])
        row = cursor.fetchone()
    if row is None:
        return None
    ref, state, before, pieces, until = row
    over = state == TicketState.ADMITTED and until <= at
    return Ticket(ref, TicketState.LAPSED if over else TicketState(state), before, 0 if over else pieces, until)


def _sale(row: Sequence[Any]) -> FlashSale:
    id_, merchant_id, ref, listing_ref, variants, *rest = row
    return FlashSale(id_, merchant_id, ref, listing_ref, tuple(variants), *rest)
