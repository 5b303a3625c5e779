"""Receiving by scan: one field takes barcodes from the scanner and weights from the scale or the keyboard."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.depot import queries as depot
from entrepot.depot.rules.parcels import Scanned, scan_read
from entrepot.depot.services import weigh_parcel
from entrepot.depot.terms import BarcodeUnreadable, Parcel, ParcelMoved, ParcelUnknown, WeightImpossible
from entrepot.flows.receive_parcel import receive_parcel
from entrepot.flows.undo_receive import undo_receive
from entrepot.kernel.errors import EntrepotError
from entrepot.parties.terms import Viewer
from entrepot.web.depot.desk import shown, site_of
from entrepot.web.errors import Problem, problem_of
from entrepot.web.viewer import depot_only, viewer_of


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the last scan came to. kind: received, again, weighed, undone, refused, or nothing yet."""

    kind: str = ""
    parcel: Parcel | None = None
    problem: Problem | None = None

    @property
    def last(self) -> str:
        """The parcel that a weight typed next belongs to."""
        return self.parcel.barcode if self.parcel and self.kind in ("received", "weighed", "again") else ""


@depot_only
def scan(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _answer(request, Feedback())
    typed = request.POST.get("scan", "")
    if typed.strip().upper().startswith("MB"):
        return _to_box(request, typed)
    return _answer(request, _taken(viewer_of(request), typed, request.POST.get("last", "")))


@depot_only
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    try:
        parcel = undo_receive(viewer=viewer_of(request), barcode=request.POST.get("barcode", ""), at=clock.now())
    except (ParcelUnknown, ParcelMoved, BarcodeUnreadable) as refusal:
        return _answer(request, Feedback("refused", problem=problem_of(refusal)))
    return _answer(request, Feedback("undone", parcel))


def _taken(viewer: Viewer, typed: str, last: str) -> Feedback:
    """A refusal is feedback like the rest: it stands where the eye is, and the field is ready for the next scan."""
    try:
        kind, code = scan_read(scanned=typed)
        if kind is Scanned.WEIGHT:
            if not last:
                return Feedback("weight_of_what")
            return Feedback("weighed", weigh_parcel(viewer=viewer, barcode=last, grams=int(code)))
        done = receive_parcel(viewer=viewer, barcode=code, grams=None, at=clock.now())
    except (BarcodeUnreadable, ParcelUnknown, ParcelMoved, WeightImpossible) as refusal:
        return Feedback("refused", _known(viewer, last), problem_of(refusal))
    return Feedback("again" if done.again else "received", done.parcel)


def _known(viewer: Viewer, last: str) -> Parcel | None:
    return depot.parcel_by_barcode(viewer=viewer, barcode=last) if last else None


def _to_box(request: HttpRequest, typed: str) -> HttpResponse:
    try:
        _kind, code = scan_read(scanned=typed)
        box = depot.box(viewer=viewer_of(request), ref=code)
    except EntrepotError as refusal:
        return _answer(request, Feedback("refused", problem=problem_of(refusal)))
    address = reverse("depot-box", args=[box.ref])
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _answer(request: HttpRequest, feedback: Feedback) -> HttpResponse:
    viewer, site = viewer_of(request), site_of(request)
    template = "depot/scan.html" if getattr(request, "htmx", False) else "depot/receive.html"
    day = depot.counts(viewer=viewer, site_code=site.code)
    return shown(
        request,
        template,
        site,
        {"said": feedback, "recent": depot.just_received(viewer=viewer, site_code=site.code), "counts": day},
    )
