"""One table from the kind of failure to how each edge shows it: HTTP status, problem title, exit code; and its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final

from babel import Locale, dates, numbers
from django.utils import timezone
from django.utils.translation import get_language, gettext

from entrepot.kernel.errors import Conflict, EntrepotError, NotFound, Refused, Upstream
from entrepot.kernel.money import Money
from entrepot.kernel.text import pick

# Facts that are countries by their two letters, with a region behind a hyphen where there is one.
COUNTRIES: Final = frozenset({"country", "from_country", "to_country", "ship_from", "destination", "quoted", "address"})
_LOCALES: Final = {"en": "en_US", "zh-hans": "zh_Hans_CN"}


@dataclass(frozen=True, slots=True)
class Showing:
    """How an edge shows a failure. exit_code: for the command line (sysexits-like, small and stable)."""

    status: int
    title: str
    exit_code: int


_TABLE: tuple[tuple[type[EntrepotError], Showing], ...] = (
    (NotFound, Showing(404, "Not found", 4)),
    (Conflict, Showing(409, "Somebody was first", 5)),
    (Upstream, Showing(502, "An outside party did not answer", 6)),
    (Refused, Showing(422, "Refused", 3)),
)


def showing(error: EntrepotError) -> Showing:
    """The row for this failure's kind."""
    for kind, row in _TABLE:
        if isinstance(error, kind):
            return row
    return Showing(500, "Our mistake", 1)


def said(error: EntrepotError) -> tuple[str, str]:
    """What happened and what to do about it, in the reader's language, with no code among the facts."""
    return error.said(translate=gettext, shown=_shown)


def facts_of(error: EntrepotError) -> dict[str, int | bool | str]:
    """The facts as a program reads them: codes as they are, everything else written plainly."""
    return {name: _plain(fact) for name, fact in error.facts.items()}


def _plain(fact: object) -> int | bool | str:
    match fact:
        case bool() | int():
            return fact
        case datetime():
            return fact.isoformat(timespec="seconds")
        case tuple():
            return ", ".join(str(one) for one in fact)
        case Mapping():
            return pick(fact, get_language() or "en")
        case _:
            return str(fact)


def _shown(name: str, fact: object) -> object:
    """A fact as the reader's language writes it."""
    tag = get_language() or "en"
    match fact:
        case Money():
            return numbers.format_currency(fact.decimal, fact.currency, locale=_locale(tag))
        case datetime():
            here = timezone.localtime(fact)
            # Where the zone is only a guess the hour says UTC.
            zone = " UTC" if str(timezone.get_current_timezone()) == "UTC" else ""
            return f"{dates.format_date(here.date(), 'medium', locale=_locale(tag))} {here:%H:%M}{zone}"
        case date():
            return dates.format_date(fact, "medium", locale=_locale(tag))
        case Mapping():
            return pick(fact, tag)
        case str() if name in COUNTRIES:
            country, _, region = fact.partition("-")
            return " ".join(filter(None, (_locale(tag).territories.get(country, country), region)))
        case _:
            return fact


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(_LOCALES.get(tag, "en_US"))
