"""The merchant's listings: found, filtered, edited, put on sale and taken off."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.services import archive_listing, edit_listing, publish_listing, unpublish_listing
from entrepot.catalogue.terms import (
    CategoryNode,
    EditTrouble,
    Listing,
    ListingEdit,
    NotComplete,
    Offer,
    Status,
    Variant,
    VariantEdit,
)
from entrepot.kernel.errors import EntrepotError, fill
from entrepot.kernel.money import Money
from entrepot.parties.terms import Merchant
from entrepot.stock import queries as stock
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.merchant.words import field_name, lack_name
from entrepot.web.templating import text
from entrepot.web.viewer import viewer_of

_PAGE = 50


@for_merchant
def listing(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    chosen = request.GET.get("status", "")
    words, after = request.GET.get("q", "")[:100], request.GET.get("after", "")
    page = catalogue.listings_of(
        viewer=viewer_of(request),
        merchant_id=merchant.id,
        status=chosen if chosen in set(Status) else "",
        words=words,
        after=after,
        limit=_PAGE,
    )
    shown = {
        "merchant": merchant,
        "rows": page.rows,
        "counts": page.counts,
        "stock": stock.available(variant_ids=[variant for row in page.rows for variant in row.variant_ids]),
        "lacks": lack_name,
        "chosen": chosen,
        "words": words,
        "following": page.next or None,
        "first": not after,
    }
    return render(request, "merchant/listings.html", shown)


@for_merchant
def show(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """One listing's form; POST keeps it."""
    viewer = viewer_of(request)
    found = catalogue.listing(viewer=viewer, merchant_id=merchant.id, ref=ref)
    wrong: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            edit = _edit(request, found)
            edit_listing(merchant_id=merchant.id, listing_id=found.id, edit=edit, at=clock.now())
        except EditTrouble as trouble:
            wrong = [("", _sentence(trouble))]
        else:
            messages.success(request, _("Kept."))
            return HttpResponseRedirect(reverse("merchant-listing", args=[merchant.slug, ref]))
    shown = {
        "merchant": merchant,
        "listing": found,
        "title": text(found.titles),
        "wrong": wrong,
        "typed": request.POST if wrong else {},
        "categories": [(node.path, name) for node, name in _flat(catalogue.categories())],
        "lacks": [lack_name(lack) for lack in found.lacks],
        "stock": stock.available(variant_ids=[variant.id for variant in found.variants]),
    }
    return render(request, "merchant/listing.html", shown, status=422 if wrong else 200)


@for_merchant
@require_POST
def move(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """Put on sale, take off sale, or archive."""
    found = catalogue.listing(viewer=viewer_of(request), merchant_id=merchant.id, ref=ref)
    verbs = {"publish": publish_listing, "unpublish": unpublish_listing, "archive": archive_listing}
    verb = verbs.get(request.POST.get("verb", ""))
    if verb is not None:
        try:
            verb(merchant_id=merchant.id, listing_id=found.id, at=clock.now())
        except NotComplete as refusal:
            lacks = _(", ").join(lack_name(lack) for lack in found.lacks)
            messages.error(request, fill(_(refusal.message), {"lacks": lacks}))
        else:
            messages.success(request, _("Kept."))
    return HttpResponseRedirect(reverse("merchant-listing", args=[merchant.slug, ref]))


def _edit(request: HttpRequest, found: Listing) -> ListingEdit:
    post = request.POST
    codes = {country: post.get(f"code_{country}", "").strip() for country in ("US", "CN")}
    return ListingEdit(
        titles={tag: post.get(f"title_{tag}", "").strip() for tag in ("en", "zh-hans")},
        descriptions={tag: post.get(f"about_{tag}", "").strip() for tag in ("en", "zh-hans")},
        category=post.get("category", ""),
        origin=post.get("origin", "").strip().upper()[:2],
        goods_codes={**found.goods_codes, **codes},
        variants=tuple(_variant(request, variant) for variant in found.variants),
    )


def _variant(request: HttpRequest, variant: Variant) -> VariantEdit:
    typed = request.POST.get(f"price_{variant.ref}", "").strip()
    grams = request.POST.get(f"grams_{variant.ref}", "").strip()
    offer = None
    if typed and variant.offers:
        first = variant.offers[0]
        try:
            price = Money.of(Decimal(typed), first.price.currency)
        except (InvalidOperation, ValueError) as unreadable:
            raise EditTrouble(field=_("Price"), value=typed) from unreadable
        offer = Offer(first.channel, price, first.compare_at)
    if grams and not grams.isdigit():
        raise EditTrouble(field=_("Weight in grams"), value=grams)
    return VariantEdit(id=variant.id, gross_grams=int(grams) if grams else None, offer=offer)


def _flat(nodes: tuple[CategoryNode, ...], above: str = "") -> list[tuple[CategoryNode, str]]:
    flat = []
    for node in nodes:
        name = f"{above} › {text(node.name)}" if above else text(node.name)
        flat += [(node, name), *_flat(node.children, name)]
    return flat


def _sentence(refusal: EntrepotError) -> str:
    facts = {name: field_name(fact) for name, fact in refusal.facts.items()}
    return f"{fill(_(refusal.message), facts)} {fill(_(refusal.remedy), facts)}"
