"""Goods: search, listings, categories, channels. Open to all, no token needed."""

from typing import Annotated, Literal

import msgspec
from dmr import Path, Query

from entrepot.api.door import Door
from entrepot.api.v1.values import Amount, Country, Currency, Words, amount
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import Card, CategoryNode
from entrepot.channels import queries as channels
from entrepot.search import queries as search
from entrepot.search.terms import SearchQuery, Sort


class SearchAsk(msgspec.Struct):
    """What to look for. price_min, price_max: inclusive, minor units of `currency`, against the lowest offer."""

    q: Annotated[str, msgspec.Meta(max_length=200)] = ""
    language: str = "en"
    category: str = ""
    channel: str = ""
    origin: str = ""
    ships_to: str = ""
    currency: Currency = "USD"
    price_min: int | None = None
    price_max: int | None = None
    sort: Literal["relevance", "price_up", "price_down", "newest"] = "relevance"
    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 24


class Piece(msgspec.Struct):
    """A stretch of a title; marked where it matches."""

    text: str
    marked: bool


class Hit(msgspec.Struct):
    """A listing found. price: its lowest offer in the asked channel and currency, else its lowest."""

    ref: str
    title: Words
    highlights: list[Piece]
    merchant: str
    channel: str
    price: Amount
    origin: str
    category: str
    picture: str | None


class FacetCount(msgspec.Struct):
    """How many hits share a value."""

    value: str
    count: int


class Found(msgspec.Struct):
    """A page of hits. corrected: what was searched instead when the words occur nowhere."""

    items: list[Hit]
    total: int
    facets: dict[str, list[FacetCount]]
    next: str | None
    corrected: str
    relaxed: bool
    index_missing: bool


class SearchDoor(Door):
    """Search listings in English or Chinese."""

    tags = ("goods",)

    def get(self, parsed_query: Query[SearchAsk]) -> Found:
        """Search listings in English or Chinese, with facet counts and highlights."""
        ask = parsed_query
        query = SearchQuery(
            words=ask.q,
            language=ask.language,
            category=ask.category,
            channel=ask.channel,
            origin=ask.origin,
            ships_to=ask.ships_to,
            currency=ask.currency,
            price_min_minor=ask.price_min,
            price_max_minor=ask.price_max,
            sort=Sort(ask.sort),
            size=ask.limit,
        )
        hits = search.hits(query=query, cursor=ask.cursor)
        cards = catalogue.cards(listing_ids=hits.listing_ids, channel=ask.channel, currency=ask.currency)
        return Found(
            items=[
                _hit(card, [Piece(p.text, p.marked) for p in hits.highlights.get(card.listing_id, ())])
                for card in cards
            ],
            total=hits.total,
            facets={
                side.value: [FacetCount(one.value, one.count) for one in facet.values]
                for side, facet in hits.facets.items()
            },
            next=hits.cursor or None,
            corrected=hits.corrected,
            relaxed=hits.relaxed,
            index_missing=hits.index_missing,
        )


def _hit(card: Card, highlights: list[Piece]) -> Hit:
    return Hit(
        ref=card.ref,
        title=dict(card.titles),
        highlights=highlights,
        merchant=card.merchant_slug,
        channel=card.channel,
        price=amount(card.price),
        origin=card.origin,
        category=card.category,
        picture=card.picture.small if card.picture else None,
    )


class RefPath(msgspec.Struct):
    """A public reference in the address."""

    ref: str


class OfferOut(msgspec.Struct):
    """What a variant costs in one channel."""

    channel: str
    price: Amount
    compare_at: Amount | None


class VariantOut(msgspec.Struct):
    """One article of a listing. Weights in grams; null is unknown."""

    ref: str
    sku: str
    barcode: str
    options: list[str]
    net_grams: int | None
    gross_grams: int | None
    offers: list[OfferOut]


class ListingOut(msgspec.Struct):
    """A merchant's page. goods_codes: by country, `*` for the six digits all share. description: clean HTML."""

    ref: str
    status: str
    title: Words
    description: Words
    brand: str
    category: str
    origin: Country | str
    ships_from: Country | str
    goods_codes: dict[str, str]
    option_names: list[str]
    tags: list[str]
    pictures: list[str]
    variants: list[VariantOut]


class ListingDoor(Door):
    """One listing."""

    tags = ("goods",)

    def get(self, parsed_path: Path[RefPath]) -> ListingOut:
        """One listing with its variants and offers."""
        listing = catalogue.listing_page(ref=parsed_path.ref, viewer=self.viewer)
        return ListingOut(
            ref=listing.ref,
            status=listing.status.value,
            title=dict(listing.titles),
            description=dict(listing.descriptions),
            brand=listing.brand,
            category=listing.category.path if listing.category else "",
            origin=listing.origin,
            ships_from=listing.ships_from,
            goods_codes=dict(listing.goods_codes),
            option_names=list(listing.option_names),
            tags=list(listing.tags),
            pictures=[picture.large for picture in listing.pictures],
            variants=[
                VariantOut(
                    ref=variant.ref,
                    sku=variant.sku,
                    barcode=variant.barcode,
                    options=list(variant.options),
                    net_grams=variant.net_grams,
                    gross_grams=variant.gross_grams,
                    offers=[
                        OfferOut(
                            offer.channel, amount(offer.price), amount(offer.compare_at) if offer.compare_at else None
                        )
                        for offer in variant.offers
                    ],
                )
                for variant in listing.variants
            ],
        )


class CategoryOut(msgspec.Struct):
    """A category and what lies under it."""

    path: str
    name: Words
    children: list["CategoryOut"]


class CategoriesDoor(Door):
    """The category tree."""

    tags = ("goods",)

    def get(self) -> list[CategoryOut]:
        """The category tree in English and Chinese."""
        return [_category(node) for node in catalogue.categories()]


def _category(node: CategoryNode) -> CategoryOut:
    return CategoryOut(node.path, dict(node.name), [_category(child) for child in node.children])


class LaneOut(msgspec.Struct):
    """The way into one country."""

    mode: str
    route: str
    guaranteed: bool


class ChannelOut(msgspec.Struct):
    """A market inside the market. commission: ratio of the goods' price as a decimal string."""

    slug: str
    name: Words
    currencies: list[str]
    commission: str
    release_days: int
    return_days: int
    destinations: dict[str, LaneOut]


class ChannelsDoor(Door):
    """The channels that are open."""

    tags = ("goods",)

    def get(self) -> list[ChannelOut]:
        """The channels that are open, with their lanes, fees and timers."""
        return [
            ChannelOut(
                slug=one.slug,
                name=dict(one.name),
                currencies=list(one.currencies),
                commission=f"{one.commission:f}",
                release_days=one.release_days,
                return_days=one.return_days,
                destinations={
                    country: LaneOut(lane.regime_mode, lane.route.value, lane.guaranteed)
                    for country, lane in one.destinations.items()
                },
            )
            for one in channels.channels()
        ]
