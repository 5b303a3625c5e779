"""The day whose exchange rate an authority takes for goods entered on a day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

_WEDNESDAY, _THURSDAY = 2, 3
_WEEKEND: Final = 5
# Third Wednesdays that fell on a public holiday in China. Source: State Council, yearly notices on holidays.
_CHINESE_HOLIDAYS: Final = frozenset({date(2018, 2, 21), date(2021, 2, 17), date(2026, 2, 18)})
# From this share on the daily rate replaces the quarterly one. Source: 31 USC 5151(c)(2).
QUARTERLY_SLACK: Final = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class OfficialDay:
    """The day whose rate counts, and the rule in words."""

    on: date
    rule: str


def official_day(*, currency: str, on: date) -> OfficialDay:
    """The day whose rate the authority that counts in `currency` takes for an entry on `on`; unknown ones take `on`.

    Source: GACC Decree 2009 No.184 (China); Regulation (EU) 2015/2447 art. 146; 31 USC 5151; HMRC, rates of exchange
    for customs; Canada: Currency Exchange for Customs Valuation Regulations.
    """
    rule = _RULES.get(currency)
    return rule(on) if rule else OfficialDay(on, "rate of the day of entry")


def _chinese(on: date) -> OfficialDay:
    month = _month_before(on)
    third = _weekday_of(month, _WEDNESDAY, 3)
    if third in _CHINESE_HOLIDAYS:
        return OfficialDay(third + timedelta(days=7), "fourth Wednesday of the month before, the third being a holiday")
    return OfficialDay(third, "third Wednesday of the month before")


def _european(on: date) -> OfficialDay:
    return OfficialDay(_second_last(_month_before(on), _WEDNESDAY), "second-last Wednesday of the month before")


def _british(on: date) -> OfficialDay:
    return OfficialDay(_second_last(_month_before(on), _THURSDAY), "second-last Thursday of the month before")


def _american(on: date) -> OfficialDay:
    first = date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)
    # New Year's Day is the only holiday among the four; then on to the first weekday.
    found = first + timedelta(days=1) if first.month == 1 else first
    while found.weekday() >= _WEEKEND:
        found += timedelta(days=1)
    return OfficialDay(min(found, on), "first business day of the quarter")


_RULES: Final[Mapping[str, Callable[[date], OfficialDay]]] = {
    "CNY": _chinese,
    "EUR": _european,
    "GBP": _british,
    "USD": _american,
}


def _month_before(on: date) -> date:
    return (on.replace(day=1) - timedelta(days=1)).replace(day=1)


def _weekday_of(month: date, weekday: int, number: int) -> date:
    return month + timedelta(days=(weekday - month.weekday()) % 7 + 7 * (number - 1))


def _second_last(month: date, weekday: int) -> date:
    after = (month + timedelta(days=32)).replace(day=1)
    last = after - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7)
