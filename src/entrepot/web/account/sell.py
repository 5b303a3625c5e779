"""Sell with us: a business signs up as a merchant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from entrepot.base import clock
from entrepot.channels import queries as channels
from entrepot.parties.services import open_merchant
from entrepot.web.templating import country as country_name
from entrepot.web.templating import language, percent, text
from entrepot.web.viewer import CURRENCIES, forget_viewer, viewer_of

# Where a merchant may be established: anywhere we can pay out to; the usual ones first.
_COUNTRIES = (
    "US",
    "CN",
    "CA",
    "GB",
    "DE",
    "FR",
    "ES",
    "IT",
    "NL",
    "JP",
    "KR",
    "AU",
    "NZ",
    "CL",
    "VN",
    "TH",
    "MY",
    "SG",
)


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """A channel as the sign-up form explains it."""

    slug: str
    name: str
    commission: str
    release_days: int
    requires_verified: bool


@dataclass(frozen=True, slots=True)
class SellForm:
    """What was typed, and what is wrong with it."""

    name: str = ""
    country: str = "US"
    region: str = ""
    city: str = ""
    currency: str = "USD"
    channels: tuple[str, ...] = ()
    about: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def wrong(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.errors.items())


def show(request: HttpRequest) -> HttpResponse:
    """What selling here means, and the form; the form needs an account."""
    viewer = viewer_of(request)
    open_channels = channels.channels()
    form = SellForm(country="CN", currency="CNY") if language().startswith("zh") else SellForm()
    status = 200
    if request.method == "POST" and viewer.user_id is not None:
        form = _read(request, {channel.slug for channel in open_channels})
        if not form.errors:
            open_merchant(
                name=form.name,
                country=form.country,
                region=form.region,
                city=form.city,
                currency=form.currency,
                channels=form.channels,
                about={language(): form.about} if form.about else {},
                owner_user_id=viewer.user_id,
                at=clock.now(),
            )
            forget_viewer(request)
            messages.success(request, _("Welcome. Your next step is to bring in your goods."))
            return HttpResponseRedirect(reverse("home") + "merchant/")
        status = 422
    context = {
        "form": form,
        "member": viewer.user_id is not None,
        "countries": tuple((code, country_name(code)) for code in _COUNTRIES),
        "currencies": CURRENCIES,
        "channels": tuple(
            ChannelChoice(
                each.slug, text(each.name), percent(each.commission), each.release_days, each.requires_verified
            )
            for each in open_channels
        ),
    }
    return render(request, "account/sell.html", context, status=status)


def _read(request: HttpRequest, known: set[str]) -> SellForm:
    typed = {
        key: request.POST.get(key, "").strip() for key in ("name", "country", "region", "city", "currency", "about")
    }
    chosen = tuple(slug for slug in request.POST.getlist("channels") if slug in known)
    errors = {}
    if len(typed["name"]) < 2:
        errors["name"] = _("Enter the name of your business.")
    if typed["country"] not in _COUNTRIES:
        errors["country"] = _("Choose the country where the business is established.")
    if not typed["city"]:
        errors["city"] = _("Enter the city.")
    if typed["currency"] not in CURRENCIES:
        errors["currency"] = _("Choose the currency in which you want to be paid out.")
    if not chosen:
        errors["channels"] = _("Choose at least one channel.")
    return SellForm(
        typed["name"][:120], typed["country"], typed["region"][:16], typed["city"][:80], typed["currency"],
        chosen, typed["about"][:2000], errors,
    )  # fmt: skip
