"""Countries whose goods may claim a one-sided preference, and the days for which their list is known."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Standing(StrEnum):
    """What a country is to a programme on a day. carried: by the last list we have, its own day's is not known."""

    NAMED = "named"
    CARRIED = "carried"
    NOT_NAMED = "not_named"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Beneficiaries:
    """The countries of a programme from `since` until before `until`; carried: the list of the period before."""

    programme: str
    countries: frozenset[str]
    since: date
    until: date
    source: str
    carried: bool = False


def _of(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


_AGOA_2024: Final = _of(
    "AO BJ BW CV TD KM CG CD CI DJ SZ GM GH GW KE LS LR MG MW MR MU MZ NA NG RW ST SN SL ZA TZ TG ZM"
)
# A period before the first row, or of a programme without rows, is not known: a claim is then not counted.
_ROWS: Final = (
    Beneficiaries(
        "AGOA",
        _AGOA_2024,
        date(2024, 1, 1),
        date(2025, 10, 1),
        "HTS general note 16(a), Proclamation 10692 (without CF, GA, NE, UG; with MR)",
    ),
    Beneficiaries(
        "AGOA",
        _AGOA_2024,
        date(2026, 2, 3),
        date(2027, 1, 1),
        "HTS general note 16(a) of 2025; the review for 2026 is not known to us",
        carried=True,
    ),
    Beneficiaries(
        "CBI",
        _of("AG AW BS BB BZ VG CW DM GD GY HT JM MS KN LC VC TT"),
        date(2012, 10, 31),
        date.max,
        "HTS general note 7(a); the same 17 in US note 32(b)(iv) to chapter 99, HTS 2026 rev. 6",
    ),
    Beneficiaries(
        "CBTPA",
        _of("BB BZ CW GY HT JM LC TT"),
        date(2018, 1, 1),
        date.max,
        "HTS general note 17(a); CBP, Caribbean Basin Trade Partnership Act",
    ),
)
LISTED: Final = frozenset(row.programme for row in _ROWS)


def standing(*, programme: str, origin: str, on: date) -> tuple[Standing, str]:
    """What a country is to a listed programme on a day, and the source of the list; empty where none is known."""
    row = next((row for row in _ROWS if row.programme == programme and row.since <= on < row.until), None)
    if row is None:
        return Standing.UNKNOWN, ""
    if origin not in row.countries:
        return Standing.NOT_NAMED, row.source
    return (Standing.CARRIED if row.carried else Standing.NAMED), row.source
