"""Master boxes: packing them, what is in one, sending it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.carriage import queries as carriage
from entrepot.carriage.terms import MARKETPLACE, Sighting
from entrepot.depot import queries as depot
from entrepot.depot.rules.parcels import parcel_barcode
from entrepot.depot.terms import Box, BoxState, Declaration, Parcel
from entrepot.flows.consolidate import consolidate
from entrepot.flows.dispatch_box import dispatch_box
from entrepot.flows.unpack import unpack
from entrepot.web.depot.desk import shown, site_of
from entrepot.web.depot.words import place_name, step_name
from entrepot.web.viewer import depot_only, viewer_of

CHOICE_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Pile:
    """Received parcels that may share a box, and the open boxes they fit."""

    destination: str
    mode: str
    parcels: tuple[Parcel, ...]
    boxes: tuple[Box, ...]

    @property
    def grams(self) -> int:
        return sum(parcel.gross_grams for parcel in self.parcels)


@dataclass(frozen=True, slots=True)
class Seen:
    """A step of the box's way: where, since when, and how many of its parcels took it one after another."""

    label: str
    place: str
    at: datetime
    times: int


@depot_only
def pack(request: HttpRequest) -> HttpResponse:
    """What lies here, in piles that may share a box; POST puts the chosen parcels into one."""
    viewer, site = viewer_of(request), site_of(request)
    if request.method == "POST":
        chosen = request.POST.getlist("consignment")[:CHOICE_MAX]
        box = consolidate(
            viewer=viewer, consignment_refs=chosen, box_ref=request.POST.get("box") or None, at=clock.now()
        )
        said = ngettext("%(count)s parcel is in box %(box)s.", "%(count)s parcels are in box %(box)s.", len(chosen))
        messages.success(request, said % {"count": len(chosen), "box": box.barcode})
        return HttpResponseRedirect(reverse("depot-box", args=[box.ref]))
    day = depot.worklist(viewer=viewer, site_code=site.code)
    return shown(request, "depot/pack.html", site, {"piles": _piles(day.received, day.boxes), "day": day})


def _piles(parcels: tuple[Parcel, ...], boxes: tuple[Box, ...]) -> tuple[Pile, ...]:
    ways = dict.fromkeys((parcel.destination, parcel.mode) for parcel in parcels)
    return tuple(
        Pile(
            destination,
            mode,
            tuple(one for one in parcels if (one.destination, one.mode) == (destination, mode)),
            tuple(one for one in boxes if (one.destination, one.mode) == (destination, mode)),
        )
        for destination, mode in ways
    )


@depot_only
def listing(request: HttpRequest) -> HttpResponse:
    viewer, site = viewer_of(request), site_of(request)
    state = BoxState.DISPATCHED if request.GET.get("state") == "dispatched" else BoxState.OPEN
    boxes = depot.boxes(viewer=viewer, site_code=site.code, state=state)
    waybills = carriage.shipments_of(merchant_id=MARKETPLACE, subject="box", subject_ids=[box.id for box in boxes])
    return shown(request, "depot/boxes.html", site, {"boxes": boxes, "state": state, "waybills": waybills})


@depot_only
def show(request: HttpRequest, box: str) -> HttpResponse:
    viewer = viewer_of(request)
    found = depot.box(viewer=viewer, ref=box)
    parcels = depot.parcels_in(box_id=found.id)
    papers = depot.declarations(viewer=viewer, box_id=found.id)
    way = carriage.tracking(merchant_id=MARKETPLACE, subject="box", subject_id=found.id)
    values: dict[str, object] = {
        "box": found,
        "parcels": parcels,
        "open": found.state is BoxState.OPEN,
        "unweighed": sum(1 for parcel in parcels if parcel.measured is None),
        "differing": sum(1 for parcel in parcels if parcel.differs),
        "papers": papers,
        "missing": missing_of(papers),
        "waybill": carriage.shipment_of(merchant_id=MARKETPLACE, subject="box", subject_id=found.id),
        "way": _way(way.sightings) if way else (),
    }
    return shown(request, "depot/box.html", depot.site(code=found.site), values)


def _way(sightings: Sequence[Sighting]) -> tuple[Seen, ...]:
    """Latest first. At the end of its way each parcel of the box is seen by itself; equal steps are told once."""
    alike = groupby(sightings, key=lambda seen: (seen.step, seen.place))
    told = []
    for (step, place), group in alike:
        same = list(group)
        told.append(Seen(step_name(step), place_name(place), same[0].at, len(same)))
    return tuple(told)


def missing_of(papers: tuple[Declaration, ...]) -> tuple[tuple[str, int], ...]:
    """Each field that papers lack, with the number of parcels that lack it, most often missing first."""
    counted: dict[str, int] = {}
    for declaration in papers:
        # The same fact is asked for in several messages; one of them is enough to say so.
        for name in dict.fromkeys(path.rpartition(".")[2] for path in declaration.papers.missing):
            counted[name] = counted.get(name, 0) + 1
    return tuple(sorted(counted.items(), key=lambda entry: (-entry[1], entry[0])))


@depot_only
@require_POST
def add(request: HttpRequest, box: str) -> HttpResponse:
    """A parcel scanned into an open box."""
    viewer = viewer_of(request)
    parcel = depot.parcel_by_barcode(viewer=viewer, barcode=parcel_barcode(scanned=request.POST.get("scan", "")))
    consolidate(viewer=viewer, consignment_refs=[parcel.consignment_ref], box_ref=box, at=clock.now())
    messages.success(request, _("%(barcode)s is in.") % {"barcode": parcel.barcode})
    return HttpResponseRedirect(reverse("depot-box", args=[box]))


@depot_only
@require_POST
def take_out(request: HttpRequest, box: str) -> HttpResponse:
    parcel = unpack(viewer=viewer_of(request), barcode=request.POST.get("barcode", ""), at=clock.now())
    messages.success(request, _("%(barcode)s is out of the box again.") % {"barcode": parcel.barcode})
    return HttpResponseRedirect(reverse("depot-box", args=[box]))


@depot_only
@require_POST
def dispatch(request: HttpRequest, box: str) -> HttpResponse:
    sent = dispatch_box(viewer=viewer_of(request), box_ref=box, at=clock.now())
    messages.success(request, _("Box %(box)s is on its way. The air waybill is being bought.") % {"box": sent.barcode})
    return HttpResponseRedirect(reverse("depot-box", args=[sent.ref]))
