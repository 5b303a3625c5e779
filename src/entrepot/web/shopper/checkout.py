"""The checkout: where it goes, what it costs frozen for half an hour, and the order."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.allowance.services import confirm_identity
from entrepot.base import clock
from entrepot.basket import queries as baskets
from entrepot.basket.terms import Basket
from entrepot.flows.place_order import place_order
from entrepot.flows.quote_basket import quote_basket
from entrepot.landed import queries as landed
from entrepot.landed.rules import told_rates
from entrepot.landed.terms import QuoteMissing
from entrepot.parties import queries as parties
from entrepot.parties.services import save_address
from entrepot.parties.terms import Address
from entrepot.stock import queries as stock
from entrepot.web.account.addresses import AddressForm, card_of, empty_form, read_form
from entrepot.web.explained import rates_shown
from entrepot.web.shopper.ahead import Wait, waits_of
from entrepot.web.shopper.basket import count_in_session
from entrepot.web.shopper.importer import IdentityForm, importer_of, read_identity
from entrepot.web.shopper.parcels import parcels_of, places_of, refusals_of
from entrepot.web.shopper.prices import account
from entrepot.web.shopper.promoted import codes_of
from entrepot.web.viewer import DESTINATIONS, place_of, shopper_of, signed_in, viewer_of


@signed_in
def address(request: HttpRequest) -> HttpResponse:
    """Step one: an address of the book, or a new one; posting it asks for the price to exactly there."""
    viewer, place = viewer_of(request), place_of(request)
    if viewer.shopper_id is None or not baskets.basket(viewer=viewer).lines:
        return HttpResponseRedirect(reverse("basket"))
    known = parties.addresses(viewer=viewer)
    form: AddressForm | None = None
    if request.method == "POST":
        chosen = request.POST.get("address", "")
        if chosen:
            return _to_review(request, parties.address(viewer=viewer, ref=chosen))
        form = read_form(request.POST)
        if not form.errors:
            ref = save_address(shopper_id=shopper_of(request), address=form.address, at=clock.now())
            return _to_review(request, parties.address(viewer=viewer, ref=ref))
    elif not known or "new" in request.GET:
        form = empty_form(request.GET.get("country") or place.country, getattr(request.user, "name", ""))
    here = [each for each in known if each.country == place.country] or list(known)
    context = {
        "addresses": tuple((card_of(each), each.country) for each in known),
        "first": here[0].ref if here else "",
        "form": form,
    }
    return render(request, "shopper/address.html", context, status=422 if form is not None and form.errors else 200)


def _to_review(request: HttpRequest, where: Address) -> HttpResponse:
    """The price to this address, in the currency the reader chose, else the country's own."""
    place = place_of(request)
    currency = place.currency if where.country == place.country else DESTINATIONS[where.country][0]
    quote = quote_basket(
        viewer=viewer_of(request),
        basket_ref=None,
        destination=where.country,
        region=where.region,
        currency=currency,
        at=clock.now(),
    )
    return HttpResponseRedirect(reverse("checkout_review", args=(quote.ref, where.ref)))


@signed_in
def review(request: HttpRequest, quote_ref: str, address_ref: str) -> HttpResponse:
    """Step two: everything once more, frozen, before the order."""
    return _reviewed(request, quote_ref, address_ref, None)


@require_POST
@signed_in
def identity(request: HttpRequest, quote_ref: str, address_ref: str) -> HttpResponse:
    """Who imports: kept sealed, and the price asked for again, since the year's use hangs on the person."""
    form = read_identity(request.POST, clock.now())
    if form.errors:
        return _reviewed(request, quote_ref, address_ref, form)
    confirm_identity(
        viewer=viewer_of(request), kind=form.kind, name=form.name, number=form.number, pays_in_person=form.payer,
        at=clock.now(),
    )  # fmt: skip
    return _to_review(request, parties.address(viewer=viewer_of(request), ref=address_ref))


def _reviewed(request: HttpRequest, quote_ref: str, address_ref: str, form: IdentityForm | None) -> HttpResponse:
    viewer, at = viewer_of(request), clock.now()
    quote = landed.quotes_by_ref(shopper_id=viewer.shopper_id or 0, refs=[quote_ref]).get(quote_ref)
    if quote is None:
        raise QuoteMissing
    basket = baskets.basket(viewer=viewer)
    if quote.valid_until <= at or quote.basket_fingerprint != basket.fingerprint:
        messages.warning(request, _("The prices were calculated anew: time had passed or the basket had changed."))
        return HttpResponseRedirect(reverse("checkout" if basket.lines else "basket"))
    where = parties.address(viewer=viewer, ref=address_ref)
    places = places_of(basket)
    parcels = parcels_of(quote, places, {}, _waits(basket, at))
    cbec = any(parcel.cbec for parcel in parcels)
    importer = importer_of(viewer, quote, at) if cbec else None
    context = {
        "quote": quote,
        "address": card_of(where),
        "parcels": parcels,
        "refusals": refusals_of(quote, places),
        "cbec": cbec,
        "importer": importer,
        "form": form or (IdentityForm() if importer and (not importer.number or "identity" in request.GET) else None),
        "rows": account(
            quote,
            regimes=[each.regime for each in quote.consignments],
            total_label=_("To pay"),
            promotions=quote.promotions,
        ),
        "rates": rates_shown(told_rates(quote=quote)),
        "codes": codes_of(quote),
        # One quote makes one order: sending the form twice is the same order.
        "key": f"web-{quote.ref}",
    }
    return render(request, "shopper/review.html", context, status=422 if form else 200)


def _waits(basket: Basket, at: datetime) -> dict[int, Wait]:
    """What the shopper will have to wait for."""
    left = stock.available(
        variant_ids=[line.variant_id for line in basket.lines], merchant_ids=[line.merchant_id for line in basket.lines]
    )
    return waits_of(basket.lines, left, basket.shopper_id, at)


@require_POST
@signed_in
def place(request: HttpRequest) -> HttpResponse:
    """The order; sending it again answers with the same one."""
    placed = place_order(
        viewer=viewer_of(request),
        quote_ref=request.POST.get("quote", ""),
        address_ref=request.POST.get("address", ""),
        key=request.POST.get("key", ""),
        at=clock.now(),
    )
    count_in_session(request, 0)
    return HttpResponseRedirect(reverse("order_pay", args=(placed.order_ref,)))
