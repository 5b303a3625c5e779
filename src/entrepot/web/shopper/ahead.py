"""Articles sold before they arrive: the shopper is told the day, and agrees to wait before ordering."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.basket import queries as baskets
from entrepot.basket.terms import QUANTITY_MAX, BasketLine
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import ListingUnknown
from entrepot.flows.order_ahead import order_ahead
from entrepot.orders.terms import OrderView
from entrepot.stock import queries as stock
from entrepot.stock.services import agree_to_wait
from entrepot.stock.terms import Ahead, Handout, NotAhead
from entrepot.web.templating import local_date, text
from entrepot.web.viewer import shopper_of, viewer_of


@dataclass(frozen=True, slots=True)
class Wait:
    """An article that does not all lie there: the day when more is expected, and whether the shopper agreed to it."""

    due_on: date
    agreed: bool


def waits_of(lines: Iterable[BasketLine], left: Mapping[int, int], shopper_id: int, at: datetime) -> dict[int, Wait]:
    """By variant, for those lines of a basket of which too few lie there and more are sold before they arrive."""
    short = [line for line in lines if left.get(line.variant_id, 0) < line.quantity]
    if not short:
        return {}
    variants, owners = [line.variant_id for line in short], [line.merchant_id for line in short]
    coming = {
        variant: one.ahead_on
        for variant, one in stock.handouts(variant_ids=variants, merchant_ids=owners, at=at).items()
        if one.ahead_on is not None
    }
    if not coming:
        return {}
    agreed = stock.waiting_agreed(shopper_id=shopper_id, variant_ids=list(coming), merchant_ids=owners)
    return {variant: Wait(due_on, variant in agreed) for variant, due_on in coming.items()}


def said_of(one: Handout | None) -> tuple[str, str]:
    """What a listing says about goods to come: a word for the button and a sentence; empty when there are none."""
    if one is None or one.ahead is None or one.ahead_on is None:
        return "", ""
    day = local_date(one.ahead_on)
    if one.ahead is Ahead.PREORDER:
        return _("Pre-order"), _("Not out yet; expected on %(day)s. You pay now, and it is sent when it arrives.") % {
            "day": day
        }
    return _("Order ahead"), _(
        "Sold out; more is expected on %(day)s. You pay now, and it is sent when it arrives."
    ) % {"day": day}


def awaited_in(order: OrderView) -> tuple[tuple[str, int, date], ...]:
    """Title, pieces and named day of what has still to arrive at the merchants'."""
    titles = {line.variant_id: text(line.title) for part in order.consignments for line in part.lines}
    owners = [part.merchant_id for part in order.consignments]
    return tuple(
        (titles.get(one.variant_id, ""), one.pieces, one.due_on)
        for one in stock.awaited(order_id=order.id, merchant_ids=owners)
    )


@require_POST
def put(request: HttpRequest, ref: str) -> HttpResponse:
    """Put an article that is still to come into the basket, and agree to wait for it until the day that was shown."""
    listing = catalogue.listing_page(ref=ref, viewer=viewer_of(request))
    variant = next((each for each in listing.variants if each.ref == request.POST.get("variant", "")), None)
    channel = request.POST.get("channel", "")
    if variant is None or all(offer.channel != channel for offer in variant.offers):
        raise ListingUnknown
    order_ahead(
        shopper_id=shopper_of(request),
        line=BasketLine(listing.merchant_id, variant.id, channel, _pieces(request.POST.get("quantity", ""))),
        due_on=_day(request.POST.get("due_on", "")),
        at=clock.now(),
    )
    messages.success(request, _("In your basket. It is sent when it arrives."))
    return HttpResponseRedirect(reverse("basket"))


@require_POST
def agree(request: HttpRequest) -> HttpResponse:
    """Agree to wait for a line of the basket."""
    shopper_id = shopper_of(request)
    basket = baskets.basket_of_shopper(shopper_id=shopper_id)
    at = request.POST.get("line", "")
    if request.POST.get("fingerprint") != basket.fingerprint or not at.isdigit() or int(at) >= len(basket.lines):
        messages.warning(request, _("Your basket had changed in another window. This is how it is now."))
        return HttpResponseRedirect(reverse("basket"))
    line = basket.lines[int(at)]
    agree_to_wait(
        merchant_id=line.merchant_id,
        variant_id=line.variant_id,
        shopper_id=shopper_id,
        due_on=_day(request.POST.get("due_on", "")),
        at=clock.now(),
    )
    return HttpResponseRedirect(reverse("basket"))


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as unreadable:
        raise NotAhead from unreadable


def _pieces(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else QUANTITY_MAX + 1
