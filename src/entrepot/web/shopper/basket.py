"""The basket: what is wanted, by whom it is sent, and what all of it costs at the door."""

from datetime import datetime
from typing import Final, TypedDict

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.problems import said
from entrepot.basket import queries as baskets
from entrepot.basket.services import choose_delivery, enter_codes, put_line
from entrepot.basket.terms import QUANTITY_MAX, Basket, BasketLine
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import ListingUnknown
from entrepot.flows.quote_basket import quote_basket
from entrepot.landed import queries as landed
from entrepot.landed.terms import BasketQuote
from entrepot.promotions.terms import CODES_MAX, CodesMany, CodeUnreadable
from entrepot.stock import queries as stock
from entrepot.web.shopper.ahead import waits_of
from entrepot.web.shopper.parcels import parcels_of, places_of, refusals_of
from entrepot.web.shopper.prices import account
from entrepot.web.shopper.promoted import codes_of
from entrepot.web.templating import text
from entrepot.web.viewer import place_of, shopper_of, viewer_of

_UNDO: Final = "entrepot.basket.undo"
_UNDO_SECONDS: Final = 3600


class _Kept(TypedDict):
    merchant_id: int
    variant_id: int
    channel: str
    quantity: int


def show(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    basket = baskets.basket(viewer=viewer) if viewer.shopper_id is not None else None
    count_in_session(request, basket.pieces if basket else 0)
    context: dict[str, object] = {"undo": _undo_offer(request), "quote": None, "typed": "", "wrong": ""}
    return _shown(request, basket, context)


def _shown(request: HttpRequest, basket: Basket | None, context: dict[str, object], status: int = 200) -> HttpResponse:
    if basket is not None and basket.lines:
        at = clock.now()
        quote = _quote(request, basket, at)
        left = stock.available(
            variant_ids=[line.variant_id for line in basket.lines],
            merchant_ids=[line.merchant_id for line in basket.lines],
        )
        places = places_of(basket)
        waits = waits_of(basket.lines, left, basket.shopper_id, at)
        parcels, refusals = parcels_of(quote, places, left, waits), refusals_of(quote, places)
        context |= {
            "quote": quote,
            "fingerprint": basket.fingerprint,
            "parcels": parcels,
            "refusals": refusals,
            "blocked": bool(refusals) or any(line.short for parcel in parcels for line in parcel.lines),
            "rows": account(
                quote,
                regimes=[each.regime for each in quote.consignments],
                total_label=_("To pay"),
                promotions=quote.promotions,
            ),
            "codes": codes_of(quote),
            "codes_max": CODES_MAX,
        }
    return render(request, "shopper/basket.html", context, status=status)


def _quote(request: HttpRequest, basket: Basket, at: datetime) -> BasketQuote:
    """The quote shown before, while its basket, destination and time still hold: prices do not move under one's eyes."""
    viewer, place = viewer_of(request), place_of(request)
    wishes = " ".join([*basket.codes, *(f"{key}={level}" for key, level in sorted(basket.delivery.items()))])
    known = (basket.ref, basket.fingerprint, place.country, place.currency, wishes)
    kept = request.session.get("quote", {})
    if tuple(kept.get("for", ())) == known and datetime.fromisoformat(kept["until"]) > at:
        return landed.quote(viewer=viewer, ref=kept["ref"], at=at)
    quote = quote_basket(
        viewer=viewer, basket_ref=basket.ref, destination=place.country, region="", currency=place.currency, at=at
    )
    request.session["quote"] = {"for": known, "ref": quote.ref, "until": quote.valid_until.isoformat()}
    return quote


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
        quantity=quantity,
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


@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """One more promotion code, or one fewer. One that cannot be a code stays in the field to be corrected."""
    shopper_id = shopper_of(request)
    basket = baskets.basket_of_shopper(shopper_id=shopper_id)
    removed, typed = request.POST.get("remove", ""), request.POST.get("code", "")[:40]
    codes = [each for each in basket.codes if each != removed]
    try:
        enter_codes(shopper_id=shopper_id, codes=codes if removed else [*codes, typed], at=clock.now())
    except (CodeUnreadable, CodesMany) as refused:
        context: dict[str, object] = {
            "undo": "", "quote": None, "typed": typed, "wrong": " ".join(filter(None, said(refused))),
        }  # fmt: skip
        return _shown(request, basket, context, status=422)
    # The price is asked for anew, since others may have taken the last uses since.
    request.session.pop("quote", None)
    return HttpResponseRedirect(f"{reverse('basket')}#codes")


@require_POST
def delivery(request: HttpRequest) -> HttpResponse:
    """Another delivery for one merchant's goods from one place."""
    shopper_id = shopper_of(request)
    basket = baskets.basket_of_shopper(shopper_id=shopper_id)
    at = _whole(request.POST.get("line", ""))
    if request.POST.get("fingerprint") != basket.fingerprint or at >= len(basket.lines):
        messages.warning(request, _("Your basket had changed in another window. This is how it is now."))
        return HttpResponseRedirect(reverse("basket"))
    line = basket.lines[at]
    choose_delivery(
        shopper_id=shopper_id,
        merchant_id=line.merchant_id,
        channel=line.channel,
        ship_from=request.POST.get("from", ""),
        level=request.POST.get("level", ""),
        at=clock.now(),
    )
    return HttpResponseRedirect(reverse("basket"))


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
