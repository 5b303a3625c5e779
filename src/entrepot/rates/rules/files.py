"""Reading published exchange rates: the ECB's history, the Federal Reserve's monthly averages, the UK's monthly rates."""

import csv
import json
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from entrepot.rates.terms import Rate, RatesUnreadable

ECB: Final = "ECB euro foreign exchange reference rates"
FED: Final = "Federal Reserve G.5, average of the month"
UK: Final = "UK tariff service, customs rate of the month"
# Rates for one use only, never the market rate of a day.
APART: Final = (FED, UK)
_ABSENT: Final = frozenset({"", "N/A"})
# How the file names the currencies that still exist. Source: Federal Reserve Board, release G.5.
_COUNTRIES: Final[Mapping[str, str]] = {
    "Australia": "AUD", "Brazil": "BRL", "Canada": "CAD", "China": "CNY", "Denmark": "DKK", "Euro": "EUR",
    "Hong Kong": "HKD", "India": "INR", "Japan": "JPY", "Malaysia": "MYR", "Mexico": "MXN", "New Zealand": "NZD",
    "Norway": "NOK", "Singapore": "SGD", "South Africa": "ZAR", "South Korea": "KRW", "Sri Lanka": "LKR",
    "Sweden": "SEK", "Switzerland": "CHF", "Taiwan": "TWD", "Thailand": "THB", "United Kingdom": "GBP",
}  # fmt: skip
# Passed over: currencies that the euro replaced, and one whose units changed under its name.
_GONE: Final = frozenset(
    {
        "Austria", "Belgium", "Finland", "France", "Germany", "Greece", "Ireland", "Italy", "Netherlands", "Portugal",
        "Spain", "Venezuela",
    }
)  # fmt: skip
# The Board prints these four as dollars a unit; the file turns them round. Since 2001 each has had to lie in this band
# of units a dollar. Source: Federal Reserve Board, release G.5, footnote on currencies quoted in dollars.
_TURNED: Final[Mapping[str, tuple[Decimal, Decimal]]] = {
    "GBP": (Decimal("0.45"), Decimal("0.95")),
    "AUD": (Decimal("0.9"), Decimal("2.1")),
    "NZD": (Decimal("1.1"), Decimal("2.6")),
}
_SINCE: Final = date(2001, 1, 1)
_NAMES: Final = (
    ("ecb", re.compile(r"(ecb_)?eurofxref.*\.csv")),
    ("fed", re.compile(r"fed_monthly.*\.csv")),
    ("uk", re.compile(r".*monetary_exchange_rates.*\.json")),
)


def rates_kind(*, name: str) -> str:
    """What kind of rates file a name belongs to: `ecb`, `fed`, `uk`, or nothing."""
    plain = name.lower().removesuffix(".gz")
    return next((kind for kind, form in _NAMES if form.fullmatch(plain)), "")


def ecb_rates(*, lines: Iterable[str], currencies: frozenset[str] | None = None) -> Iterator[Rate]:
    """The rates in the ECB's own CSV, newest day first as it prints them, units per euro; blanks are skipped.

    currencies: only these. Raises RatesUnreadable naming the line.
    Source: ECB, eurofxref-hist.csv (reuse free with the source named).
    """
    rows = csv.reader(lines)
    head = [name.strip() for name in next(rows, [])]
    if not head or head[0] != "Date":
        raise RatesUnreadable(line=1, why="the first column is not Date")
    wanted = [(i, name) for i, name in enumerate(head) if i and name and (currencies is None or name in currencies)]
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        try:
            on = date.fromisoformat(row[0].strip())
            for i, name in wanted:
                figure = row[i].strip()
                if figure not in _ABSENT:
                    yield Rate("EUR", name, positive(figure), ECB, on)
        except (ValueError, IndexError, InvalidOperation) as wrong:
            raise RatesUnreadable(line=number, why=str(wrong) or "not a number") from wrong


def positive(figure: str) -> Decimal:
    """A rate as printed. Raises ValueError or InvalidOperation when it is none."""
    value = Decimal(figure)
    if not value.is_finite() or value <= 0:
        raise ValueError(f"{figure} is no rate")
    return value


def fed_rates(*, lines: Iterable[str]) -> Iterator[Rate]:
    """Units of each currency a dollar, on the last day of the month whose average they are.

    Raises RatesUnreadable naming the line, also for a figure that stands the other way round.
    Source: Federal Reserve Board, release G.5 (public domain), columns Date, Country, Exchange rate.
    """
    rows = csv.reader(lines)
    head = [name.strip() for name in next(rows, [])]
    if head[:3] != ["Date", "Country", "Exchange rate"]:
        raise RatesUnreadable(line=1, why="the columns are not Date, Country, Exchange rate")
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        try:
            month, country, text = date.fromisoformat(row[0].strip()), row[1].strip(), row[2].strip()
            if text in _ABSENT or country in _GONE:
                continue
            currency, value = _COUNTRIES[country], positive(text)
        except KeyError as wrong:
            raise RatesUnreadable(line=number, why=f"{wrong} is no country of the release") from wrong
        except (ValueError, IndexError, InvalidOperation) as wrong:
            raise RatesUnreadable(line=number, why=str(wrong) or "not a number") from wrong
        low, high = _TURNED.get(currency, (Decimal(0), Decimal("Infinity")))
        if month >= _SINCE and not low <= value <= high:
            raise RatesUnreadable(line=number, why=f"{value} {currency} a dollar: quoted the other way round?")
        yield Rate("USD", currency, value, FED, month.replace(day=monthrange(month.year, month.month)[1]))


def uk_rates(*, text: str) -> Iterator[Rate]:
    """Units a euro that the UK's tariff service uses for a month, on its first day.

    Raises RatesUnreadable naming the entry. Source: UK Integrated Online Tariff, monetary exchange rates.
    """
    try:
        found = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise RatesUnreadable(line=wrong.lineno, why=wrong.msg) from wrong
    entries = found.get("data", []) if isinstance(found, dict) else found
    if not isinstance(entries, list) or not entries:
        raise RatesUnreadable(line=1, why="no list of monetary exchange rates")
    for number, entry in enumerate(entries, start=1):
        try:
            facts = entry["attributes"]
            on = date.fromisoformat(facts["validity_start_date"][:10])
            yield Rate("EUR", facts["child_monetary_unit_code"], positive(facts["exchange_rate"]), UK, on)
        except (KeyError, TypeError, ValueError, InvalidOperation) as wrong:
            raise RatesUnreadable(line=number, why=f"entry {number}: {wrong}") from wrong
