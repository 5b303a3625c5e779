"""Flash sales: setting one, its queue, and ending it early."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.stock import models, queries
from entrepot.stock.services.articles import BUCKETS
from entrepot.stock.terms import (
    FlashSale,
    SaleClosed,
    SaleImpossible,
    SaleOverlaps,
    SaleSoldOut,
    SaleUnknown,
    TicketState,
)

_ARTICLES: Final = """
INSERT INTO stock_article (merchant_id, variant_id)
SELECT %s, v FROM unnest(%s::bigint[]) AS v ORDER BY v ON CONFLICT (merchant_id, variant_id) DO NOTHING
"""
_IN_SALES: Final = """
SELECT DISTINCT s.id FROM stock_article a JOIN stock_sale s ON s.merchant_id = a.merchant_id AND s.id = a.sale_id
 WHERE a.merchant_id = %s AND a.variant_id = ANY(%s) AND s.ends_at > %s
"""


@dataclass(frozen=True, slots=True)
class SalePlan:
    """What a merchant decides about a flash sale. See `FlashSale`."""

    listing_ref: str
    variant_ids: Sequence[int]
    opens_at: datetime
    starts_at: datetime
    ends_at: datetime
    pieces: int
    limit_each: int = 1
    at_once: int = 100
    ticket_seconds: int = 600


@transaction.atomic
def set_sale(*, merchant_id: int, plan: SalePlan, at: datetime) -> str:
    """Announce a flash sale; answers its reference. The same plan again is the same sale.

    The articles lie in buckets from now on. Raises SaleImpossible, SaleOverlaps.
    """
    variants = sorted(set(plan.variant_ids))
    free = sum(queries.available(variant_ids=variants, merchant_ids=[merchant_id]).values()) if variants else 0
    if (
        not (plan.opens_at <= plan.starts_at < plan.ends_at and plan.ends_at > at)
        or not 0 < plan.limit_each <= plan.pieces
        or min(plan.at_once, plan.ticket_seconds) < 1
    ):
        raise SaleImpossible(available=free)
    known = _in_sale(merchant_id, variants, at)
    if known is not None:
        if _same(known, plan, variants):
            return known.ref
        raise SaleOverlaps
    if plan.pieces > free:
        raise SaleImpossible(available=free)
    row = models.Sale.objects.create(
        id=new_id(owner=merchant_id),
        merchant_id=merchant_id,
        ref=new_reference("sal"),
        listing_ref=plan.listing_ref,
        variant_ids=variants,
        opens_at=plan.opens_at,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        pieces=plan.pieces,
        limit_each=plan.limit_each,
        at_once=plan.at_once,
        ticket_seconds=plan.ticket_seconds,
        created_at=at,
    )
    with connection.cursor() as cursor:
        for variant in variants:
            cursor.execute("SELECT stock_pour(%s, %s, %s)", [merchant_id, variant, BUCKETS])
    models.Article.objects.filter(merchant_id=merchant_id, variant_id__in=variants).update(
        sale_id=row.id, closing=False
    )
    return row.ref


@transaction.atomic
def end_sale(*, merchant_id: int, ref: str, at: datetime) -> bool:
    """The sale is over now; what is left is sold to anybody. Answers whether that is new. Raises SaleUnknown."""
    row = models.Sale.objects.filter(merchant_id=merchant_id, ref=ref).select_for_update(no_key=True).first()
    if row is None:
        raise SaleUnknown
    if row.ends_at <= at:
        return False
    starts_at = min(row.starts_at, at - timedelta(seconds=1))
    models.Sale.objects.filter(merchant_id=merchant_id, id=row.id).update(
        opens_at=min(row.opens_at, starts_at), starts_at=starts_at, ends_at=at
    )
    models.Article.objects.filter(merchant_id=merchant_id, sale_id=row.id).update(sale_id=None)
    return True


@transaction.atomic
def take_ticket(*, sale: FlashSale, shopper_id: int, at: datetime) -> TicketState:
    """A place in the queue, the same for whoever asks again; admitted at once when it is one's turn.

    Who did not order in time, or gave the order up, gets a new place behind everybody. Raises SaleClosed, SaleSoldOut.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stock_enter(%s, %s, %s, %s, %s)",
            [sale.merchant_id, sale.id, shopper_id, new_reference("tkt"), at],
        )
        answer = str(cursor.fetchone()[0])
    if answer == "closed":
        raise SaleClosed
    if answer == "sold_out":
        raise SaleSoldOut
    return TicketState(answer)


def _in_sale(merchant_id: int, variants: list[int], at: datetime) -> models.Sale | None:
    """A sale that has not ended and holds one of them; their rows are locked, so that two plans go one by one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM stock_position WHERE merchant_id = %s AND variant_id = ANY(%s)
                ORDER BY id FOR NO KEY UPDATE""",
            [merchant_id, variants],
        )
        cursor.execute(_ARTICLES, [merchant_id, variants])
        cursor.execute(_IN_SALES, [merchant_id, variants, at])
        found = cursor.fetchall()
    return models.Sale.objects.filter(merchant_id=merchant_id, id=found[0][0]).first() if found else None


def _same(row: models.Sale, plan: SalePlan, variants: list[int]) -> bool:
    return (row.listing_ref, sorted(row.variant_ids), row.starts_at, row.ends_at, row.pieces, row.limit_each) == (
        plan.listing_ref,
        variants,
        plan.starts_at,
        plan.ends_at,
        plan.pieces,
        plan.limit_each,
    )
