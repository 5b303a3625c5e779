"""What makes an address complete and a name fit for an address line on the web."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from entrepot.parties.terms import Address, AddressIncomplete

# What a carrier needs beyond name, phone, city and one line.
# Source: UPU Universal Postal Union addressing guides for CN and US, read 2026-11-22 from general knowledge.
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "US": ("region", "postal_code"),
    "CN": ("region", "district"),
    "CA": ("region", "postal_code"),
    "DE": ("postal_code",),
    "FR": ("postal_code",),
    "GB": ("postal_code",),
}
_POSTAL: Final[Mapping[str, str]] = {"US": r"\d{5}(-\d{4})?", "CN": r"\d{6}"}
_PHONE: Final = re.compile(r"[+0-9][0-9 ()\-]{5,30}")


def check_address(*, address: Address) -> None:
    """Raises AddressIncomplete, naming the first field that its country needs and that is missing or malformed."""
    for field in ("name", "phone", "country", "city"):
        if not getattr(address, field).strip():
            raise AddressIncomplete(field=field)
    if not any(line.strip() for line in address.lines):
        raise AddressIncomplete(field="lines")
    if not _PHONE.fullmatch(address.phone.strip()):
        raise AddressIncomplete(field="phone")
    for field in _NEEDED.get(address.country, ()):
        if not getattr(address, field).strip():
            raise AddressIncomplete(field=field)
    form = _POSTAL.get(address.country)
    if form and address.postal_code.strip() and not re.fullmatch(form, address.postal_code.strip()):
        raise AddressIncomplete(field="postal_code")


def slug_of(name: str) -> str:
    """A name as it stands in an address: lower-case Latin letters, digits and hyphens, at most 48; may be empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")
