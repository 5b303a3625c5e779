"""The merchant's flash sales, and how single articles are handed out: limits for shoppers, goods sold before they arrive."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.problems import said
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import Listing, Variant
from entrepot.kernel.errors import EntrepotError
from entrepot.parties.terms import Merchant
from entrepot.stock import queries as stock
from entrepot.stock.services import SalePlan, end_sale, limit_shoppers, sell_ahead, set_sale, stop_selling_ahead
from entrepot.stock.terms import Ahead, SaleImpossible
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.templating import text
from entrepot.web.viewer import viewer_of

_FIELDS = ("variant", "starts_at", "ends_at", "pieces", "limit_each", "minutes", "at_once", "room_minutes")
_DEFAULTS = {"limit_each": "1", "minutes": "10", "at_once": "100", "room_minutes": "15"}


@for_merchant
def listing(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """All sales, with how many wait, may order and have ordered."""
    at = clock.now()
    found = stock.sales_of(viewer=viewer_of(request), merchant_id=merchant.id)
    rows = [(sale, _phase(sale.opens_at, sale.starts_at, sale.ends_at, at)) for sale in found]
    return render(request, "merchant/sales.html", {"merchant": merchant, "rows": rows})


@for_merchant
@require_POST
def stop(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """End a sale now."""
    end_sale(merchant_id=merchant.id, ref=ref, at=clock.now())
    messages.success(request, _("The sale is over. What is left is sold to anybody."))
    return HttpResponseRedirect(reverse("merchant-sales", args=[merchant.slug]))


@for_merchant
def plan(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """A form for a flash sale of a listing's articles; POST announces it."""
    found = catalogue.listing(viewer=viewer_of(request), merchant_id=merchant.id, ref=ref)
    form = {name: request.POST.get(name, _DEFAULTS.get(name, "")).strip()[:40] for name in _FIELDS}
    chosen = set(request.POST.getlist("variant"))
    wrong: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            set_sale(merchant_id=merchant.id, plan=_plan(found, form, chosen), at=clock.now())
        except EntrepotError as refusal:
            wrong = [("", " ".join(filter(None, said(refusal))))]
        else:
            messages.success(request, _("The sale is announced. Its waiting room opens before it begins."))
            return HttpResponseRedirect(reverse("merchant-sales", args=[merchant.slug]))
    shown = {
        "merchant": merchant,
        "listing": found,
        "title": text(found.titles),
        "form": form,
        "chosen": chosen or {variant.ref for variant in found.variants[:1]},
        "wrong": wrong,
        "stock": stock.available(variant_ids=[each.id for each in found.variants], merchant_ids=[merchant.id]),
    }
    return render(request, "merchant/sale.html", shown, status=422 if wrong else 200)


@for_merchant
def handout(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """For each article of a listing: pieces for one shopper, and whether it is sold before it arrives."""
    viewer = viewer_of(request)
    found = catalogue.listing(viewer=viewer, merchant_id=merchant.id, ref=ref)
    wrong: list[tuple[str, str]] = []
    if request.method == "POST":
        variant = next((one for one in found.variants if one.ref == request.POST.get("variant")), None)
        try:
            if variant is not None:
                _hand_out(request, merchant, variant)
        except EntrepotError as refusal:
            wrong = [("", " ".join(filter(None, said(refusal))))]
        else:
            messages.success(request, _("Kept."))
            return HttpResponseRedirect(reverse("merchant-handout", args=[merchant.slug, ref]))
    shown = {
        "merchant": merchant,
        "listing": found,
        "title": text(found.titles),
        "wrong": wrong,
        "typed": request.POST if wrong else {},
        "handouts": stock.handouts_of(
            viewer=viewer, merchant_id=merchant.id, variant_ids=[each.id for each in found.variants]
        ),
        "stock": stock.available(variant_ids=[each.id for each in found.variants], merchant_ids=[merchant.id]),
        "kinds": [
            ("", _("No")),
            ("backorder", _("Yes, more is coming")),
            ("preorder", _("Yes, before it first appears")),
        ],
    }
    return render(request, "merchant/handout.html", shown, status=422 if wrong else 200)


def _hand_out(request: HttpRequest, merchant: Merchant, variant: Variant) -> None:
    post, article = request.POST, {"merchant_id": merchant.id, "variant_id": variant.id}
    if "limit" in post:
        limit_shoppers(**article, limit_each=_whole(post.get("limit_each", "")) or None)
    elif post.get("ahead") in set(Ahead):
        day = _day(post.get("ahead_on", ""))
        limit = _whole(post.get("ahead_limit", ""))
        sell_ahead(**article, kind=Ahead(post["ahead"]), limit=limit, on=day, at=clock.now())
    else:
        stop_selling_ahead(**article)


def _plan(found: Listing, form: dict[str, str], chosen: set[str]) -> SalePlan:
    starts, ends = _moment(form["starts_at"]), _moment(form["ends_at"])
    return SalePlan(
        listing_ref=found.ref,
        variant_ids=[each.id for each in found.variants if each.ref in chosen],
        opens_at=starts - timedelta(minutes=_whole(form["room_minutes"])),
        starts_at=starts,
        ends_at=ends,
        pieces=_whole(form["pieces"]),
        limit_each=_whole(form["limit_each"]),
        at_once=_whole(form["at_once"]),
        ticket_seconds=60 * _whole(form["minutes"]),
    )


def _phase(opens_at: datetime, starts_at: datetime, ends_at: datetime, at: datetime) -> str:
    if at >= ends_at:
        return _("Over")
    if at >= starts_at:
        return _("Under way")
    return _("Waiting room open") if at >= opens_at else _("Announced")


def _whole(typed: str) -> int:
    typed = typed.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return date.min


def _moment(typed: str) -> datetime:
    """By the reader's clock, as the browser's field writes it."""
    try:
        return timezone.make_aware(datetime.fromisoformat(typed))
    except ValueError as unreadable:
        raise SaleImpossible(available=0) from unreadable
