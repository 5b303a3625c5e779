"""The search page: facets that stay in the address, cards with what the goods cost at the reader's door."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import CategoryNode
from entrepot.channels import queries as channels
from entrepot.kernel.money import Money
from entrepot.parties import queries as parties
from entrepot.parties.terms import Merchant
from entrepot.search import queries as search
from entrepot.search.terms import PAGE_SIZE, REACH, Facet, Hits, SearchQuery, Side, Sort
from entrepot.web.shopper.prices import cards_of
from entrepot.web.templating import country, language, money, text
from entrepot.web.viewer import Place, place_of

ANYWHERE = "any"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet. value: what stands in the address, empty to lift the filter; depth: how far to indent."""

    value: str
    label: str
    count: int | None
    chosen: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet beside the goods. key: its name in the address."""

    key: str
    label: str
    choices: tuple[Choice, ...]
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, after everything unreadable in it was dropped."""

    query: SearchQuery
    place: Place
    merchant: Merchant | None
    ships_to: str
    price: str


def show(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    found = search.hits(query=asked.query)
    cards = cards_of(
        found.listing_ids, place=asked.place, at=clock.now(), channel=asked.query.channel, highlights=found.highlights
    )
    also = cards_of(
        found.also, place=asked.place, at=clock.now(), channel=asked.query.channel, highlights=found.highlights
    )
    reached = min(found.total, REACH)
    context = {
        "words": asked.query.words,
        "merchant": asked.merchant.name if asked.merchant else "",
        "heading": _heading(asked),
        "cards": cards,
        "also": also,
        "total": found.total,
        "corrected": found.corrected,
        "relaxed": found.relaxed,
        "missing": found.index_missing,
        "facets": _facets(asked, found),
        "chosen": _chosen(asked),
        "sorts": _sorts(asked.query.sort),
        "page": asked.query.page,
        "pages": max(1, ceil(reached / PAGE_SIZE)),
        "aisles": tuple((node.path, text(node.name)) for node in catalogue.categories()),
    }
    return render(request, "shopper/search.html", context)


@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """How what is being typed may go on, for the search box; at most eight. The box works without it."""
    found = search.suggestions(prefix=request.GET.get("q", "")[:200])
    answer = JsonResponse({"suggestions": [one.text for one in found]}, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "public, max-age=60"
    return answer


def _asked(request: HttpRequest) -> Asked:
    """The query in the address; what cannot be read is left out rather than refused."""
    get, place = request.GET, place_of(request)
    ships_to = get.get("ships_to", "") or place.country
    merchant = parties.merchant_by_slug(slug=get["merchant"]) if get.get("merchant") else None
    price = get.get("price", "")
    low, high = _band(price, get.get("from", ""), get.get("to", ""), place.currency)
    page = get.get("page", "1")
    sort = get.get("sort", "")
    query = SearchQuery(
        words=get.get("q", "").strip()[:200],
        language=language(),
        category=get.get("category", "")[:120],
        channel=get.get("channel", "")[:32],
        ships_to="" if ships_to == ANYWHERE else ships_to[:2],
        origin=get.get("origin", "")[:2],
        brand=get.get("brand", "")[:80],
        merchant_id=merchant.id if merchant else None,
        currency=place.currency,
        price_min_minor=low,
        price_max_minor=high,
        sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )
    return Asked(query, place, merchant, ships_to, price if low is not None or high is not None else "")


def _band(price: str, low: str, high: str, currency: str) -> tuple[int | None, int | None]:
    """Inclusive bounds in minor units from a facet's `from-to` or from two typed amounts."""
    if price:
        start, _dash, end = price.partition("-")
        if start.isascii() and start.isdigit() and (not end or (end.isascii() and end.isdigit())) and len(price) < 30:
            return int(start) or None, int(end) - 1 if end else None
        return None, None
    return _typed(low, currency), _typed(high, currency)


def _typed(amount: str, currency: str) -> int | None:
    try:
        return Money.parse(amount.replace(",", "").strip(), currency).minor if amount.strip() else None
    except ValueError:
        return None


def _heading(asked: Asked) -> str:
    query = asked.query
    if query.words:
        return _("“%(words)s”") % {"words": query.words}
    if asked.merchant:
        return asked.merchant.name
    if query.category:
        node = _node(catalogue.categories(), query.category)
        return text(node.name) if node else _("All goods")
    names = {channel.slug: text(channel.name) for channel in channels.channels()}
    return names.get(query.channel) or _("All goods")


def _node(nodes: tuple[CategoryNode, ...], path: str) -> CategoryNode | None:
    for node in nodes:
        if node.path == path:
            return node
        if path.startswith(f"{node.path}/"):
            return _node(node.children, path)
    return None


def _facets(asked: Asked, found: Hits) -> tuple[FacetView, ...]:
    names = {channel.slug: text(channel.name) for channel in channels.channels()}
    views = [
        _categories(asked, found.facets.get(Side.CATEGORY)),
        _plain("channel", _("Channel"), found.facets.get(Side.CHANNEL), lambda slug: names.get(slug, slug)),
        _plain("origin", _("Origin"), found.facets.get(Side.ORIGIN), country),
        _plain(
            "price", _("Price before duty and delivery"), found.facets.get(Side.PRICE), _band_name(asked.place.currency)
        ),
        _ships_to(asked, found.facets.get(Side.SHIPS_TO)),
    ]
    return tuple(view for view in views if view.choices)


def _categories(asked: Asked, facet: Facet | None) -> FacetView:
    """The roots, and the way down to the chosen category with what lies under it."""
    chosen, choices = asked.query.category, []

    def add(nodes: tuple[CategoryNode, ...], depth: int) -> None:
        for node in nodes:
            count = facet.count(node.path) if facet else 0
            on_the_way = chosen == node.path or chosen.startswith(f"{node.path}/")
            if count or on_the_way:
                choices.append(Choice(node.path, text(node.name), count, chosen == node.path, depth))
            if on_the_way:
                add(node.children, depth + 1)

    add(catalogue.categories(), 0)
    return FacetView("category", _("Category"), tuple(choices), chosen)


def _plain(key: str, label: str, facet: Facet | None, name: Callable[[str], str]) -> FacetView:
    values = [value for value in facet.values if value.count or value.chosen] if facet else []
    choices = tuple(Choice(value.value, name(value.value), value.count, value.chosen) for value in values)
    return FacetView(key, label, choices, next((each.value for each in choices if each.chosen), ""))


def _ships_to(asked: Asked, facet: Facet | None) -> FacetView:
    here, chosen = asked.place.country, asked.ships_to
    count = facet.count(here) if facet else None
    choices = [
        Choice("", _("%(country)s, where you are") % {"country": country(here)}, count, chosen == here),
        Choice(ANYWHERE, _("Anywhere"), None, chosen == ANYWHERE),
    ]
    if chosen not in {here, ANYWHERE}:
        choices.insert(1, Choice(chosen, country(chosen), facet.count(chosen) if facet else None, chosen=True))
    return FacetView("ships_to", _("Can be sent to"), tuple(choices), "" if chosen == here else chosen)


def _band_name(currency: str) -> Callable[[str], str]:
    def named(band: str) -> str:
        start, _dash, end = band.partition("-")
        if not end:
            return _("%(amount)s and more") % {"amount": _round(int(start), currency)}
        if not int(start):
            return _("under %(amount)s") % {"amount": _round(int(end), currency)}
        return f"{_round(int(start), currency)} – {_round(int(end), currency)}"

    return named


def _round(minor: int, currency: str) -> str:
    return money(Money(minor, currency)).removesuffix(".00")


def _chosen(asked: Asked) -> tuple[tuple[str, str], ...]:
    """The filters in force: key in the address, and how it reads; each can be lifted by itself."""
    query = asked.query
    chosen: list[tuple[str, str]] = []
    if asked.merchant:
        chosen.append(("merchant", asked.merchant.name))
    if query.category:
        node = _node(catalogue.categories(), query.category)
        chosen.append(("category", text(node.name) if node else query.category))
    if query.channel:
        names = {channel.slug: text(channel.name) for channel in channels.channels()}
        chosen.append(("channel", names.get(query.channel, query.channel)))
    if query.origin:
        chosen.append(("origin", _("from %(country)s") % {"country": country(query.origin)}))
    if query.brand:
        chosen.append(("brand", query.brand))
    if asked.price:
        chosen.append(("price", _band_name(asked.place.currency)(asked.price)))
    elif query.price_min_minor is not None or query.price_max_minor is not None:
        chosen.append(("amounts", _("chosen prices")))
    return tuple(chosen)


def _sorts(now: Sort) -> tuple[tuple[str, str, bool], ...]:
    names = {
        Sort.RELEVANCE: _("Best match"),
        Sort.PRICE_UP: _("Price, lowest first"),
        Sort.PRICE_DOWN: _("Price, highest first"),
        Sort.NEWEST: _("Newest"),
    }
    return tuple((sort.value, name, sort is now) for sort, name in names.items())
