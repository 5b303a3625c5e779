"""Parcels, boxes and papers, for the depot's own people and for the verbs that move them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from entrepot.base.locks import Rows
from entrepot.base.owners import across_owners
from entrepot.carriage.terms import Place
from entrepot.depot.models import BoxRow, DeclarationRow, ParcelRow, SiteRow
from entrepot.depot.terms import (
    Box,
    BoxId,
    BoxState,
    BoxUnknown,
    Declaration,
    NoSite,
    PaperKind,
    Papers,
    Parcel,
    ParcelId,
    ParcelState,
    ParcelUnknown,
    Site,
    Worklist,
)
from entrepot.parties.terms import NotYours, Viewer

LIST_MAX = 100


def sites() -> tuple[Site, ...]:
    """Every depot, by its code."""
    return tuple(_site(row) for row in SiteRow.objects.order_by("code"))


def site(*, code: str) -> Site:
    """One depot. Raises NoSite."""
    row = SiteRow.objects.filter(code=code).first()
    if row is None:
        raise NoSite(country=code)
    return _site(row)


def site_serving(*, country: str) -> Site:
    """The depot to which merchants of a country send. Raises NoSite."""
    for one in sites():
        if country in one.serves:
            return one
    raise NoSite(country=country)


def must_work_here(*, viewer: Viewer) -> None:
    """Depot staff and operators only. Raises NotYours for everybody else."""
    if not viewer.depot:
        raise NotYours


def worklist(*, viewer: Viewer, site_code: str, destination: str = "") -> Worklist:
    """A depot's day: what is expected, what lies here unpacked, the open boxes. Oldest first, at most 100 of each.

    destination: only what goes to that country. Raises NotYours. Six statements.
    """
    must_work_here(viewer=viewer)
    with across_owners("the depot works for all merchants"):
        rows = ParcelRow.objects.filter(site=site_code)
        if destination:
            rows = rows.filter(destination=destination)
        expected = rows.filter(state=ParcelState.EXPECTED.value).order_by("expected_at")
        received = rows.filter(state=ParcelState.RECEIVED.value).order_by("received_at")
        counts = dict(rows.values_list("state").annotate(count=Count("id")).order_by())
        return Worklist(
            expected=tuple(_parcel(row) for row in expected[:LIST_MAX]),
            expected_count=counts.get(ParcelState.EXPECTED.value, 0),
            received=tuple(_parcel(row) for row in received[:LIST_MAX]),
            received_count=counts.get(ParcelState.RECEIVED.value, 0),
            boxes=boxes(viewer=viewer, site_code=site_code, state=BoxState.OPEN, destination=destination),
        )


def boxes(
    *, viewer: Viewer, site_code: str, state: BoxState, destination: str = "", limit: int = 50
) -> tuple[Box, ...]:
    """A depot's boxes in one state with what is in them, latest first. Raises NotYours. Two statements."""
    must_work_here(viewer=viewer)
    rows = BoxRow.objects.filter(site=site_code, state=state.value).order_by("-opened_at")
    if destination:
        rows = rows.filter(destination=destination)
    page = list(rows[:limit])
    loads = _loads([row.id for row in page])
    return tuple(_box(row, *loads.get(row.id, (0, 0))) for row in page)


def just_received(*, viewer: Viewer, site_code: str, limit: int = 8) -> tuple[Parcel, ...]:
    """What came in last, latest first, for the scanning screen. Raises NotYours."""
    must_work_here(viewer=viewer)
    with across_owners("the depot works for all merchants"):
        rows = ParcelRow.objects.filter(site=site_code, received_at__isnull=False).order_by("-received_at")
        return tuple(_parcel(row) for row in rows[:limit])


def parcel_by_barcode(*, viewer: Viewer, barcode: str) -> Parcel:
    """The parcel that carries a barcode. Raises NotYours, ParcelUnknown."""
    must_work_here(viewer=viewer)
    with across_owners("a barcode does not say whose parcel it is"):
        row = ParcelRow.objects.filter(barcode=barcode).first()
    if row is None:
        raise ParcelUnknown(barcode=barcode)
    return _parcel(row)


def parcel_of(*, merchant_id: int, consignment_id: int) -> Parcel | None:
    """The house parcel of a consignment, once its merchant has handed it over."""
    row = ParcelRow.objects.filter(merchant_id=merchant_id, consignment_id=consignment_id).first()
    return _parcel(row) if row else None


def parcels_of_consignments(*, viewer: Viewer, consignment_refs: Sequence[str]) -> tuple[Parcel, ...]:
    """The parcels of consignments, in the order asked. Raises NotYours, ParcelUnknown naming one that is not there."""
    must_work_here(viewer=viewer)
    with across_owners("the depot works for all merchants"):
        rows = {
            row.consignment_ref: row for row in ParcelRow.objects.filter(consignment_ref__in=list(consignment_refs))
        }
    missing = [ref for ref in consignment_refs if ref not in rows]
    if missing:
        raise ParcelUnknown(barcode=missing[0])
    return tuple(_parcel(rows[ref]) for ref in dict.fromkeys(consignment_refs))


def parcels_in(*, box_id: int) -> tuple[Parcel, ...]:
    """What lies in a box, in the order it was received."""
    with across_owners("a master box holds parcels of many merchants"):
        return tuple(_parcel(row) for row in ParcelRow.objects.filter(box_id=box_id).order_by("received_at", "id"))


def box(*, viewer: Viewer, ref: str) -> Box:
    """One box by its reference or barcode, with its load. Raises NotYours, BoxUnknown."""
    must_work_here(viewer=viewer)
    row = BoxRow.objects.filter(ref=ref).first() or BoxRow.objects.filter(barcode=ref).first()
    if row is None:
        raise BoxUnknown(box=ref)
    return _box(row, *_loads([row.id]).get(row.id, (0, 0)))


def box_by_id(*, box_id: int) -> Box:
    """One box with its load, for verbs and jobs. Raises BoxUnknown."""
    row = BoxRow.objects.filter(id=box_id).first()
    if row is None:
        raise BoxUnknown(box=str(box_id))
    return _box(row, *_loads([row.id]).get(row.id, (0, 0)))


def box_of(*, merchant_id: int, consignment_id: int) -> Box | None:
    """The box a consignment travels in, if it does."""
    rows = ParcelRow.objects.filter(merchant_id=merchant_id, consignment_id=consignment_id, box_id__isnull=False)
    box_id = rows.values_list("box_id", flat=True).first()
    return box_by_id(box_id=box_id) if box_id else None


def declarations(*, viewer: Viewer, box_id: int) -> tuple[Declaration, ...]:
    """The papers of a dispatched box, in the order of its parcels. Raises NotYours."""
    must_work_here(viewer=viewer)
    with across_owners("a master box holds parcels of many merchants"):
        return tuple(_declaration(row) for row in DeclarationRow.objects.filter(box_id=box_id).order_by("id"))


def declaration_of(*, merchant_id: int, consignment_id: int) -> Declaration | None:
    """The papers of one consignment, once its box has left."""
    row = DeclarationRow.objects.filter(merchant_id=merchant_id, consignment_id=consignment_id).first()
    return _declaration(row) if row else None


def rows_of_parcels(*, parcels: Sequence[Parcel]) -> Rows:
    """The parcels' rows, for `locks.take`."""
    owners = tuple(sorted({parcel.merchant_id for parcel in parcels}))
    return Rows("depot_parcel", tuple(parcel.id for parcel in parcels), "merchant_id", owners)


def rows_of_box(*, box_id: int) -> Rows:
    """The box's row, for `locks.take`."""
    return Rows("depot_box", (box_id,))


def _loads(box_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    with across_owners("a master box holds parcels of many merchants"):
        rows: QuerySet[ParcelRow] = ParcelRow.objects.filter(box_id__in=list(box_ids))
        counted = rows.values_list("box_id").annotate(
            count=Count("id"), grams=Sum(Coalesce(F("measured_grams"), F("declared_grams")))
        )
        return {box_id: (count, grams) for box_id, count, grams in counted if box_id}


def _site(row: SiteRow) -> Site:
    return Site(
        code=row.code,
        name=row.name,
        place=msgspec.convert(row.place, Place),
        serves=tuple(row.serves),
        registrations=row.registrations,
    )


def _parcel(row: ParcelRow) -> Parcel:
    return Parcel(
        id=ParcelId(row.id),
        barcode=row.barcode,
        merchant_id=row.merchant_id,
        merchant_name=row.merchant_name,
        consignment_id=row.consignment_id,
        consignment_ref=row.consignment_ref,
        site=row.site,
        destination=row.destination,
        mode=row.mode,
        recipient=row.recipient,
        pieces=row.pieces,
        state=ParcelState(row.state),
        grams=row.declared_grams,
        measured=row.measured_grams,
        differs=row.differs,
        box_id=BoxId(row.box_id) if row.box_id else None,
        expected_at=row.expected_at,
        received_at=row.received_at,
    )


def _box(row: BoxRow, parcels: int, grams: int) -> Box:
    return Box(
        id=BoxId(row.id),
        ref=row.ref,
        barcode=row.barcode,
        site=row.site,
        destination=row.destination,
        mode=row.mode,
        state=BoxState(row.state),
        opened_at=row.opened_at,
        dispatched_at=row.dispatched_at,
        parcels=parcels,
        grams=grams,
    )


def _declaration(row: DeclarationRow) -> Declaration:
    return Declaration(
        consignment_id=row.consignment_id,
        consignment_ref=row.consignment_ref,
        parcel_barcode=row.parcel_barcode,
        papers=Papers(PaperKind(row.kind), msgspec.json.decode(row.fields), tuple(row.missing), tuple(row.notes)),
        written_at=row.written_at,
    )


def dispatched_since(*, viewer: Viewer, site_code: str, since: datetime) -> int:
    """How many boxes have left a depot since a moment. Raises NotYours."""
    must_work_here(viewer=viewer)
    return BoxRow.objects.filter(site=site_code, dispatched_at__gte=since).count()


def counts(*, viewer: Viewer, site_code: str) -> dict[ParcelState, int]:
    """How many parcels of a depot are in each state but the last. Raises NotYours."""
    must_work_here(viewer=viewer)
    with across_owners("the depot works for all merchants"):
        rows = ParcelRow.objects.filter(site=site_code).exclude(state=ParcelState.DISPATCHED.value)
        counted = dict(rows.values_list("state").annotate(count=Count("id")).order_by())
    return {state: counted.get(state.value, 0) for state in ParcelState}
