"""Moving parcels through the depot: expected, received, packed, dispatched, and back where a person was mistaken."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import msgspec
from django.db import connection, transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import News, tell_all
from entrepot.depot import queries
from entrepot.depot.models import BoxRow, DeclarationRow, ParcelRow, SiteRow
from entrepot.depot.rules import parcels as rules
from entrepot.depot.terms import (
    Box,
    BoxState,
    ExpectedParcel,
    Papers,
    Parcel,
    ParcelMoved,
    ParcelState,
    Site,
)
from entrepot.kernel.must import must
from entrepot.parties.terms import Viewer

MOVED = "depot.parcel_moved"


@transaction.atomic
def open_site(*, site: Site) -> None:
    """Open a depot, or change what it is; the code stays."""
    SiteRow.objects.update_or_create(
        code=site.code,
        defaults={
            "name": dict(site.name),
            "place": asdict(site.place),
            "serves": list(site.serves),
            "registrations": dict(site.registrations),
        },
    )


@transaction.atomic
def register_site(*, site_code: str, registrations: Mapping[str, str]) -> None:
    """Enter the codes that customs gave this market for a depot; empty ones are taken out."""
    row = SiteRow.objects.select_for_update(no_key=True).get(code=site_code)
    row.registrations = {name: code for name, code in {**row.registrations, **registrations}.items() if code}
    row.save(update_fields=["registrations"])


@transaction.atomic
def expect_parcel(*, parcel: ExpectedParcel, at: datetime) -> None:
    """A merchant has handed a house parcel over. Repeating it changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO depot_parcel (id, merchant_id, barcode, merchant_name, consignment_id, consignment_ref, site,
                   destination, mode, recipient, pieces, state, declared_grams, differs, expected_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'expected', %s, false, %s)
               ON CONFLICT (merchant_id, consignment_id) DO NOTHING""",
            [
                new_id(owner=parcel.merchant_id),
                parcel.merchant_id,
                parcel.barcode,
                parcel.merchant_name,
                parcel.consignment_id,
                parcel.consignment_ref,
                parcel.site,
                parcel.destination,
                parcel.mode,
                parcel.recipient[:200],
                parcel.pieces,
                parcel.grams,
                at,
            ],
        )


@transaction.atomic
def record_receipt(*, parcel: Parcel, viewer: Viewer, grams: int | None, at: datetime) -> None:
    """An expected parcel has come in; grams from the scale, None when it is weighed later. Raises ParcelMoved."""
    _move(
        [parcel],
        from_state=ParcelState.EXPECTED,
        changes={
            "state": ParcelState.RECEIVED.value,
            "measured_grams": grams,
            "differs": rules.weight_differs(declared=parcel.grams, measured=grams),
            "received_at": at,
            "received_by": viewer.user_id,
        },
        at=at,
    )


@transaction.atomic
def take_back_receipt(*, parcel: Parcel, at: datetime) -> None:
    """The scan was a mistake: the parcel is expected again. Raises ParcelMoved once it lies in a box."""
    _move(
        [parcel],
        from_state=ParcelState.RECEIVED,
        changes={
            "state": ParcelState.EXPECTED.value,
            "measured_grams": None,
            "differs": False,
            "received_at": None,
            "received_by": None,
        },
        at=at,
    )


@transaction.atomic
def weigh_parcel(*, viewer: Viewer, barcode: str, grams: int) -> Parcel:
    """What the scale says of a parcel that has come in and not left; weighing again replaces it.

    Raises NotYours, ParcelUnknown, ParcelMoved, WeightImpossible.
    """
    parcel = queries.parcel_by_barcode(viewer=viewer, barcode=barcode)
    rules.weight_checked(grams=grams)
    changed = ParcelRow.objects.filter(
        merchant_id=parcel.merchant_id,
        id=parcel.id,
        state__in=[ParcelState.RECEIVED.value, ParcelState.PACKED.value],
    ).update(measured_grams=grams, differs=rules.weight_differs(declared=parcel.grams, measured=grams))
    if not changed:
        raise ParcelMoved(barcode=parcel.barcode, state=parcel.state.value)
    return queries.parcel_by_barcode(viewer=viewer, barcode=barcode)


@transaction.atomic
def open_box(*, site_code: str, destination: str, mode: str, at: datetime) -> Box:
    """A new, empty master box for one destination and one way in."""
    ref = new_reference("box")
    row = BoxRow.objects.create(
        id=new_id(),
        ref=ref,
        barcode=rules.box_barcode(ref=ref),
        site=site_code,
        destination=destination,
        mode=mode,
        state=BoxState.OPEN.value,
        opened_at=at,
    )
    return queries.box_by_id(box_id=row.id)


@transaction.atomic
def pack_parcels(*, parcels: Sequence[Parcel], box: Box, at: datetime) -> None:
    """Put received parcels into an open box. Raises ParcelMoved."""
    _move(
        parcels,
        from_state=ParcelState.RECEIVED,
        changes={"state": ParcelState.PACKED.value, "box_id": box.id},
        at=at,
    )


@transaction.atomic
def unpack_parcel(*, parcel: Parcel, at: datetime) -> None:
    """Take a parcel out of its open box again. Raises ParcelMoved."""
    _move(
        [parcel],
        from_state=ParcelState.PACKED,
        changes={"state": ParcelState.RECEIVED.value, "box_id": None},
        at=at,
    )


@transaction.atomic
def close_box(*, box: Box, parcels: Sequence[Parcel], at: datetime) -> None:
    """The box and all that lies in it leave the depot. Raises ParcelMoved."""
    _move(parcels, from_state=ParcelState.PACKED, changes={"state": ParcelState.DISPATCHED.value}, at=at)
    changed = BoxRow.objects.filter(id=box.id, state=BoxState.OPEN.value).update(
        state=BoxState.DISPATCHED.value, dispatched_at=at
    )
    must(changed == 1, "a box leaves once")


@transaction.atomic
def write_declarations(*, box: Box, papers: Sequence[tuple[Parcel, Papers]], at: datetime) -> None:
    """Write the customs data of every parcel in a box, once and for good."""
    DeclarationRow.objects.bulk_create(
        DeclarationRow(
            id=new_id(owner=parcel.merchant_id),
            merchant_id=parcel.merchant_id,
            consignment_id=parcel.consignment_id,
            consignment_ref=parcel.consignment_ref,
            parcel_barcode=parcel.barcode,
            box_id=box.id,
            kind=written.kind.value,
            fields=msgspec.json.encode(written.fields).decode(),
            missing=list(written.missing),
            notes=list(written.notes),
            written_at=at,
        )
        for parcel, written in papers
    )


def _move(parcels: Sequence[Parcel], *, from_state: ParcelState, changes: Mapping[str, object], at: datetime) -> None:
    """All or none: whoever was faster is named in ParcelMoved."""
    owners = sorted({parcel.merchant_id for parcel in parcels})
    rows = ParcelRow.objects.filter(merchant_id__in=owners, id__in=[parcel.id for parcel in parcels])
    if rows.filter(state=from_state.value).update(**changes) != len(parcels):
        elsewhere = rows.exclude(state=changes["state"]).exclude(state=from_state.value).first() or rows.first()
        moved = elsewhere or parcels[0]
        raise ParcelMoved(barcode=moved.barcode, state=str(moved.state))
    tell_all(
        [News(MOVED, parcel.id, parcel.merchant_id, {"state": str(changes["state"])}) for parcel in parcels], at=at
    )
