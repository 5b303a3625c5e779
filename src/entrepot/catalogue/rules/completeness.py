"""What a listing must have before it is published: enough to cross a border with."""

import re
from collections.abc import Mapping
from typing import Final

from entrepot.catalogue.terms import Lack, Status
from entrepot.kernel.text import Text

_CODE: Final = re.compile(r"[0-9]{6}([0-9]{2}){0,2}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


def lacks(
    *, titles: Text, goods_codes: Mapping[str, str], origin: str, weighed: bool, priced: bool
) -> tuple[Lack, ...]:
    """What is missing, in the order a merchant would fill it in.

    weighed: every variant has a weight; priced: at least one variant has a price. One goods code is enough: the first
    six digits are the same in all countries.
    """
    missing = (
        (Lack.TITLE, not any(titles.values())),
        (Lack.PRICE, not priced),
        (Lack.GOODS_CODE, not any(goods_codes.values())),
        (Lack.ORIGIN, not origin),
        (Lack.WEIGHT, not weighed),
    )
    return tuple(lack for lack, absent in missing if absent)


def status_for(*, wanted: Status, complete: bool) -> Status:
    """Where a listing stands: what the merchant wants, but nothing incomplete is published."""
    if wanted is Status.PUBLISHED and not complete:
        return Status.DRAFT
    return wanted


def clean_code(text: str) -> str:
    """A goods code as its digits: 6, 8 or 10 of them. Dots and spaces are dropped. Raises ValueError."""
    digits = text.replace(".", "").replace(" ", "")
    if not _CODE.fullmatch(digits):
        raise ValueError(f"{text!r} is no goods code")
    return digits


def clean_country(text: str) -> str:
    """An ISO 3166-1 alpha-2 code in capitals. Raises ValueError for anything that is not two letters."""
    letters = text.strip().upper()
    if not _COUNTRY.fullmatch(letters):
        raise ValueError(f"{text!r} is no country code")
    return letters


def gtin_holds(text: str) -> bool:
    """Whether the text is a GTIN of 8, 12, 13 or 14 digits with the right check digit.

    Source: GS1 General Specifications 24.0, section 7.9 (check digit calculation).
    """
    if len(text) not in {8, 12, 13, 14} or not (text.isascii() and text.isdigit()):
        return False
    body, check = text[:-1], int(text[-1])
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return (10 - weighted % 10) % 10 == check
