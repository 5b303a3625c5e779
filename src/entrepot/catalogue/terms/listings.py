"""Listings (a merchant's page), their variants, offers (a variant's price in a channel), pictures and categories."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, NewType

from entrepot.kernel.errors import NotFound, Refused, Upstream
from entrepot.kernel.money import Money
from entrepot.kernel.text import Text

ListingId = NewType("ListingId", int)
VariantId = NewType("VariantId", int)

# News: something a shopper could see of a listing has changed, or it came or went. Subject: the listing's id.
CHANGED: Final = "catalogue.listing_changed"


class Status(StrEnum):
    """Where a listing stands. A draft is the merchant's own; archived ones are kept for what refers to them."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Lack(StrEnum):
    """What a listing still needs before it can be published and sent across a border."""

    TITLE = "title"
    GOODS_CODE = "goods_code"
    ORIGIN = "origin"
    WEIGHT = "weight"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class CategoryRef:
    """A place in the tree. path: slugs from the root (`food/fruit/cherries`); trail: the names from the root to it."""

    path: str
    name: Text
    trail: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category with what lies under it, in the order they are shown."""

    path: str
    name: Text
    children: tuple["CategoryNode", ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A square picture: `large` 800 pixels, `small` 320, both addresses on this site."""

    large: str
    small: str
    alt: Text = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What it is named by: the digest of its large square."""
        return self.large.rpartition("/")[2].partition("-")[0]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a variant costs in one channel. compare_at: a former price shown struck out."""

    channel: str
    price: Money
    compare_at: Money | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One article of a listing. options: values in the order of the listing's option names.

    net_grams: the goods alone; gross_grams: with their packaging, as weighed for freight; None is unknown.
    """

    id: VariantId
    ref: str
    sku: str
    barcode: str
    options: tuple[str, ...]
    net_grams: int | None
    gross_grams: int | None
    offers: tuple[Offer, ...]
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A merchant's page. goods_codes: by country (`US`, `CN`), `*` for the six digits all countries share.

    origin, ships_from: ISO 3166-1 alpha-2, empty when unknown. descriptions: clean HTML by language.
    wanted: what the merchant asked for; `status` may stay a draft while something lacks.
    """

    id: ListingId
    ref: str
    merchant_id: int
    handle: str
    status: Status
    wanted: Status
    category: CategoryRef | None
    brand: str
    kind: str
    origin: str
    ships_from: str
    goods_codes: Mapping[str, str]
    titles: Text
    descriptions: Text
    option_names: tuple[str, ...]
    tags: tuple[str, ...]
    attributes: Mapping[str, str]
    pictures: tuple[Picture, ...]
    variants: tuple[Variant, ...]
    lacks: tuple[Lack, ...]
    updated_at: datetime

    @property
    def texts(self) -> Mapping[str, Mapping[str, str]]:
        """Per language the title and the description."""
        tags = dict.fromkeys([*self.titles, *self.descriptions])
        return {
            tag: {"title": self.titles.get(tag, ""), "description_html": self.descriptions.get(tag, "")} for tag in tags
        }

    @property
    def channels(self) -> tuple[str, ...]:
        """Where it is offered."""
        return tuple(sorted({offer.channel for variant in self.variants for offer in variant.offers}))


@dataclass(frozen=True, slots=True)
class SaleLine:
    """Everything an order copies of one article: nothing after the sale reads the catalogue again.

    price: the offer's own currency. weights: grams, None is unknown. published: may be sold at this moment.
    """

    variant_id: VariantId
    variant_ref: str
    merchant_id: int
    listing_id: ListingId
    listing_ref: str
    channel: str
    published: bool
    title: Text
    options: tuple[str, ...]
    option_names: tuple[str, ...]
    sku: str
    brand: str
    picture: str
    category: str
    goods_codes: Mapping[str, str]
    origin: str
    ships_from: str
    net_grams: int | None
    gross_grams: int | None
    price: Money

    def goods_code(self, destination: str) -> str:
        """The code for `destination`, else the six digits all share, else empty: unknown."""
        return self.goods_codes.get(destination) or self.goods_codes.get("*", "")


@dataclass(frozen=True, slots=True)
class Card:
    """A listing as lists show it. price: the lowest of the preferred channel and currency, else the lowest of any.

    variant_id: the article that costs it, for asking what it costs at the door.
    """

    listing_id: ListingId
    ref: str
    merchant_id: int
    merchant_name: str
    merchant_slug: str
    titles: Text
    picture: Picture | None
    channel: str
    variant_id: VariantId
    price: Money
    compare_at: Money | None
    more_prices: bool
    brand: str
    origin: str
    ships_from: str
    category: str


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """What the search index keeps of a published listing. descriptions: plain text. prices: (channel, Money)."""

    listing_id: ListingId
    merchant_id: int
    merchant_name: str
    ref: str
    titles: Text
    descriptions: Text
    brand: str
    kind: str
    category: str
    tags: tuple[str, ...]
    options: tuple[str, ...]
    codes: tuple[str, ...]
    origin: str
    ships_from: str
    prices: tuple[tuple[str, Money], ...]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A listing in the merchant's own list. low, high: the span of its prices, when it has any in one currency."""

    id: ListingId
    ref: str
    handle: str
    titles: Text
    status: Status
    wanted: Status
    lacks: tuple[Lack, ...]
    picture: Picture | None
    variant_ids: tuple[VariantId, ...]
    channels: tuple[str, ...]
    low: Money | None
    high: Money | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A stretch of a merchant's listings, the last changed first. next: what to ask `after` for more, or empty."""

    rows: tuple[ListingRow, ...]
    next: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """An article to be made. options: values in the order of the listing's option names, none for a single article."""

    offers: tuple[Offer, ...] = ()
    sku: str = ""
    barcode: str = ""
    options: tuple[str, ...] = ()
    net_grams: int | None = None
    gross_grams: int | None = None


@dataclass(frozen=True, slots=True)
class ListingDraft:
    """A listing to be made. handle: the merchant's own name for it, unique among theirs."""

    handle: str
    titles: Text
    variants: tuple[VariantDraft, ...]
    descriptions: Text = field(default_factory=dict)
    category: str = ""
    brand: str = ""
    origin: str = ""
    ships_from: str = ""
    goods_codes: Mapping[str, str] = field(default_factory=dict)
    option_names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VariantEdit:
    """New values for one variant; None leaves alone. offers: each replaces that of its channel and currency."""

    id: VariantId
    sku: str | None = None
    gross_grams: int | None = None
    net_grams: int | None = None
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class ListingEdit:
    """New values for a listing; None leaves alone. Texts given for a language replace that language's only."""

    titles: Text | None = None
    descriptions: Text | None = None
    category: str | None = None
    brand: str | None = None
    origin: str | None = None
    goods_codes: Mapping[str, str] | None = None
    variants: tuple[VariantEdit, ...] = ()


class ListingUnknown(NotFound):
    """There is no such listing, or it is not on sale."""

    code = "catalogue.listing_unknown"
    message = "This listing is not on sale."
    remedy = "Search for something like it."


class CategoryUnknown(NotFound):
    """No category has that path."""

    code = "catalogue.category_unknown"
    message = "There is no category {path}."
    remedy = "Choose one from the list."


LACK_WORDS: Final = {
    "title": "a title",
    "goods_code": "a goods code",
    "origin": "the country of origin",
    "weight": "a weight",
    "price": "a price",
}
_FIELD_WORDS: Final = {
    "title": "The title",
    "origin": "The country of origin",
    "goods_code": "The goods code",
    "gross_grams": "The weight in grams",
    "net_grams": "The net weight in grams",
    "price": "The price",
}
_VALUE_WORDS: Final = {"empty": "empty"}
PICTURE_WORDS: Final = {
    "not_a_picture": "it is not a JPEG, PNG, WebP or GIF",
    "too_large": "it is larger than 20 MB",
    "too_many_pixels": "it has more than 50 million pixels",
    "too_slow": "it took too long",
    "too_many_redirects": "the address leads on and on",
    "address_not_public": "the address is not on the open internet",
    "address_not_allowed": "the address is not an ordinary web address",
    "status_404": "there is nothing at the address",
    "status_403": "the address asks for a sign-in",
    "": "the address did not answer",
}


class NotComplete(Refused):
    """A listing lacks what it must have before it can be published."""

    words: ClassVar = {"lacks": LACK_WORDS}

    code = "catalogue.not_complete"
    message = "This listing cannot be published yet. It lacks: {lacks}."
    remedy = "Fill in what is missing and publish again."


class EditTrouble(Refused):
    """A value the merchant entered cannot be kept."""

    words: ClassVar = {"field": _FIELD_WORDS, "value": _VALUE_WORDS}

    code = "catalogue.edit_trouble"
    message = "{field} cannot be {value}."
    remedy = "Correct it and save again."


class PictureRefused(Refused):
    """The file is no picture we can show."""

    words: ClassVar = {"why": PICTURE_WORDS}

    code = "catalogue.picture_refused"
    message = "The file is not a picture we can show: {why}."
    remedy = "Send a JPEG, PNG or WebP file of at most 20 MB."


class PictureUnreachable(Upstream):
    """A picture could not be fetched from where the merchant's file says it is."""

    words: ClassVar = {"why": PICTURE_WORDS}

    code = "catalogue.picture_unreachable"
    message = "The picture could not be fetched: {why}."
    remedy = "Check that the address opens in a browser without signing in, or upload the picture."


@dataclass(frozen=True, slots=True)
class WaitingPicture:
    """A picture that is still only an address. tries: how often it was tried."""

    id: int
    listing_id: ListingId
    source: str
    tries: int
