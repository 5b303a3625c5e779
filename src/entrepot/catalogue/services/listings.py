"""Making, editing, publishing and archiving a listing. Each tells the news when something has changed."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import tell
from entrepot.catalogue import models
from entrepot.catalogue.queries import listing_by_id
from entrepot.catalogue.queries.categories import category
from entrepot.catalogue.rules.completeness import clean_code, clean_country, status_for
from entrepot.catalogue.rules.texts import clean_html, options_key
from entrepot.catalogue.terms import (
    CHANGED,
    EditTrouble,
    Listing,
    ListingDraft,
    ListingEdit,
    ListingId,
    ListingUnknown,
    NotComplete,
    Offer,
    Status,
    VariantDraft,
    VariantEdit,
)
from entrepot.channels import queries as channels
from entrepot.channels.rules import must_admit
from entrepot.kernel.text import Text
from entrepot.parties import queries as parties


@transaction.atomic
def create_listing(*, merchant_id: int, draft: ListingDraft, at: datetime) -> ListingId:
    """A listing with its variants and prices, as a draft; the same handle again gives the listing that has it.

    Raises EditTrouble for a bad goods code or country, CategoryUnknown, ListingUnknown never.
    """
    known = models.Listing.objects.filter(merchant_id=merchant_id, handle=draft.handle).values_list("id", flat=True)
    for listing_id in known:
        return ListingId(listing_id)
    row = models.Listing.objects.create(
        id=new_id(owner=merchant_id),
        merchant_id=merchant_id,
        ref=new_reference("lst"),
        handle=draft.handle,
        status=Status.DRAFT,
        wanted=Status.DRAFT,
        category_path=category(path=draft.category).path if draft.category else "",
        brand=draft.brand,
        origin=_country("origin", draft.origin),
        ships_from=_country("ships_from", draft.ships_from) or parties.merchant(merchant_id=merchant_id).country,
        goods_codes=_codes(draft.goods_codes),
        titles=_titles(draft.titles),
        descriptions={tag: clean_html(html) for tag, html in draft.descriptions.items()},
        option_names=list(draft.option_names),
        tags=list(draft.tags),
        created_at=at,
        updated_at=at,
    )
    for position, variant in enumerate(draft.variants):
        _make_variant(row, variant, position)
    tell(CHANGED, subject=row.id, owner=merchant_id, at=at)
    return ListingId(row.id)


@transaction.atomic
def publish_listing(*, merchant_id: int, listing_id: int, at: datetime) -> None:
    """Put a listing on sale. Repeating changes nothing.

    Raises NotComplete while something lacks, NotAdmitted when a channel it is offered in does not take the merchant.
    """
    _locked(merchant_id=merchant_id, listing_id=listing_id)
    found = listing_by_id(merchant_id=merchant_id, listing_id=listing_id)
    if found.lacks:
        raise NotComplete(lacks=tuple(found.lacks))
    verified = parties.merchant(merchant_id=merchant_id).verified
    for slug in found.channels:
        must_admit(channel=channels.channel(slug=slug), verified=verified)
    _settle(found, wanted=Status.PUBLISHED, at=at)


@transaction.atomic
def unpublish_listing(*, merchant_id: int, listing_id: int, at: datetime) -> None:
    """Take a listing off sale, or back out of the archive, as a draft. Repeating changes nothing."""
    _locked(merchant_id=merchant_id, listing_id=listing_id)
    _settle(listing_by_id(merchant_id=merchant_id, listing_id=listing_id), wanted=Status.DRAFT, at=at)


@transaction.atomic
def archive_listing(*, merchant_id: int, listing_id: int, at: datetime) -> None:
    """Put a listing away; orders keep their own copy. Undone by `unpublish_listing`. Repeating changes nothing."""
    _locked(merchant_id=merchant_id, listing_id=listing_id)
    _settle(listing_by_id(merchant_id=merchant_id, listing_id=listing_id), wanted=Status.ARCHIVED, at=at)


@transaction.atomic
def edit_listing(*, merchant_id: int, listing_id: int, edit: ListingEdit, at: datetime) -> None:
    """Change what is given and leave the rest; a listing that becomes incomplete goes off sale.

    Repeating the same edit changes nothing and tells nothing. Raises EditTrouble, CategoryUnknown, ListingUnknown.
    """
    row = _locked(merchant_id=merchant_id, listing_id=listing_id)
    before = listing_by_id(merchant_id=merchant_id, listing_id=listing_id)
    fields = _fields(row, edit)
    changed = models.Listing.objects.filter(merchant_id=merchant_id, id=listing_id).exclude(**fields)
    if fields and changed.exists():
        models.Listing.objects.filter(merchant_id=merchant_id, id=listing_id).update(**fields)
    for variant in edit.variants:
        _edit_variant(before, variant)
    after = listing_by_id(merchant_id=merchant_id, listing_id=listing_id)
    if after != before:
        models.Listing.objects.filter(merchant_id=merchant_id, id=listing_id).update(updated_at=at)
        _settle(after, wanted=after.wanted, at=at)
        tell(CHANGED, subject=listing_id, owner=merchant_id, at=at)


def _locked(*, merchant_id: int, listing_id: int) -> models.Listing:
    row = models.Listing.objects.select_for_update(no_key=True).filter(merchant_id=merchant_id, id=listing_id).first()
    if row is None:
        raise ListingUnknown
    return row


def _settle(found: Listing, *, wanted: Status, at: datetime) -> None:
    status = status_for(wanted=wanted, complete=not found.lacks)
    if (found.status, found.wanted) == (status, wanted):
        return
    fields: dict[str, object] = {"status": status, "wanted": wanted, "updated_at": at}
    if status is Status.PUBLISHED:
        fields["published_at"] = at
    models.Listing.objects.filter(merchant_id=found.merchant_id, id=found.id).update(**fields)
    tell(CHANGED, subject=found.id, owner=found.merchant_id, at=at)


def _fields(row: models.Listing, edit: ListingEdit) -> dict[str, object]:
    fields: dict[str, object] = {}
    if edit.titles is not None:
        fields["titles"] = _titles({**row.titles, **edit.titles})
    if edit.descriptions is not None:
        cleaned = {tag: clean_html(html) for tag, html in edit.descriptions.items()}
        fields["descriptions"] = {tag: html for tag, html in {**row.descriptions, **cleaned}.items() if html}
    if edit.category is not None:
        fields["category_path"] = category(path=edit.category).path if edit.category else ""
    if edit.brand is not None:
        fields["brand"] = edit.brand.strip()
    if edit.origin is not None:
        fields["origin"] = _country("origin", edit.origin)
    if edit.goods_codes is not None:
        fields["goods_codes"] = _codes({**row.goods_codes, **edit.goods_codes})
    return fields


def _edit_variant(listing: Listing, edit: VariantEdit) -> None:
    if edit.id not in {variant.id for variant in listing.variants}:
        raise ListingUnknown
    fields: dict[str, object] = {}
    if edit.sku is not None:
        fields["sku"] = edit.sku.strip()
    for name, grams in (("gross_grams", edit.gross_grams), ("net_grams", edit.net_grams)):
        if grams is not None:
            if grams <= 0:
                raise EditTrouble(field=name, value=grams)
            fields[name] = grams
    if fields:
        models.Variant.objects.filter(merchant_id=listing.merchant_id, id=edit.id).update(**fields)
    for offer in edit.offers:
        _put_offer(merchant_id=listing.merchant_id, variant_id=edit.id, offer=offer)


def _put_offer(*, merchant_id: int, variant_id: int, offer: Offer) -> None:
    if offer.price.minor <= 0:
        raise EditTrouble(field="price", value=offer.price)
    row = models.Offer(
        id=new_id(owner=merchant_id),
        merchant_id=merchant_id,
        variant_id=variant_id,
        channel=channels.channel(slug=offer.channel).slug,
        currency=offer.price.currency,
        price_minor=offer.price.minor,
        compare_at_minor=offer.compare_at.minor if offer.compare_at else None,
    )
    models.Offer.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["merchant_id", "variant_id", "channel", "currency"],
        update_fields=["price_minor", "compare_at_minor"],
    )


def _make_variant(row: models.Listing, draft: VariantDraft, position: int) -> None:
    variant = models.Variant.objects.create(
        id=new_id(owner=row.merchant_id),
        merchant_id=row.merchant_id,
        listing_id=row.id,
        ref=new_reference("var"),
        sku=draft.sku,
        barcode=draft.barcode,
        options=list(draft.options),
        options_key=options_key(draft.options),
        position=position,
        net_grams=draft.net_grams or draft.gross_grams,
        gross_grams=draft.gross_grams or draft.net_grams,
    )
    for offer in draft.offers:
        _put_offer(merchant_id=row.merchant_id, variant_id=variant.id, offer=offer)


def _titles(titles: Text) -> dict[str, str]:
    kept = {tag: " ".join(words.split()) for tag, words in titles.items() if words.strip()}
    if not kept:
        raise EditTrouble(field="title", value="empty")
    for words in kept.values():
        if len(words) > 255:
            raise EditTrouble(field="title", value=words[:40] + "…")
    return kept


def _codes(codes: Mapping[str, str]) -> dict[str, str]:
    kept = {}
    for country, code in codes.items():
        if code.strip():
            try:
                kept[country] = clean_code(code)
            except ValueError as bad:
                raise EditTrouble(field="goods_code", value=code) from bad
    return kept


def _country(field: str, text: str) -> str:
    try:
        return clean_country(text) if text.strip() else ""
    except ValueError as bad:
        raise EditTrouble(field=field, value=text) from bad
