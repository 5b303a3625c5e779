"""The basket: what is wanted, by whom it is sent, and what all of it costs at the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypedDict

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.basket import queries as baskets
from entrepot.basket.services import put_line
from entrepot.basket.terms import QUANTITY_MAX, Basket, BasketLine
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import ListingUnknown
from entrepot.flows.quote_basket import quote_basket
from entrepot.kernel.money import Money
from entrepot.landed.terms import BasketQuote, ConsignmentQuote, LineQuote, Refusal
from entrepot.web.shopper.prices import Row, quote_rows, reason_of, regime_name, rows_of
from entrepot.web.templating import text
from entrepot.web.viewer import place_of, shopper_of, viewer_of

_UNDO: Final = "entrepot.basket.undo"
_UNDO_SECONDS: Final = 3600


class _Kept(TypedDict):
    merchant_id: int
    variant_id: int
    channel: str
    quantity: int


@dataclass(frozen=True, slots=True)
class LineView:
    """One article. at: its place in the basket as the page was drawn, for the forms beside it."""

    at: int
    listing_ref: str
    title: str
    options: str
    picture: str
    quantity: int
    unit: Money | None
    goods: Money | None


@dataclass(frozen=True, slots=True)
class ConsignmentView:
    """What one merchant sends from one place."""

    merchant_name: str
    channel: str
    ship_from: str
    regime: str
    route: str
    lines: tuple[LineView, ...]
    rows: tuple[Row, ...]
    total: Money
    days_min: int
    days_max: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusalView:
    """Articles that cannot be had this way, why, and what to do."""

    merchant_name: str
    lines: tuple[LineView, ...]
    why: str
    remedy: str


def show(request: HttpRequest) -> HttpResponse:
    viewer, place = viewer_of(request), place_of(request)
    basket = baskets.basket(viewer=viewer) if viewer.shopper_id is not None else None
    count_in_session(request, basket.pieces if basket else 0)
    context: dict[str, object] = {"undo": _undo_offer(request), "quote": None}
    if basket is not None and basket.lines:
        quote = quote_basket(
            viewer=viewer,
            basket_ref=basket.ref,
            destination=place.country,
            region="",
            currency=place.currency,
            at=clock.now(),
        )
        context |= {
            "quote": quote,
            "fingerprint": basket.fingerprint,
            "consignments": consignments_of(quote, basket),
            "refusals": _refusals(quote, basket),
            "rows": quote_rows(quote),
            "member": viewer.user_id is not None,
        }
    return render(request, "shopper/basket.html", context)


def count_in_session(request: HttpRequest, pieces: int) -> None:
    """What the header shows; written only when it changed."""
    if request.session.get("basket_count", 0) != pieces:
        request.session["basket_count"] = pieces


@require_POST
def put(request: HttpRequest) -> HttpResponse:
    """More of an article. The form says how many were there when it was drawn, so that sending it twice adds once."""
    listing = catalogue.listing_page(ref=request.POST.get("listing", ""), viewer=viewer_of(request))
    variant = next((each for each in listing.variants if each.ref == request.POST.get("variant", "")), None)
    channel = request.POST.get("channel", "")
    if variant is None or all(offer.channel != channel for offer in variant.offers):
        raise ListingUnknown
    quantity = _whole(request.POST.get("quantity", "")) + _whole(request.POST.get("had", "") or "0")
    shopper_id = shopper_of(request)
    put_line(
        shopper_id=shopper_id,
        merchant_id=listing.merchant_id,
        variant_id=variant.id,
        channel=channel,
        quantity=min(quantity, QUANTITY_MAX),
        at=clock.now(),
    )
    messages.success(request, _("In your basket: %(title)s") % {"title": text(listing.titles)})
    return HttpResponseRedirect(reverse("basket"))


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Another quantity, none, or what was just removed back again."""
    shopper_id = shopper_of(request)
    token = request.POST.get("undo", "")
    if token:
        kept = _undone(token)
        if kept is not None:
            put_line(shopper_id=shopper_id, **kept, at=clock.now())
        return HttpResponseRedirect(reverse("basket"))
    basket = baskets.basket_of_shopper(shopper_id=shopper_id)
    at = _whole(request.POST.get("line", ""))
    if request.POST.get("fingerprint") != basket.fingerprint or at >= len(basket.lines):
        messages.warning(request, _("Your basket had changed in another window. This is how it is now."))
        return HttpResponseRedirect(reverse("basket"))
    line = basket.lines[at]
    quantity = 0 if "remove" in request.POST else _whole(request.POST.get("quantity", ""))
    put_line(
        shopper_id=shopper_id,
        merchant_id=line.merchant_id,
        variant_id=line.variant_id,
        channel=line.channel,
        quantity=quantity,
        at=clock.now(),
    )
    back = reverse("basket")
    return HttpResponseRedirect(back if quantity else f"{back}?undo={_undo_token(line)}")


def _whole(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else QUANTITY_MAX + 1


def _undo_token(line: BasketLine) -> str:
    kept = {"m": line.merchant_id, "v": line.variant_id, "c": line.channel, "q": line.quantity}
    return signing.dumps(kept, salt=_UNDO, compress=True)


def _undone(token: str) -> _Kept | None:
    try:
        kept = signing.loads(token, salt=_UNDO, max_age=_UNDO_SECONDS)
    except signing.BadSignature:
        return None
    return _Kept(merchant_id=kept["m"], variant_id=kept["v"], channel=kept["c"], quantity=kept["q"])


def _undo_offer(request: HttpRequest) -> str:
    """The token of what was just removed, when it is genuine."""
    token = request.GET.get("undo", "")
    return token if token and _undone(token) is not None else ""


def consignments_of(quote: BasketQuote, basket: Basket | None = None) -> tuple[ConsignmentView, ...]:
    """The quote's consignments; with `basket`, each line knows its place in it."""
    places = _places(basket)
    return tuple(_consignment(each, places) for each in quote.consignments)


def _places(basket: Basket | None) -> Mapping[tuple[int, str], tuple[int, int]]:
    lines = basket.lines if basket else ()
    return {(line.variant_id, line.channel): (at, line.quantity) for at, line in enumerate(lines)}


def _consignment(quoted: ConsignmentQuote, places: Mapping[tuple[int, str], tuple[int, int]]) -> ConsignmentView:
    return ConsignmentView(
        merchant_name=quoted.merchant_name,
        channel=quoted.channel,
        ship_from=quoted.ship_from,
        regime=regime_name(quoted.regime),
        route=quoted.route,
        lines=tuple(_line(line, places.get((line.variant_id, quoted.channel), (0, 0))[0]) for line in quoted.lines),
        rows=rows_of(quoted, goods_label=_("Goods"), total_label=_("This parcel")),
        total=quoted.total,
        days_min=quoted.days_min,
        days_max=quoted.days_max,
        notes=quoted.notes,
    )


def _line(line: LineQuote, at: int) -> LineView:
    return LineView(
        at, line.listing_ref, text(line.title), " · ".join(line.options), line.picture, line.quantity, line.unit, line.goods
    )


def _refusals(quote: BasketQuote, basket: Basket) -> tuple[RefusalView, ...]:
    places = _places(basket)
    return tuple(_refusal(each, places) for each in quote.refusals)


def _refusal(refused: Refusal, places: Mapping[tuple[int, str], tuple[int, int]]) -> RefusalView:
    why, remedy = reason_of(refused.reason, refused.facts)
    lines = []
    for variant_id, title in zip(refused.variant_ids, refused.titles, strict=True):
        at, quantity = places.get((variant_id, refused.channel), (0, 0))
        lines.append(LineView(at, "", text(title), "", "", quantity, None, None))
    return RefusalView(refused.merchant_name, tuple(lines), why, remedy)
