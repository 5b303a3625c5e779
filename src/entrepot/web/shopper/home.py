"""The front page: what this is, what there is, and how the price and the protection work."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.channels import queries as channels
from entrepot.search import queries as search
from entrepot.search.terms import SearchQuery, Side, Sort
from entrepot.web.shopper.prices import cards_of, shown
from entrepot.web.templating import language, text
from entrepot.web.viewer import place_of

_SHOWN = 10
# How many of the newest are looked through, so that one merchant's new file does not fill the page.
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Aisle:
    """A category with how many of its goods can come to the reader."""

    path: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class ChannelCard:
    """A channel that sends to the reader's country."""

    slug: str
    name: str
    verified: bool
    return_days: int
    guaranteed: bool


def show(request: HttpRequest) -> HttpResponse:
    place, at = place_of(request), clock.now()
    query = SearchQuery(
        language=language(), ships_to=place.country, currency=place.currency, sort=Sort.NEWEST, size=_LOOKED_AT
    )
    found = search.hits(query=query, facets=(Side.CATEGORY,))
    counts = found.facets.get(Side.CATEGORY)
    aisles = tuple(
        Aisle(node.path, text(node.name), counts.count(node.path) if counts else 0) for node in catalogue.categories()
    )
    cards = cards_of(found.listing_ids, place=place, at=at, spread=_SHOWN)
    worked = next((card for card in cards if card.answer is not None), None)
    context = {
        "aisles": tuple(aisle for aisle in aisles if aisle.count) or aisles,
        "cards": cards,
        "worked": worked,
        "example": shown(worked.answer, ship_from=worked.ships_from, destination=place.country)
        if worked is not None and worked.answer is not None
        else None,
        "channels": tuple(
            ChannelCard(
                channel.slug,
                text(channel.name),
                channel.requires_verified,
                channel.return_days,
                channel.destinations[place.country].guaranteed,
            )
            for channel in channels.channels()
            if place.country in channel.destinations
        ),
        "total": found.total,
    }
    return render(request, "shopper/home.html", context)
