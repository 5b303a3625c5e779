"""A listing's page: pictures, options, the landed price with its parts, origin, tax, arrival and protection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from entrepot.base import clock
from entrepot.basket import queries as baskets
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import Listing, Offer, Picture, Variant
from entrepot.channels import queries as channels
from entrepot.channels.terms import Channel
from entrepot.kernel.money import Money
from entrepot.landed import queries as landed
from entrepot.landed.terms import LandedPrice, PriceAsk
from entrepot.parties import queries as parties
from entrepot.parties.terms import Viewer
from entrepot.stock import queries as stock
from entrepot.stock.terms import TicketState
from entrepot.web.shopper.ahead import said_of
from entrepot.web.shopper.prices import Price, shown
from entrepot.web.shopper.promoted import promised_on
from entrepot.web.templating import country, grams, text
from entrepot.web.viewer import Place, place_of, viewer_of

_FEW = 10
_MANY_VARIANTS = 100


@dataclass(frozen=True, slots=True)
class OptionValue:
    """One value of an option. ref: the variant that choosing it leads to; empty when there is none."""

    value: str
    ref: str
    chosen: bool
    available: bool


@dataclass(frozen=True, slots=True)
class Option:
    """One option, such as Size, with its values."""

    name: str
    values: tuple[OptionValue, ...]


@dataclass(frozen=True, slots=True)
class ChannelOffer:
    """What the chosen variant costs at the door through one channel."""

    slug: str
    name: str
    verified: bool
    total: Money
    chosen: bool


@dataclass(frozen=True, slots=True)
class Hints:
    """How the variant is handed out. limit_each: pieces for one shopper, 0 for any number.

    ahead: the button's word where it is sold before it arrives, with `due_on` and a sentence. sale: the flash sale it is
    in; queued: only its queue leads to the basket now.
    """

    limit_each: int = 0
    ahead: str = ""
    ahead_said: str = ""
    due_on: date | None = None
    sale: str = ""
    sale_starts: datetime | None = None
    queued: bool = False


@dataclass(frozen=True, slots=True)
class Buying:
    """The box with which one buys. left: pieces that may still be sold; why: what stands in the way, if anything."""

    variant_ref: str
    channel: str
    channel_name: str
    price: Price | None
    left: int
    few: bool
    had: int
    return_days: int
    release_days: int
    guaranteed: bool
    why: str
    remedy: str
    compare_at: Money | None
    merchant_price: Money | None
    hints: Hints


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells."""

    name: str
    slug: str
    verified: bool
    place: str
    about: str


def show(request: HttpRequest, ref: str) -> HttpResponse:
    viewer, place = viewer_of(request), place_of(request)
    listing = catalogue.listing_page(ref=ref, viewer=viewer)
    left = stock.available(variant_ids=[each.id for each in listing.variants], merchant_ids=[listing.merchant_id])
    variant = _chosen(listing, request.GET.get("v", ""), left)
    merchant = parties.merchant(merchant_id=listing.merchant_id)
    had = {}
    if viewer.shopper_id is not None:
        had = {(line.variant_id, line.channel): line.quantity for line in baskets.basket(viewer=viewer).lines}
    asked, answers = _ways(listing, variant, place)
    way = _best(asked, answers, request.GET.get("channel", ""))
    context = {
        "ref": ref,
        "title": text(listing.titles),
        "brand": listing.brand,
        "published": listing.status.value == "published",
        "trail": _trail(listing),
        "pictures": tuple(_picture(each, text(listing.titles)) for each in _gallery(listing, variant)),
        "options": _options(listing, variant, left) if len(listing.variants) <= _MANY_VARIANTS else (),
        "buying": _buying(listing, variant, way, place, left, had, _hints(listing, variant, viewer)),
        "promised": promised_on(
            merchant_id=listing.merchant_id,
            listing_id=listing.id,
            channel=way[1].channel if way else "",
            category=listing.category.path if listing.category else "",
            at=clock.now(),
        ),
        "ways": _other_ways(asked, answers, way),
        "description": text(listing.descriptions),
        "facts": _facts(listing, variant, place),
        "seller": Seller(
            merchant.name,
            merchant.slug,
            merchant.verified,
            ", ".join(part for part in (merchant.city, country(merchant.country)) if part),
            text(merchant.about),
        ),
        "origin": country(listing.origin) if listing.origin else "",
        "ships_from": country(listing.ships_from) if listing.ships_from else "",
    }
    return render(request, "shopper/listing.html", context)


_Way = tuple[Channel, Offer, LandedPrice | None]


def _chosen(listing: Listing, ref: str, left: dict[int, int]) -> Variant | None:
    """The asked variant, else the first that can be had, else the first."""
    for variant in listing.variants:
        if variant.ref == ref:
            return variant
    return next((each for each in listing.variants if left.get(each.id)), next(iter(listing.variants), None))


def _ways(
    listing: Listing, variant: Variant | None, place: Place
) -> tuple[list[tuple[Channel, Offer]], list[LandedPrice]]:
    """Each channel through which the variant is offered, in the reader's currency where there is a choice, and its price."""
    if variant is None:
        return [], []
    known = {channel.slug: channel for channel in channels.channels()}
    offers: dict[str, Offer] = {}
    for offer in variant.offers:
        if offer.channel in known and (offer.channel not in offers or offer.price.currency == place.currency):
            offers[offer.channel] = offer
    asked = [(known[slug], offer) for slug, offer in offers.items()]
    if not variant.gross_grams or not asked:
        return asked, []
    asks = [
        PriceAsk(
            variant_id=variant.id,
            merchant_id=listing.merchant_id,
            channel=offer.channel,
            price=offer.price,
            goods_code=listing.goods_codes.get(place.country) or listing.goods_codes.get("*", ""),
            origin=listing.origin,
            ship_from=listing.ships_from,
            net_grams=variant.net_grams or variant.gross_grams,
            gross_grams=variant.gross_grams,
        )
        for _channel, offer in asked
    ]
    prices = landed.landed_prices(items=asks, destination=place.country, currency=place.currency, at=clock.now())
    return asked, list(prices)


def _best(asked: Sequence[tuple[Channel, Offer]], prices: Sequence[LandedPrice], wanted: str) -> _Way | None:
    """The wanted channel, else the one that is cheapest at the door, else the first with its reason."""
    ways: list[_Way] = [(channel, offer, price) for (channel, offer), price in zip(asked, prices, strict=False)]
    if not ways:
        return (*asked[0], None) if asked else None
    for way in ways:
        if way[0].slug == wanted:
            return way
    open_ways = [way for way in ways if way[2] is not None and way[2].total is not None]
    return min(open_ways, key=_cost) if open_ways else ways[0]


def _cost(way: _Way) -> int:
    price = way[2]
    return price.total.minor if price is not None and price.total is not None else 0


def _other_ways(
    asked: Sequence[tuple[Channel, Offer]], prices: Sequence[LandedPrice], way: _Way | None
) -> tuple[ChannelOffer, ...]:
    ways = tuple(
        ChannelOffer(
            channel.slug,
            text(channel.name),
            channel.requires_verified,
            price.total,
            way is not None and way[0] is channel,
        )
        for (channel, _offer), price in zip(asked, prices, strict=False)
        if price.total is not None
    )
    return ways if len(ways) > 1 else ()


def _buying(
    listing: Listing,
    variant: Variant | None,
    way: _Way | None,
    place: Place,
    left: dict[int, int],
    had: dict[tuple[int, str], int],
    hints: Hints,
) -> Buying | None:
    if variant is None or way is None:
        return None
    channel, offer, answer = way
    price = shown(answer, ship_from=listing.ships_from, destination=place.country) if answer else None
    pieces = left.get(variant.id, 0)
    why = remedy = ""
    if price is None:
        why = _("Duty and delivery are not known yet.")
        remedy = _("Ask the merchant to complete the weight and the goods code.")
    elif price.total is None:
        why, remedy = price.why, price.remedy
    elif not pieces and not hints.ahead and not hints.queued:
        why, remedy = _("Sold out."), _("Choose another option, or look again later.")
    lane = channel.destinations.get(place.country)
    return Buying(
        variant_ref=variant.ref,
        channel=channel.slug,
        channel_name=text(channel.name),
        price=price,
        left=pieces,
        few=0 < pieces < _FEW,
        had=had.get((variant.id, channel.slug), 0),
        return_days=channel.return_days,
        release_days=channel.release_days,
        guaranteed=bool(lane and lane.guaranteed),
        why=why,
        remedy=remedy,
        compare_at=offer.compare_at,
        merchant_price=offer.price if offer.price.currency != place.currency else None,
        hints=hints,
    )


def _hints(listing: Listing, variant: Variant | None, viewer: Viewer) -> Hints:
    if variant is None:
        return Hints()
    at = clock.now()
    one = stock.handouts(variant_ids=[variant.id], merchant_ids=[listing.merchant_id], at=at).get(variant.id)
    if one is None:
        return Hints()
    sale = stock.sale_of_variants(merchant_id=listing.merchant_id, variant_ids=[variant.id], at=at)
    ticket = stock.ticket(sale=sale, shopper_id=viewer.shopper_id, at=at) if sale and viewer.shopper_id else None
    word, sentence = said_of(one)
    turn = ticket is not None and ticket.state is TicketState.ADMITTED
    return Hints(
        limit_each=ticket.pieces if ticket and turn else one.limit_each or 0,
        ahead=word,
        ahead_said=sentence,
        due_on=one.ahead_on,
        sale=sale.ref if sale else "",
        sale_starts=sale.starts_at if sale and at < sale.starts_at else None,
        queued=bool(sale and at >= sale.opens_at and not turn),
    )


def _options(listing: Listing, chosen: Variant | None, left: dict[int, int]) -> tuple[Option, ...]:
    """For each option its values, each leading to the variant that keeps the other choices where there is one."""
    if chosen is None or not any(chosen.options):
        return ()
    options = []
    for at, name in enumerate(listing.option_names):
        values = dict.fromkeys(each.options[at] for each in listing.variants if at < len(each.options))
        if len(values) == 1 and len(listing.variants) == 1:
            continue
        options.append(Option(name, tuple(_value(listing, chosen, at, value, left) for value in values)))
    return tuple(options)


def _value(listing: Listing, chosen: Variant, at: int, value: str, left: dict[int, int]) -> OptionValue:
    having = [each for each in listing.variants if at < len(each.options) and each.options[at] == value]

    def nearness(variant: Variant) -> tuple[int, bool]:
        same = sum(ours == theirs for ours, theirs in zip(variant.options, chosen.options, strict=False))
        return same, left.get(variant.id, 0) > 0

    best = max(having, key=nearness)
    return OptionValue(value, best.ref, chosen.options[at] == value, left.get(best.id, 0) > 0)


def _gallery(listing: Listing, variant: Variant | None) -> tuple[Picture, ...]:
    """The listing's pictures, the chosen variant's own first."""
    first = variant.picture if variant else None
    rest = tuple(picture for picture in listing.pictures if picture != first)
    return (first, *rest) if first else rest


def _picture(picture: Picture, title: str) -> tuple[str, str, str]:
    return picture.large, picture.small, text(picture.alt) or title


def _trail(listing: Listing) -> tuple[tuple[str, str], ...]:
    if listing.category is None:
        return ()
    slugs = listing.category.path.split("/")
    return tuple(("/".join(slugs[: depth + 1]), text(name)) for depth, name in enumerate(listing.category.trail))


def _facts(listing: Listing, variant: Variant | None, place: Place) -> tuple[tuple[str, str], ...]:
    """The specification: what the law and a careful shopper want to know."""
    code = listing.goods_codes.get(place.country) or listing.goods_codes.get("*", "")
    facts = [
        (_("Brand"), listing.brand),
        (_("Origin"), country(listing.origin) if listing.origin else ""),
        (_("Ships from"), country(listing.ships_from) if listing.ships_from else ""),
        (_("Goods code"), code),
    ]
    if variant:
        facts += [
            (_("Net weight"), grams(variant.net_grams) if variant.net_grams else ""),
            (_("Gross weight"), grams(variant.gross_grams) if variant.gross_grams else ""),
            (_("Article number"), variant.sku),
            (_("Barcode"), variant.barcode),
        ]
    facts += [(key, value) for key, value in listing.attributes.items() if value]
    return tuple((label, value) for label, value in facts if value)
