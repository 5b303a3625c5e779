"""The merchant's listings: found, filtered, edited, put on sale and taken off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.problems import said
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.services import (
    archive_listing,
    attach_picture,
    edit_listing,
    publish_listing,
    remove_picture,
    unpublish_listing,
)
from entrepot.catalogue.services.pictures import BYTES_MAX
from entrepot.catalogue.terms import (
    CategoryNode,
    EditTrouble,
    Listing,
    ListingEdit,
    NotComplete,
    Offer,
    PictureRefused,
    Status,
    Variant,
    VariantEdit,
)
from entrepot.kernel.errors import EntrepotError
from entrepot.kernel.money import Money
from entrepot.parties.terms import Merchant
from entrepot.stock import queries as stock
from entrepot.web.merchant.codes import decided
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.merchant.words import channel_name, lack_name, picture_trouble
from entrepot.web.templating import text
from entrepot.web.viewer import viewer_of

_PAGE = 50
_CODES = {"US": "code_US", "CN": "code_CN", "*": "code_all"}


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
            edit = _edit(request, merchant, found)
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
        "priced": _priced(merchant, found),
        "channel_name": channel_name,
        **decided(merchant, found),
        "troubles": [
            (source, picture_trouble(why))
            for source, why in catalogue.picture_troubles(merchant_id=merchant.id, listing_id=found.id)
        ],
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
            messages.error(request, _sentence(refusal))
        else:
            messages.success(request, _("Kept."))
    return HttpResponseRedirect(reverse("merchant-listing", args=[merchant.slug, ref]))


@for_merchant
@require_POST
def add_picture(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """Keep an uploaded picture behind those the listing has."""
    found = catalogue.listing(viewer=viewer_of(request), merchant_id=merchant.id, ref=ref)
    uploaded = request.FILES.get("picture")
    if uploaded is None:
        messages.error(request, _("Choose the picture to add."))
    else:
        try:
            alt = {get_language() or "en": request.POST.get("alt", "").strip()[:200]}
            attach_picture(
                merchant_id=merchant.id, listing_id=found.id, file=uploaded.read(BYTES_MAX + 1), alt=alt, at=clock.now()
            )
        except PictureRefused as refusal:
            messages.error(request, _sentence(refusal))
        else:
            messages.success(request, _("The picture is on the page."))
    return HttpResponseRedirect(reverse("merchant-listing", args=[merchant.slug, ref]) + "#pictures")


@for_merchant
@require_POST
def drop_picture(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """Take a picture off the listing."""
    found = catalogue.listing(viewer=viewer_of(request), merchant_id=merchant.id, ref=ref)
    remove_picture(
        merchant_id=merchant.id, listing_id=found.id, digest=request.POST.get("digest", "")[:64], at=clock.now()
    )
    messages.success(request, _("The picture was taken off the page."))
    return HttpResponseRedirect(reverse("merchant-listing", args=[merchant.slug, ref]) + "#pictures")


def _priced(merchant: Merchant, found: Listing) -> list[tuple[str, str]]:
    """The (channel, currency) pairs that have a price field: those in use, else the merchant's own."""
    used = dict.fromkeys((offer.channel, offer.price.currency) for one in found.variants for offer in one.offers)
    return list(used) or [(slug, merchant.currency) for slug in merchant.channels[:1]]


def _edit(request: HttpRequest, merchant: Merchant, found: Listing) -> ListingEdit:
    post = request.POST
    codes = {country: post.get(name, "").strip() for country, name in _CODES.items()}
    return ListingEdit(
        titles={tag: post.get(f"title_{tag}", "").strip() for tag in ("en", "zh-hans")},
        descriptions={tag: post.get(f"about_{tag}", "").strip() for tag in ("en", "zh-hans")},
        category=post.get("category", ""),
        origin=post.get("origin", "").strip().upper()[:2],
        goods_codes={**found.goods_codes, **codes},
        brand=post.get("brand", "")[:255],
        variants=tuple(_variant(request, variant, _priced(merchant, found)) for variant in found.variants),
    )


def _variant(request: HttpRequest, variant: Variant, priced: list[tuple[str, str]]) -> VariantEdit:
    offers = [_offer(request, variant, channel, currency) for channel, currency in priced]
    return VariantEdit(
        id=variant.id,
        sku=request.POST.get(f"sku_{variant.ref}", variant.sku)[:255],
        gross_grams=_grams(request, f"grams_{variant.ref}"),
        net_grams=_grams(request, f"net_{variant.ref}"),
        offers=tuple(offer for offer in offers if offer),
    )


def _offer(request: HttpRequest, variant: Variant, channel: str, currency: str) -> Offer | None:
    typed = request.POST.get(f"price_{variant.ref}_{channel}_{currency}", "").strip()
    if not typed:
        return None
    known = next((one for one in variant.offers if (one.channel, one.price.currency) == (channel, currency)), None)
    try:
        price = Money.parse(typed, currency)
    except ValueError as unreadable:
        raise EditTrouble(field="price", value=typed) from unreadable
    former = known.compare_at if known and known.compare_at and known.compare_at > price else None
    return Offer(channel, price, former)


def _grams(request: HttpRequest, name: str) -> int | None:
    typed = request.POST.get(name, "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 9):
        raise EditTrouble(field="gross_grams", value=typed)
    return int(typed)


def _flat(nodes: tuple[CategoryNode, ...], above: str = "") -> list[tuple[CategoryNode, str]]:
    flat = []
    for node in nodes:
        name = f"{above} › {text(node.name)}" if above else text(node.name)
        flat += [(node, name), *_flat(node.children, name)]
    return flat


def _sentence(refusal: EntrepotError) -> str:
    return " ".join(filter(None, said(refusal)))
