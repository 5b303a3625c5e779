"""Consignments: for their merchant, the depot, the operator and the sweeps."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from django.db.models import Count, QuerySet

from entrepot.base.locks import Rows
from entrepot.base.owners import across_owners
from entrepot.channels.terms import Route
from entrepot.ledger.terms import Shares
from entrepot.orders import models
from entrepot.orders.queries.views import (
    consignment_card,
    consignment_view,
    for_merchant,
    line_view,
    shares,
)
from entrepot.orders.rules import ref_of
from entrepot.orders.terms import ConsignmentCard, ConsignmentUnknown, ConsignmentView, LineView, Stage
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import NotYours, Viewer

# What the depot has to do with: sent to it, lying in it, or gone from it.
_IN_DEPOT_CARE = frozenset(Stage) - {Stage.PLACED, Stage.PAID, Stage.CANCELLED}


def consignment(*, viewer: Viewer, ref: str) -> ConsignmentView:
    """One consignment, for its merchant's team, for the depot when it passes there, for an operator.

    A merchant whose parcels pass the depot is not told who the shopper is. Raises ConsignmentUnknown.
    """
    rows = models.Consignment.objects.filter(ref=ref)
    with _reach(viewer):
        if not viewer.depot:
            rows = rows.filter(merchant_id__in=list(viewer.merchants))
        row = rows.first()
    if row is None or not _may_see(viewer, row):
        raise ConsignmentUnknown
    view = _whole(row)
    return view if viewer.depot else for_merchant(view=view)


def consignment_by_id(*, consignment_id: int, merchant_id: int) -> ConsignmentView:
    """One consignment with the full address, for verbs and jobs that act on it. Raises ConsignmentUnknown."""
    row = models.Consignment.objects.filter(merchant_id=merchant_id, id=consignment_id).first()
    if row is None:
        raise ConsignmentUnknown
    return _whole(row)


def consignments_by_id(*, consignments: Sequence[tuple[int, int]]) -> dict[int, ConsignmentView]:
    """Many consignments by (consignment, merchant), with their full addresses: two statements.

    Raises ConsignmentUnknown when one of them is not there.
    """
    rows = list(_of(consignments))
    lines = _lines_of(rows)
    if {(row.id, row.merchant_id) for row in rows} != set(consignments):
        raise ConsignmentUnknown
    return {
        row.id: consignment_view(row=row, lines=[line for line in lines if line.consignment_id == row.id])
        for row in rows
    }


def standing_consignments(*, order_id: int, merchant_ids: Sequence[int]) -> dict[int, ConsignmentView]:
    """The consignments of an order that were not cancelled, by key. Two statements."""
    rows = models.Consignment.objects.filter(merchant_id__in=list(merchant_ids), order_id=order_id)
    pairs = list(rows.exclude(stage=Stage.CANCELLED).values_list("id", "merchant_id"))
    return consignments_by_id(consignments=pairs) if pairs else {}


def rows_of_consignments(*, consignments: Sequence[tuple[int, int]]) -> Rows:
    """The rows of many consignments, for `locks.take` before `move_consignments` on their way to the shopper."""
    owners = tuple(sorted({merchant_id for _, merchant_id in consignments}))
    return Rows("orders_consignment", tuple(one for one, _ in consignments), "merchant_id", owners)


def release_dates(*, consignments: Sequence[tuple[int, int]]) -> dict[tuple[int, int], datetime]:
    """When the money of delivered (consignment, merchant) pairs is due; those not delivered are absent."""
    rows = _of(consignments).filter(release_at__isnull=False)
    return {
        (one, merchant_id): at for one, merchant_id, at in rows.values_list("id", "merchant_id", "release_at") if at
    }


def counted_parts(*, consignments: Sequence[tuple[int, int]]) -> tuple[tuple[int, int, int], ...]:
    """Which of (consignment, merchant) pairs count to a yearly allowance: (shopper, order, number in the order)."""
    rows = _of(consignments).filter(annual_used_minor__isnull=False)
    return tuple(rows.values_list("shopper_id", "order_id", "number"))


def consignment_for_depot(*, ref: str) -> ConsignmentView:
    """The consignment behind a scanned barcode or a typed reference, if it passes the depot.

    For verbs whose viewer was found to work there. Raises ConsignmentUnknown.
    """
    with across_owners("the depot handles parcels of all merchants"):
        row = models.Consignment.objects.filter(ref=ref_of(ref), route=Route.DEPOT).first()
    if row is None:
        raise ConsignmentUnknown
    return _whole(row)


def consignment_lines(*, consignment_id: int, merchant_id: int) -> tuple[LineView, ...]:
    """The articles of one consignment, in their order."""
    rows = models.Line.objects.filter(merchant_id=merchant_id, consignment_id=consignment_id)
    return tuple(line_view(row=row) for row in rows.order_by("number"))


def consignment_money(*, consignment_id: int, merchant_id: int) -> Shares:
    """What the money of one consignment is made of. Two statements. Raises ConsignmentUnknown."""
    row = models.Consignment.objects.filter(merchant_id=merchant_id, id=consignment_id).first()
    lines = models.Line.objects.filter(merchant_id=merchant_id, consignment_id=consignment_id)
    fx = lines.order_by("number").values_list("fx", flat=True).first()
    if row is None or fx is None:
        raise ConsignmentUnknown
    return shares(row=row, fx=fx)


def consignment_refs(*, merchant_id: int, consignment_ids: Sequence[int]) -> dict[int, str]:
    """The public references of a merchant's consignments by key; others' are absent."""
    rows = models.Consignment.objects.filter(merchant_id=merchant_id, id__in=list(set(consignment_ids)))
    return dict(rows.values_list("id", "ref"))


def sale_refs(*, merchant_id: int, consignment_ids: Sequence[int]) -> dict[int, str]:
    """The public references of a merchant's consignments and of the orders they are part of, by key."""
    rows = models.Consignment.objects.filter(merchant_id=merchant_id, id__in=list(set(consignment_ids)))
    found: dict[int, str] = {}
    for consignment_id, ref, order_id, order_ref in rows.values_list("id", "ref", "order_id", "order_ref"):
        found |= {consignment_id: ref, order_id: order_ref}
    return found


def refs_of_consignments(*, viewer: Viewer, consignment_ids: Sequence[int]) -> dict[int, str]:
    """The public references of any merchants' consignments by key, for operators. Raises NotYours."""
    if not viewer.operator:
        raise NotYours
    with across_owners("operators see whose money the ledger holds"):
        rows = models.Consignment.objects.filter(id__in=list(set(consignment_ids)))
        return dict(rows.values_list("id", "ref"))


def refs_of_orders(*, viewer: Viewer, order_ids: Sequence[int]) -> dict[int, str]:
    """The public references of any shoppers' orders by key, for operators. Raises NotYours."""
    if not viewer.operator:
        raise NotYours
    with across_owners("operators see which orders moved money"):
        rows = models.Order.objects.filter(id__in=list(set(order_ids)))
        return dict(rows.values_list("id", "ref"))


def consignments_of(
    *,
    viewer: Viewer,
    merchant_id: int,
    stage: Stage | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[ConsignmentCard, ...]:
    """The merchant's consignments, newest first, behind `after` (a reference). Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    owned = models.Consignment.objects.filter(merchant_id=merchant_id)
    return _cards(owned, stage=stage, after=after, limit=limit)


def consignment_counts(*, viewer: Viewer, merchant_id: int) -> dict[Stage, int]:
    """How many of the merchant's consignments are in each state. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.Consignment.objects.filter(merchant_id=merchant_id)
    counted = dict(rows.values_list("stage").annotate(Count("id")).order_by())
    return {stage: counted.get(stage, 0) for stage in Stage}


def depot_consignments(
    *, viewer: Viewer, stage: Stage, destination: str = "", after: str | None = None, limit: int = 100
) -> tuple[ConsignmentCard, ...]:
    """Consignments of all merchants that pass the depot and are in this state, newest first. Raises NotYours."""
    if not viewer.depot:
        raise NotYours
    passing = models.Consignment.objects.filter(route=Route.DEPOT)
    if destination:
        passing = passing.filter(destination=destination)
    with across_owners("the depot handles parcels of all merchants"):
        return _cards(passing, stage=stage, after=after, limit=limit)


def due_releases(*, at: datetime, limit: int = 200) -> tuple[tuple[int, int], ...]:
    """(consignment, merchant) whose money is due to the merchant, the longest due first, for the sweep.

    What a claim has stopped is not among them.
    """
    with across_owners("the sweep of release dates"):
        rows = models.Consignment.objects.filter(
            stage=Stage.DELIVERED, release_at__lte=at, paused_since__isnull=True
        ).order_by("release_at")
        return tuple(rows.values_list("id", "merchant_id")[:limit])


def _of(consignments: Sequence[tuple[int, int]]) -> "QuerySet[models.Consignment]":
    return models.Consignment.objects.filter(
        merchant_id__in=sorted({merchant_id for _, merchant_id in consignments}),
        id__in=[one for one, _ in consignments],
    )


def _reach(viewer: Viewer) -> AbstractContextManager[None]:
    return across_owners("the depot and operators see all merchants") if viewer.depot else nullcontext()


def _may_see(viewer: Viewer, row: models.Consignment) -> bool:
    if viewer.operator or row.merchant_id in viewer.merchants:
        return True
    return viewer.depot and row.route == Route.DEPOT and row.stage in _IN_DEPOT_CARE


def _whole(row: models.Consignment) -> ConsignmentView:
    lines = models.Line.objects.filter(merchant_id=row.merchant_id, consignment_id=row.id).order_by("number")
    return consignment_view(row=row, lines=list(lines))


def _cards(
    owned: "QuerySet[models.Consignment]", *, stage: Stage | None, after: str | None, limit: int
) -> tuple[ConsignmentCard, ...]:
    rows = owned if stage is None else owned.filter(stage=stage)
    if after:
        # The last one seen may have moved on since: it is looked for among all.
        last = owned.filter(ref=after).values_list("id", flat=True).first()
        rows = rows.filter(id__lt=last or 0)
    page = list(rows.order_by("-id")[:limit])
    lines = _lines_of(page)
    return tuple(
        consignment_card(row=row, lines=[line for line in lines if line.consignment_id == row.id]) for row in page
    )


def _lines_of(rows: Sequence[models.Consignment]) -> list[models.Line]:
    lines = models.Line.objects.filter(
        merchant_id__in=sorted({row.merchant_id for row in rows}), consignment_id__in=[row.id for row in rows]
    )
    return list(lines.order_by("consignment_id", "number"))
