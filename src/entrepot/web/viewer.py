"""Who is looking at a page, where their parcels go, and the frame that every page shares."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Concatenate, Final, ParamSpec
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation

from entrepot.base import clock
from entrepot.basket import queries as baskets
from entrepot.basket.services import merge_basket
from entrepot.channels import queries as channels
from entrepot.kernel.text import pick
from entrepot.parties import queries as parties
from entrepot.parties.services import claim_shopper, open_shopper
from entrepot.parties.terms import NotYours, ShopperId, Viewer

# Where we deliver, with the money people pay in there and the clock they live by.
DESTINATIONS: Final = {
    "CN": ("CNY", "Asia/Shanghai"),
    "US": ("USD", "America/New_York"),
    "GB": ("GBP", "Europe/London"),
    "CA": ("CAD", "America/Toronto"),
    "DE": ("EUR", "Europe/Berlin"),
    "FR": ("EUR", "Europe/Paris"),
    "ES": ("EUR", "Europe/Madrid"),
    "IT": ("EUR", "Europe/Rome"),
    "NL": ("EUR", "Europe/Amsterdam"),
}
CURRENCIES: Final = ("CNY", "USD", "EUR", "GBP", "CAD")
PLACE_COOKIE: Final = "place"
ZONE_COOKIE: Final = "zone"
_YEAR: Final = 60 * 60 * 24 * 365


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader wants goods to go, and the currency in which prices are shown."""

    country: str
    currency: str


def place_of(request: HttpRequest) -> Place:
    """The reader's destination: what they chose, else what their language suggests."""
    country, _, currency = request.COOKIES.get(PLACE_COOKIE, "").partition(".")
    if country in DESTINATIONS and currency in CURRENCIES:
        return Place(country, currency)
    return Place("CN", "CNY") if (translation.get_language() or "").startswith("zh") else Place("US", "USD")


def keep_place(response: HttpResponseBase, place: Place) -> None:
    """Remember the choice in the reader's browser; it is no secret and names nobody."""
    response.set_cookie(PLACE_COOKIE, f"{place.country}.{place.currency}", max_age=_YEAR, samesite="Lax")


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is looking, read once a request. A visitor without a session costs no statement."""
    known: Viewer | None = getattr(request, "_viewer", None)
    if known is not None:
        return known
    language = translation.get_language() or "en"
    user_id = request.user.pk if request.user.is_authenticated else None
    viewer = parties.viewer_of_user(
        user_id=user_id, shopper_id=request.session.get("shopper") if user_id is None else None, language=language
    )
    request._viewer = viewer  # type: ignore[attr-defined]  # noqa: SLF001 - a place of our own on the request
    return viewer


def forget_viewer(request: HttpRequest) -> None:
    """Read who is looking again: they have just signed in, out, or become a shopper."""
    request._viewer = None  # type: ignore[attr-defined]  # noqa: SLF001


def shopper_of(request: HttpRequest) -> ShopperId:
    """The viewer's shopper, opened when this is the first thing they put in a basket."""
    viewer = viewer_of(request)
    if viewer.shopper_id is not None:
        return viewer.shopper_id
    place = place_of(request)
    shopper_id = open_shopper(country=place.country, currency=place.currency, user_id=viewer.user_id, at=clock.now())
    if viewer.user_id is None:
        request.session["shopper"] = shopper_id
    forget_viewer(request)
    return shopper_id


def claim_visitor(request: HttpRequest, *, visitor: int | None, user_id: int) -> None:
    """What a visitor had becomes the person's at sign-in: their shopper, or at least what lay in their basket."""
    forget_viewer(request)
    if visitor is None:
        return
    theirs = claim_shopper(shopper_id=visitor, user_id=user_id)
    merge_basket(visitor_shopper_id=visitor, shopper_id=theirs, at=clock.now())


def pieces_of(request: HttpRequest) -> int:
    """How many pieces lie in the viewer's basket."""
    viewer = viewer_of(request)
    return baskets.basket(viewer=viewer).pieces if viewer.shopper_id is not None else 0


# Doors --------------------------------------------------------------------------------------------------------------

_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponseBase]


def to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in page and back here afterwards."""
    back = request.get_full_path() if request.method == "GET" else request.headers.get("referer", "")
    return HttpResponseRedirect(
        f"{reverse('account_login')}?{urlencode({'next': back})}" if back else reverse("account_login")
    )


def signed_in(view: _View[_P]) -> _View[_P]:
    """For people with an account; others are sent to sign in and come back."""
    return _guarded(view, lambda _viewer: True)


def operators_only(view: _View[_P]) -> _View[_P]:
    """For the marketplace's own people; to everybody else the page does not exist."""
    return _guarded(view, lambda viewer: viewer.operator)


def depot_only(view: _View[_P]) -> _View[_P]:
    """For the depot's staff and operators; to everybody else the page does not exist."""
    return _guarded(view, lambda viewer: viewer.depot)


def merchants_only(view: _View[_P]) -> _View[_P]:
    """For people in at least one merchant's team, and operators; which merchant is the page's own question."""
    return _guarded(view, lambda viewer: bool(viewer.merchants) or viewer.operator)


def _guarded(view: _View[_P], may: Callable[[Viewer], bool]) -> _View[_P]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponseBase:
        viewer = viewer_of(request)
        if viewer.user_id is None:
            return to_sign_in(request)
        if not may(viewer):
            raise NotYours
        return view(request, *args, **kwargs)

    return guarded


# The frame ----------------------------------------------------------------------------------------------------------


class ReaderZone:
    """Middleware: dates are shown by the reader's clock, as their browser told it, else by their destination's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            zone = ZoneInfo(request.COOKIES.get(ZONE_COOKIE) or DESTINATIONS[place_of(request).country][1])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            zone = ZoneInfo("UTC")
        with timezone.override(zone):
            response = self.get_response(request)
        # The address without a language leads to the one that was read last.
        language = translation.get_language_from_path(request.path_info)
        if language and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != language:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=_YEAR, samesite="Lax")
        return response


class Frame:
    """What header and footer show. Everything is read only when a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def viewer(self) -> Viewer:
        return viewer_of(self.request)

    @cached_property
    def place(self) -> Place:
        return place_of(self.request)

    @property
    def destinations(self) -> tuple[str, ...]:
        return tuple(DESTINATIONS)

    @property
    def currencies(self) -> tuple[str, ...]:
        return CURRENCIES

    @cached_property
    def channels(self) -> tuple[tuple[str, str], ...]:
        """The channels that send to the reader, as slug and name."""
        here = self.place.country
        return tuple(
            (channel.slug, pick(channel.name, self.language))
            for channel in channels.channels()
            if here in channel.destinations
        )

    @property
    def language(self) -> str:
        return translation.get_language() or "en"

    @property
    def here(self) -> str:
        return self.request.get_full_path()

    @property
    def words(self) -> str:
        """What was searched for, to stand in the search box."""
        return self.request.GET.get("q", "")

    @property
    def basket_count(self) -> int:
        """Articles in the basket as this session last saw it; no statement of its own."""
        return int(self.request.session.get("basket_count", 0)) if hasattr(self.request, "session") else 0

    @property
    def signed_in(self) -> bool:
        return hasattr(self.request, "user") and self.request.user.is_authenticated

    @property
    def flashes(self) -> list[tuple[str, str]]:
        """What the last step had to say: tone and sentence, each shown once."""
        tones = {"error": "refused", "warning": "refused"}
        return [(tones.get(said.level_tag, ""), said.message) for said in messages.get_messages(self.request)]


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: `frame` in every template."""
    return {"frame": Frame(request)}
