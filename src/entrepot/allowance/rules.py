"""Identity numbers, the year an order counts to, and what is known of the allowance after customs have spoken."""

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone
from typing import Final

from entrepot.allowance.terms import (
    AllowanceSpent,
    DocumentUnreadable,
    Identity,
    IdentityKind,
    NameMissing,
    NumberMistyped,
    TooLateToRestore,
)
from entrepot.kernel.money import Money

BEIJING: Final = timezone(timedelta(hours=8))
_RESIDENT: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
_DOCUMENT: Final = re.compile(r"[A-Z0-9]{5,20}")
# Source: GB/T 2260, the first two digits of an administrative division.
_PROVINCES: Final = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
# Source: GB 11643-1999, annex: weights 2^(i-1) mod 11 from the right, check signs by remainder.
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_OLDEST: Final = 1900
# Source: GACC announcement 2020 No.45: goods back in the zone within 45 days of release restore the annual amount.
RETURN_WITHIN: Final = timedelta(days=45)


def check_identity(*, kind: IdentityKind, name: str, number: str, at: datetime) -> Identity:
    """The identity as customs write it: blanks gone, full-width signs and small letters put right, a checked number.

    A resident number has 18 signs, a known province, a day of birth that has been, and the check sign of the standard.
    Raises NameMissing, NumberMistyped, DocumentUnreadable.
    Source: GB 11643-1999; GACC 2018 No.194 on real-name checks. Read 22 November 2026.
    """
    called, plain = " ".join(name.split()), re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number)).upper()
    if not called or len(called) > 60:
        raise NameMissing
    if kind is IdentityKind.RESIDENT:
        if not _is_resident_number(plain, at.astimezone(BEIJING).date()):
            raise NumberMistyped
    elif not _DOCUMENT.fullmatch(plain):
        raise DocumentUnreadable
    return Identity(kind, called, plain)


def _is_resident_number(number: str, today: date) -> bool:
    if not _RESIDENT.fullmatch(number) or number[:2] not in _PROVINCES:
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return born.year >= _OLDEST and born <= today and check_sign(number[:17]) == number[17]


def check_sign(digits: str) -> str:
    """The last sign of a resident number whose first seventeen digits are given. Source: GB 11643-1999."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def masked_number(number: str) -> str:
    """All but the last four signs hidden."""
    return "*" * (len(number) - 4) + number[-4:]


def masked_name(name: str) -> str:
    """All but the first sign hidden, whatever the length."""
    return f"{name[0]}**"


def fingerprint_text(identity: Identity) -> str:
    """What makes two entries the same person: the document, not the spelling of the name."""
    return f"{identity.kind}:{identity.number}"


def year_of(at: datetime) -> int:
    """The calendar year an order counts to, by Beijing's clock."""
    return at.astimezone(BEIJING).year


def check_room(*, known: Money, wanted: Money, limit: Money) -> None:
    """Raises AllowanceSpent unless `wanted` fits beside what is known to be gone; exactly the limit is within it.

    Source: Cai Guan Shui 2018 No.49. Read 22 November 2026.
    """
    if known + wanted > limit:
        raise AllowanceSpent(left=max(limit - known, Money.zero(limit.currency)), limit=limit)


def elsewhere_known(*, limit: Money, ours: Money, refused: Money, said: Money | None) -> Money:
    """What must be used on other platforms when customs refused a consignment for the yearly limit.

    ours: what we count without it; refused: what it is worth; said: the person's total by customs, when they told it.
    Without that, the least that explains the refusal: one fen more than would have left room.
    """
    least = limit - refused - ours + Money(1, limit.currency)
    known = least if said is None else said - ours
    return known if known.minor > 0 else Money.zero(limit.currency)


def check_restoring(*, released_at: datetime, back_at: datetime) -> None:
    """Raises TooLateToRestore unless the goods were back in the zone in time. Source: GACC 2020 No.45."""
    if not released_at <= back_at <= released_at + RETURN_WITHIN:
        raise TooLateToRestore
