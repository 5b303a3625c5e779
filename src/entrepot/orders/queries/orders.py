"""Orders: for the shopper, the operator, the settling of payments and the sweeps."""

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, QuerySet

from entrepot.base.locks import Rows
from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.ledger.terms import Shares
from entrepot.orders import models
from entrepot.orders.queries.views import consignment_view, order_view, shares
from entrepot.orders.terms import (
    ConsignmentUnknown,
    ConsignmentView,
    KnownOrder,
    OrderCard,
    OrderId,
    OrderToPay,
    OrderUnknown,
    OrderView,
    Stage,
    State,
)
from entrepot.parties.terms import NotYours, Viewer
from entrepot.rates.terms import Rate


def order(*, viewer: Viewer, ref: str) -> OrderView:
    """One order: the shopper's own, or any for an operator. Three statements. Raises OrderUnknown."""
    rows = models.Order.objects.filter(ref=ref)
    if viewer.shopper_id is not None and not viewer.operator:
        rows = rows.filter(shopper_id=viewer.shopper_id)
    elif not viewer.operator:
        raise OrderUnknown
    with across_owners("an operator looks at an order") if viewer.operator else nullcontext():
        row = rows.first()
    if row is None:
        raise OrderUnknown
    consignments = models.Consignment.objects.filter(merchant_id__in=row.merchant_ids, order_id=row.id)
    lines = _lines_of([row])
    return order_view(
        row=row,
        consignments=[
            consignment_view(row=one, lines=[line for line in lines if line.consignment_id == one.id])
            for one in consignments.order_by("number")
        ],
    )


def order_of_quote(*, shopper_id: int, quote_ref: str) -> str:
    """The reference of the order that was made of a quote; empty when there is none."""
    found = (
        models.Order.objects.filter(shopper_id=shopper_id, quote_ref=quote_ref).values_list("ref", flat=True).first()
    )
    return found or ""


def quote_of_order(*, shopper_id: int, order_id: int) -> str:
    """The reference of the quote that an order was made of. Raises OrderUnknown."""
    found = models.Order.objects.filter(shopper_id=shopper_id, id=order_id).values_list("quote_ref", flat=True).first()
    if found is None:
        raise OrderUnknown
    return found


def orders_of(*, viewer: Viewer, after: str | None = None, limit: int = 20) -> tuple[OrderCard, ...]:
    """The shopper's orders, newest first, behind the order `after` (a reference). Four statements at most."""
    if viewer.shopper_id is None:
        return ()
    own = models.Order.objects.filter(shopper_id=viewer.shopper_id)
    return _cards(own, state=None, after=after, limit=limit)


def orders_page(
    *, viewer: Viewer, state: State | None = None, ref: str = "", after: str | None = None, limit: int = 50
) -> tuple[OrderCard, ...]:
    """All orders, newest first, for an operator; by state or by the order's own reference. Raises NotYours."""
    if not viewer.operator:
        raise NotYours
    found = models.Order.objects.filter(ref=ref) if ref else models.Order.objects.all()
    with across_owners("an operator lists orders"):
        return _cards(found, state=state, after=after, limit=limit)


def order_counts(*, viewer: Viewer) -> dict[State, int]:
    """How many orders are in each state, for an operator. Raises NotYours."""
    if not viewer.operator:
        raise NotYours
    with across_owners("an operator counts orders"):
        counted = dict(models.Order.objects.values_list("state").annotate(Count("id")).order_by())
    return {state: counted.get(state, 0) for state in State}


def known_orders(*, shopper_id: int, key: str, quote_ref: str) -> tuple[KnownOrder, ...]:
    """The shopper's orders that came with this key or from this quote: none, one, or two that differ."""
    rows = models.Order.objects.filter(shopper_id=shopper_id)
    found = (rows.filter(key=key) | rows.filter(quote_ref=quote_ref)).order_by("id")
    return tuple(
        KnownOrder(OrderId(row.id), row.ref, State(row.state), row.key, row.quote_ref)
        for row in found.only("id", "ref", "state", "key", "quote_ref")
    )


def order_for_payment(*, order_id: int, shopper_id: int) -> OrderToPay:
    """What settling needs to know. Raises OrderUnknown."""
    return _to_pay(models.Order.objects.filter(shopper_id=shopper_id, id=order_id).first())


def locked_order(*, order_id: int, shopper_id: int) -> OrderToPay:
    """The same, its row locked FOR NO KEY UPDATE: for a verb that needs nothing else locked before it."""
    rows = models.Order.objects.select_for_update(no_key=True)
    return _to_pay(rows.filter(shopper_id=shopper_id, id=order_id).first())


def order_shares(*, order_id: int, merchant_ids: Sequence[int]) -> tuple[Shares, ...]:
    """What the money of each consignment of an order is made of, in their order. Two statements."""
    fx = dict(
        models.Line.objects.filter(merchant_id__in=list(merchant_ids), order_id=order_id)
        .order_by("consignment_id", "-number")
        .values_list("consignment_id", "fx")
    )
    rows = models.Consignment.objects.filter(merchant_id__in=list(merchant_ids), order_id=order_id)
    return tuple(shares(row=row, fx=fx[row.id]) for row in rows.order_by("number"))


def quotes_ordered(*, quotes: Sequence[tuple[int, str]]) -> frozenset[tuple[int, str]]:
    """Those of the (shopper, quote reference) pairs that an order was made from, in one statement."""
    shoppers, refs = [shopper for shopper, _ in quotes], [ref for _, ref in quotes]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.shopper_id, o.quote_ref FROM orders_order o
                 JOIN unnest(%s::bigint[], %s::text[]) AS asked (shopper_id, quote_ref)
                   ON o.shopper_id = asked.shopper_id AND o.quote_ref = asked.quote_ref""",
            [shoppers, refs],
        )
        return frozenset(cursor.fetchall())


def frozen_rate(*, consignment: ConsignmentView) -> Rate | None:
    """The exchange rate that a consignment's prices were made with: shopper's currency for one of the merchant's.

    None when both use the same currency. The rate is the one on its lines; day and source are as the order keeps them.
    """
    own, shown = consignment.merchant_net.currency, consignment.amounts.goods.currency
    if own == shown or not consignment.lines:
        return None
    kept = models.Order.objects.filter(shopper_id=consignment.shopper_id, id=consignment.order_id)
    for one in kept.values_list("fx", flat=True).get():
        if (one["base"], one["quote"]) == (own, shown):
            return Rate(own, shown, consignment.lines[0].fx, one["source"], date.fromisoformat(one["on"]))
    return None


def rows_of_order(*, order_id: int, shopper_id: int, merchant_ids: Sequence[int]) -> tuple[Rows, ...]:
    """The order's row and those of all its consignments, for `locks.take`."""
    consignments = models.Consignment.objects.filter(merchant_id__in=list(merchant_ids), order_id=order_id)
    ids = tuple(consignments.order_by("id").values_list("id", flat=True))
    return (
        Rows("orders_order", (order_id,), "shopper_id", (shopper_id,)),
        Rows("orders_consignment", ids, "merchant_id", tuple(merchant_ids)),
    )


def rows_of_consignment(*, consignment_id: int, merchant_id: int) -> tuple[Rows, ...]:
    """The consignment's row and its order's, for `locks.take` before `move_consignment`. Raises ConsignmentUnknown.

    The order's row belongs to it because the last consignment to end finishes the order.
    """
    row = models.Consignment.objects.filter(merchant_id=merchant_id, id=consignment_id).first()
    if row is None:
        raise ConsignmentUnknown
    return (
        Rows("orders_order", (row.order_id,), "shopper_id", (row.shopper_id,)),
        Rows("orders_consignment", (row.id,), "merchant_id", (merchant_id,)),
    )


def expired_orders(*, at: datetime, limit: int = 200) -> tuple[OrderToPay, ...]:
    """Orders that were not paid in time, the longest overdue first, for the sweep."""
    with across_owners("the sweep of unpaid orders"):
        rows = models.Order.objects.filter(state=State.PLACED, expires_at__lte=at).order_by("expires_at")[:limit]
        return tuple(_to_pay(row) for row in rows)


def _to_pay(row: models.Order | None) -> OrderToPay:
    if row is None:
        raise OrderUnknown
    return OrderToPay(
        id=OrderId(row.id),
        ref=row.ref,
        shopper_id=row.shopper_id,
        state=State(row.state),
        total=Money(row.total_minor, row.currency),
        merchant_ids=tuple(row.merchant_ids),
        expires_at=row.expires_at,
    )


def _cards(
    owned: "QuerySet[models.Order]", *, state: State | None, after: str | None, limit: int
) -> tuple[OrderCard, ...]:
    rows = owned if state is None else owned.filter(state=state)
    if after:
        # The last one seen may have moved on since: it is looked for among all.
        last = owned.filter(ref=after).values_list("id", flat=True).first()
        rows = rows.filter(id__lt=last or 0)
    page = list(rows.order_by("-id")[:limit])
    lines = _lines_of(page)
    stages: dict[int, list[Stage]] = {}
    names: dict[int, list[str]] = {}
    consignments = models.Consignment.objects.filter(
        merchant_id__in=sorted({owner for row in page for owner in row.merchant_ids}),
        order_id__in=[row.id for row in page],
    )
    for order_id, stage, name in consignments.order_by("number").values_list("order_id", "stage", "merchant_name"):
        stages.setdefault(order_id, []).append(Stage(stage))
        names.setdefault(order_id, []).append(name)
    return tuple(
        _card(row, [line for line in lines if line.order_id == row.id], stages[row.id], names[row.id]) for row in page
    )


def _card(row: models.Order, lines: Sequence[models.Line], stages: list[Stage], names: list[str]) -> OrderCard:
    return OrderCard(
        ref=row.ref,
        shopper_id=row.shopper_id,
        state=State(row.state),
        total=Money(row.total_minor, row.currency),
        destination=row.destination,
        placed_at=row.placed_at,
        stages=tuple(stages),
        merchants=tuple(Counter(names)),
        titles=tuple(line.title for line in lines),
        pictures=tuple(line.picture for line in lines if line.picture),
        pieces=sum(line.quantity for line in lines),
    )


def _lines_of(rows: Sequence[models.Order]) -> list[models.Line]:
    owners = sorted({owner for row in rows for owner in row.merchant_ids})
    lines = models.Line.objects.filter(merchant_id__in=owners, order_id__in=[row.id for row in rows])
    return list(lines.order_by("consignment_id", "number"))
