"""The waiting room of a flash sale: take a ticket, see one's place, order when it is one's turn."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.stock import queries as stock
from entrepot.stock.services import take_ticket
from entrepot.stock.terms import QUEUE_SHOWN, FlashSale, Ticket, TicketState
from entrepot.web.templating import text
from entrepot.web.viewer import shopper_of, signed_in, viewer_of

# How often the page asks again, in seconds: who is far back need not ask as often.
_NEAR, _FAR = 50, 500


@dataclass(frozen=True, slots=True)
class Room:
    """What the waiting room shows. phase: before, open, waiting, admitted, used, lapsed, sold_out, over."""

    ref: str
    listing_ref: str
    phase: str
    starts_at: datetime
    ends_at: datetime
    pieces: int
    limit_each: int
    before: int
    many_before: bool
    good_for: int
    until: datetime | None
    minutes: int
    ask_again: int


def show(request: HttpRequest, ref: str) -> HttpResponse:
    viewer, at = viewer_of(request), clock.now()
    sale = stock.sale(ref=ref)
    held = (
        stock.ticket(sale=sale, shopper_id=viewer.shopper_id, at=at) if viewer.user_id and viewer.shopper_id else None
    )
    context: dict[str, object] = {"room": _room(sale, held, at), "here": reverse("sale", args=(ref,))}
    if getattr(request, "htmx", False):
        return render(request, "shopper/sale_state.html", context)
    listing = catalogue.listing_page(ref=sale.listing_ref, viewer=viewer)
    context |= {"title": text(listing.titles), "picture": listing.pictures[0].small if listing.pictures else ""}
    return render(request, "shopper/sale.html", context)


@require_POST
@signed_in
def enter(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a ticket; asking again keeps the place one has."""
    sale = stock.sale(ref=ref)
    take_ticket(sale=sale, shopper_id=shopper_of(request), at=clock.now())
    return HttpResponseRedirect(reverse("sale", args=(ref,)))


def _room(sale: FlashSale, held: Ticket | None, at: datetime) -> Room:
    phase = _phase(sale, held, at)
    before = held.before if held else 0
    step = 2 if before < _NEAR else 5 if before < _FAR else 15
    return Room(
        ref=sale.ref,
        listing_ref=sale.listing_ref,
        phase=phase,
        starts_at=sale.starts_at,
        ends_at=sale.ends_at,
        pieces=sale.pieces,
        limit_each=sale.limit_each,
        before=before,
        many_before=before >= QUEUE_SHOWN,
        good_for=held.pieces if held else 0,
        until=held.admitted_until if held else None,
        minutes=max(1, sale.ticket_seconds // 60),
        ask_again=step if phase in {"waiting", "admitted"} else 0,
    )


def _phase(sale: FlashSale, held: Ticket | None, at: datetime) -> str:
    if at >= sale.ends_at:
        return "over"
    if held is not None and not (held.state is TicketState.LAPSED and sale.sold_out):
        return held.state.value
    if sale.sold_out:
        return "sold_out"
    return "open" if at >= sale.opens_at else "before"
