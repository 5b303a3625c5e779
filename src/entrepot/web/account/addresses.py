"""A shopper's addresses: read from a form, checked field by field, written in the local form."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.parties import queries as parties
from entrepot.parties.rules import check_address
from entrepot.parties.services import drop_address, save_address
from entrepot.parties.terms import Address, AddressIncomplete
from entrepot.web.account.regions import region_name, regions
from entrepot.web.templating import country as country_name
from entrepot.web.templating import language
from entrepot.web.viewer import DESTINATIONS, place_of, shopper_of, signed_in, viewer_of

_LONGEST = {"name": 120, "phone": 32, "city": 80, "district": 80, "region": 16, "postal_code": 16}


@dataclass(frozen=True, slots=True)
class AddressForm:
    """The form as it stands: what was typed, what is wrong, which divisions the country has."""

    address: Address
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def regions(self) -> tuple[tuple[str, str], ...]:
        return regions(self.address.country, language())

    @property
    def countries(self) -> tuple[tuple[str, str], ...]:
        return tuple((code, country_name(code)) for code in DESTINATIONS)

    @property
    def wrong(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.errors.items())


@dataclass(frozen=True, slots=True)
class AddressCard:
    """An address as it is written on a parcel."""

    ref: str
    name: str
    phone: str
    lines: tuple[str, ...]


def empty_form(country: str, name: str = "") -> AddressForm:
    """A form for the country, with nothing in it."""
    known = country if country in DESTINATIONS else "CN"
    return AddressForm(Address(name, "", known, "", "", "", (), ""))


def read_form(data: QueryDict, ref: str = "") -> AddressForm:
    """What was typed, with a sentence for the first thing that its country lacks."""
    typed = {key: data.get(key, "").strip()[:longest] for key, longest in _LONGEST.items()}
    country = data.get("country", "")
    address = Address(
        name=typed["name"],
        phone=typed["phone"],
        country=country if country in DESTINATIONS else "CN",
        region=typed["region"],
        city=typed["city"],
        district=typed["district"],
        lines=tuple(line for key in ("line1", "line2") if (line := data.get(key, "").strip()[:200])),
        postal_code=typed["postal_code"],
        ref=ref,
    )
    try:
        check_address(address=address)
    except AddressIncomplete as incomplete:
        wrong = str(incomplete.facts["field"])
        return AddressForm(address, {"line1" if wrong == "lines" else wrong: _said(wrong, address)})
    return AddressForm(address)


def _said(wrong: str, address: Address) -> str:
    """What to do about one field, in the words of the country's own forms."""
    chinese, american = address.country == "CN", address.country == "US"
    if wrong == "postal_code":
        if chinese:
            return _("A Chinese postal code has six digits.")
        return _("Enter a ZIP code of five digits, or nine as 12345-6789.") if american else _("Enter the postal code.")
    if wrong == "region":
        return _("Choose the province.") if chinese else _("Choose the state.") if american else _("Choose the region.")
    return {
        "name": _("Enter the name of the person who takes the parcel."),
        "phone": _("Enter a phone number the carrier can call, digits only or with +, spaces and hyphens."),
        "city": _("Enter the city."),
        "district": _("Enter the district or county."),
        "lines": _("Enter street and number."),
    }.get(wrong, _("Fill this in."))


def card_of(address: Address) -> AddressCard:
    """The address in its country's order: Chinese from province to door, others from door to country."""
    tag = language()
    region = region_name(address.country, address.region, tag)
    if address.country == "CN" and tag.startswith("zh"):
        city = "" if address.city == region else address.city
        place = " ".join(part for part in (region, city, address.district, *address.lines) if part)
        lines: tuple[str, ...] = (place, address.postal_code)
    elif address.country == "CN":
        lines = (*address.lines, ", ".join(part for part in (address.district, address.city) if part),
                 f"{region} {address.postal_code}".strip(), country_name("CN"))  # fmt: skip
    elif address.country in {"US", "CA"}:
        where = f"{address.city}, {address.region} {address.postal_code}"
        lines = (*address.lines, where, country_name(address.country))
    else:
        lines = (*address.lines, f"{address.postal_code} {address.city}".strip(), country_name(address.country))
    return AddressCard(address.ref, address.name, address.phone, tuple(line for line in lines if line))


@signed_in
def edit(request: HttpRequest, ref: str = "") -> HttpResponse:
    """A new address, or one of the book's; `country` in the query changes which form is shown."""
    viewer = viewer_of(request)
    if request.method == "POST":
        form = read_form(request.POST, ref)
        if not form.errors:
            save_address(shopper_id=shopper_of(request), address=form.address, at=clock.now())
            messages.success(request, _("The address is in your book."))
            return HttpResponseRedirect(_back(request))
        return render(request, "account/address.html", {"form": form, "ref": ref, "next": _back(request)}, status=422)
    if ref:
        form = AddressForm(parties.address(viewer=viewer, ref=ref))
    else:
        form = empty_form(request.GET.get("country") or place_of(request).country)
    return render(request, "account/address.html", {"form": form, "ref": ref, "next": _back(request)})


@require_POST
@signed_in
def remove(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Take an address out of the book."""
    drop_address(shopper_id=shopper_of(request), ref=ref)
    messages.success(request, _("The address was removed. Orders keep the address they were sent to."))
    return HttpResponseRedirect(reverse("account"))


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    fine = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if wanted and fine else reverse("account")
