"""A product's own fields, its variants and its pictures, from rows that belong together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from entrepot.catalogue.rules.categories import category_for
from entrepot.catalogue.rules.completeness import clean_code, clean_country, gtin_holds
from entrepot.catalogue.rules.feed_rows import (
    Book,
    Row,
    compare_of,
    flag_of,
    grams_of,
    language_of,
    price_of,
    quantity_of,
    within,
)
from entrepot.catalogue.rules.feed_shapes import FeedHead, FeedPicture, FeedVariant
from entrepot.catalogue.rules.texts import clean_html, folded, options_key, picture_words, taken_out
from entrepot.catalogue.terms import Status

_ATTRIBUTES: Final = ("gender", "age_group", "mpn", "condition", "seo_title", "seo_description")
_CODES: Final = (("US", "goods_code_us"), ("CN", "goods_code_cn"), ("*", "goods_code"))
_STATUSES: Final = {
    "active": Status.PUBLISHED,
    "draft": Status.DRAFT,
    "archived": Status.ARCHIVED,
    "unlisted": Status.DRAFT,
}
_SPACE: Final = re.compile(r"\s")
_OPTIONS: Final = (1, 2, 3)
# Shopify's way of saying that a product has no options.
_NO_OPTION: Final = "default title"


@dataclass(frozen=True, slots=True)
class OptionNames:
    """The options a product has: their numbers in the file and their names."""

    numbers: tuple[int, ...]
    names: tuple[str, ...]


def option_names_of(first: Row, rows: Sequence[Row], book: Book) -> OptionNames:
    """The options of a product, by its first row; one that is only `Default Title` is none."""
    numbers, names = [], []
    for number in _OPTIONS:
        values = {folded(row.text(f"option{number}_value") or "") for row in rows} - {"", _NO_OPTION}
        if not values:
            continue
        name = first.text(f"option{number}_name") or ""
        if not name:
            column = first.column(f"option{number}_name")
            book.say("feed.option_name_missing", line=first.line, field=column, number=number)
            name = f"Option {number}"
        numbers.append(number)
        names.append(name[:100])
    return OptionNames(tuple(numbers), tuple(names))


def note_other_titles(first: Row, rows: Sequence[Row], book: Book) -> None:
    """Say of each later row that gives the product another title that the first one counts."""
    title = first.text("title")
    for row in rows:
        other = row.text("title")
        if row is not first and other and other != title:
            book.say("feed.title_differs", line=row.line, field=row.column("title"), first=first.line)


def head_of(row: Row, options: OptionNames, book: Book) -> FeedHead:
    """The product's own fields, from its first row."""
    title = within(row.text("title"), 255, row=row, name="title", book=book) or ""
    kind = within(row.text("kind"), 255, row=row, name="kind", book=book)
    tags = row.text("tags")
    listed = None if tags is None else tuple(tag.strip()[:100] for tag in tags.split(",") if tag.strip())
    trail = row.text("product_category") or row.text("google_category") or ""
    category = category_for(product_category=trail, kind=kind or "", tags=listed or (), title=title)
    if not category:
        book.say("feed.category_unknown", line=row.line, field=row.column("kind"))
    return FeedHead(
        titles=_titles(row, title),
        descriptions=_descriptions(row, book),
        brand=within(row.text("brand"), 255, row=row, name="brand", book=book),
        kind=kind,
        category=category,
        tags=listed,
        origin=_origin(row, book),
        goods_codes=_goods_codes(row, book),
        option_names=options.names if row.text("option1_value") is not None else None,
        attributes=_attributes(row, trail),
        wanted=_wanted(row, book),
    )


def variants_of(rows: Sequence[Row], options: OptionNames | None, currency: str, book: Book) -> tuple[FeedVariant, ...]:
    """The variants among the rows. options: nothing when the rows continue a product whose first row is elsewhere."""
    variants: dict[str, FeedVariant] = {}
    net = next((given for row in rows if (given := row.own("net_grams"))), rows[0].own("net_grams") if rows else None)
    for row in rows:
        if not _is_variant(row, first=options is not None and row is rows[0]):
            if not row.text("picture"):
                book.say("feed.rows_nothing", line=row.line)
            continue
        variant = _variant(row, options, net, currency, book)
        if row.line in book.spoiled:
            continue
        if variant.key in variants:
            book.say("feed.variant_twice", line=row.line, first=variants[variant.key].line)
            continue
        variants[variant.key] = variant
    return tuple(variants.values())


def pictures_of(rows: Sequence[Row], book: Book) -> tuple[FeedPicture, ...]:
    """The pictures among the rows that go in, in the order of their positions, each address once."""
    found: dict[str, FeedPicture] = {}
    for place, row in enumerate(rows):
        for name in ("picture", "variant_picture"):
            source = _address(row, name, book)
            if not source or row.line in book.spoiled:
                continue
            if source in found:
                if name == "picture":
                    book.say("feed.picture_twice", line=row.line, field=row.column(name), first=found[source].line)
                continue
            position = row.code("picture_position") or ""
            order = int(position) if name == "picture" and position.isdigit() and len(position) < 6 else place + 1
            alt = picture_words(row.text("picture_alt") or "") if name == "picture" else ""
            found[source] = FeedPicture(row.line, source, order, {language_of(alt): alt} if alt else {})
    return tuple(sorted(found.values(), key=lambda picture: picture.position))


def sku_and_key(row: Row) -> tuple[str, str]:
    """How an inventory row names its variant: its SKU, and its options without the word for none."""
    values = [row.text(f"option{number}_value") or "" for number in _OPTIONS]
    given = [value for value in values if value and folded(value) != _NO_OPTION]
    return row.code("sku") or "", options_key(given)


def _titles(row: Row, title: str) -> dict[str, str | None]:
    titles: dict[str, str | None] = {language_of(title): title}
    for tag, name in (("en", "title_en"), ("zh-hans", "title_zh_hans")):
        given = row.own(name)
        if given is not None:
            titles[tag] = " ".join(given.split())[:255] or titles.get(tag)
    return titles


def _descriptions(row: Row, book: Book) -> dict[str, str | None]:
    texts: dict[str, str | None] = {}
    html = row.text("description")
    if html is not None:
        parts = taken_out(html)
        if parts:
            column = row.column("description")
            book.say("feed.html_cleaned", line=row.line, field=column, parts=", ".join(parts))
        cleaned = clean_html(html)
        texts[language_of(cleaned) if cleaned else "en"] = cleaned or None
    for tag, name in (("en", "description_en"), ("zh-hans", "description_zh_hans")):
        given = row.own(name)
        if given is not None:
            texts[tag] = clean_html(given) or texts.get(tag)
    return texts


def _goods_codes(row: Row, book: Book) -> dict[str, str | None]:
    codes: dict[str, str | None] = {}
    for country, name in _CODES:
        given = row.own(name)
        if given is None:
            continue
        try:
            digits = clean_code(given.removeprefix("'")) if given else ""
            codes[country] = (digits[:6] if country == "*" else digits) or None
        except ValueError:
            book.say("feed.goods_code_form", line=row.line, field=row.column(name), value=given)
    return codes


def _origin(row: Row, book: Book) -> str | None:
    given = row.own("origin")
    if not given:
        return given
    try:
        return clean_country(given)
    except ValueError:
        book.say("feed.origin_form", line=row.line, field=row.column("origin"), value=given)
        return None


def _attributes(row: Row, trail: str) -> dict[str, str | None]:
    given = {name: row.text(name) for name in _ATTRIBUTES} | dict(row.metafields())
    attributes = {name: value[:500] or None for name, value in given.items() if value is not None}
    if row.text("product_category") is not None or row.text("google_category") is not None:
        attributes["product_category"] = trail[:500] or None
    return attributes


def _wanted(row: Row, book: Book) -> str:
    """What the file asks for: the status where it has one, else whether it is published; empty when it says neither."""
    if flag_of(row.text("gift_card") or ""):
        book.say("feed.gift_card", line=row.line, field=row.column("gift_card"))
        return Status.DRAFT
    status, published = row.text("status"), row.text("published")
    shown = flag_of(published) if published else None
    if published and shown is None:
        book.say(
            "feed.published_form",
            line=row.line,
            field=row.column("published"),
            value=published,
            column=row.column("published"),
        )
        return Status.DRAFT
    if status:
        wanted = _STATUSES.get(folded(status))
        if wanted is None:
            book.say("feed.status_form", line=row.line, field=row.column("status"), value=status)
            return Status.DRAFT
        return Status.DRAFT if wanted is Status.PUBLISHED and shown is False else wanted
    if published is None and status is None:
        return ""
    return Status.PUBLISHED if shown else Status.DRAFT


def _is_variant(row: Row, *, first: bool) -> bool:
    named = ("option1_value", "option2_value", "option3_value", "sku", "price")
    return first or any(row.text(name) for name in named)


def _variant(row: Row, options: OptionNames | None, net: str | None, currency: str, book: Book) -> FeedVariant:
    values = tuple(_option_values(row, options, book))
    price = price_of(row, "price", currency, book)
    if price == 0:
        empty = not row.code("price")
        book.say("feed.price_missing" if empty else "feed.price_zero", line=row.line, field=row.column("price"))
    picture = "picture" if row.text("variant_picture") is None else "variant_picture"
    if flag_of(row.text("requires_shipping") or "") is False:
        book.say("feed.not_shipped", line=row.line, field=row.column("requires_shipping"))
    return FeedVariant(
        line=row.line,
        options=values,
        key=options_key(values),
        sku=within(row.code("sku"), 255, row=row, name="sku", book=book),
        barcode=_barcode(row, book),
        gross_grams=grams_of(row.code("grams"), row=row, name="grams", book=book),
        net_grams=grams_of(row.own("net_grams") or net, row=row, name="net_grams", book=book),
        price=price,
        compare_at=compare_of(row, price or 0, currency, book),
        quantity=_quantity(row, book),
        picture=_address(row, picture, book=None),
    )


def _option_values(row: Row, options: OptionNames | None, book: Book) -> Iterator[str]:
    if options is None:
        values = [row.text(f"option{number}_value") or "" for number in _OPTIONS]
        yield from (value[:255] for value in values if value and folded(value) != _NO_OPTION)
        return
    for number, name in zip(options.numbers, options.names, strict=True):
        value = row.text(f"option{number}_value") or ""
        if not value:
            book.say("feed.option_value_missing", line=row.line, field=row.column(f"option{number}_value"), name=name)
        yield value[:255]


def _barcode(row: Row, book: Book) -> str | None:
    value = row.code("barcode")
    if not value:
        return value
    column = row.column("barcode")
    if value.isascii() and value.isdigit():
        if gtin_holds(value):
            return value
        zero = len(value) in {7, 11, 12} and gtin_holds("0" + value)
        known_length = len(value) in {8, 12, 13, 14}
        code = "feed.barcode_zero" if zero else "feed.barcode_check" if known_length else "feed.barcode_own"
        book.say(code, line=row.line, field=column, value=value)
        return value[:64]
    if "E+" in value.upper():
        book.say("feed.barcode_spoiled", line=row.line, field=column, value=value)
        return ""
    book.say("feed.barcode_own", line=row.line, field=column, value=value)
    return value[:64]


def _quantity(row: Row, book: Book) -> int | None:
    pieces = quantity_of(row.code("quantity"), row=row, name="quantity", book=book)
    if pieces is not None and row.text("tracker") == "":
        book.say("feed.untracked", line=row.line, field=row.column("tracker"), value=pieces)
    if (row.text("policy") or "").casefold() in {"continue", "true"}:
        book.say("feed.oversell", line=row.line, field=row.column("policy"))
    return pieces


def _address(row: Row, name: str, book: Book | None) -> str | None:
    value = row.text(name)
    if not value:
        return value
    address = "https:" + value if value.startswith("//") else value
    if address.startswith(("https://", "http://")) and len(address) <= 2048 and not _SPACE.search(address):
        return address
    if book is not None:
        book.say("feed.picture_address", line=row.line, field=row.column(name), value=value)
    return ""
