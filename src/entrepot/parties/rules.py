"""What makes an address complete and a name fit for an address line on the web."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from entrepot.parties.terms import AccountInvalid, Address, AddressIncomplete

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


# Lengths of the whole IBAN. Source: ISO 13616 registry as published by SWIFT, from general knowledge, 2026-11-22.
_IBAN_LENGTHS: Final[Mapping[str, int]] = {
    "AE": 23, "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "IE": 22,
    "IT": 27, "LU": 20, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "SE": 24,
}  # fmt: skip
_BIC: Final = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


def bank_account(*, holder: str, country: str, number: str, bank_code: str) -> tuple[str, str, str]:
    """(holder, number, bank code) as banks write them: no spaces, letters large. Raises AccountInvalid.

    Where accounts are IBANs the number is one, and carries its own check. In the US the code is the routing number, in
    China the CNAPS code, elsewhere the BIC.
    """
    name = " ".join(holder.split())
    plain, code = (re.sub(r"[\s\-]", "", text).upper() for text in (number, bank_code))
    if not name:
        raise AccountInvalid(field="holder", why="holder")
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise AccountInvalid(field="country", why="country")
    if country in _IBAN_LENGTHS:
        if not is_iban(plain) or plain[:2] != country:
            raise AccountInvalid(field="number", why="iban")
        return name, plain, ""
    if not re.fullmatch(r"[0-9]{10,30}" if country == "CN" else r"[0-9A-Z]{4,30}", plain):
        raise AccountInvalid(field="number", why="number")
    if country == "US" and not _is_routing_number(code):
        raise AccountInvalid(field="bank_code", why="routing")
    if country == "CN" and not re.fullmatch(r"[0-9]{12}", code):
        raise AccountInvalid(field="bank_code", why="cnaps")
    if country not in {"US", "CN"} and not _BIC.fullmatch(code):
        raise AccountInvalid(field="bank_code", why="bic")
    return name, plain, code


def is_iban(number: str) -> bool:
    """Whether an IBAN has its country's length and a right check. Source: ISO 13616, ISO 7064 MOD 97-10."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}", number):
        return False
    if len(number) != _IBAN_LENGTHS.get(number[:2], len(number)):
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def _is_routing_number(code: str) -> bool:
    """Source: American Bankers Association, key to routing numbers: weights 3, 7, 1, sum divisible by ten."""
    if not re.fullmatch(r"[0-9]{9}", code) or code == "0" * 9:
        return False
    return sum(int(digit) * weight for digit, weight in zip(code, (3, 7, 1) * 3, strict=True)) % 10 == 0
