"""Which rate holds at a moment. The latest published figures of a day are kept in memory for a minute."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from time import monotonic_ns
from typing import Final

from django.db import connection

from entrepot.rates.rules import APART, FED, QUARTERLY_SLACK, UK, official_day, rate_between
from entrepot.rates.terms import Rate, RateMissing

_KEPT_NS: Final = 60_000_000_000
_KEPT_DAYS: Final = 64
_kept: dict[tuple[str, str, date], tuple[int, dict[tuple[str, str], Rate]]] = {}


def rate(*, base: str, quote: str, at: datetime) -> Rate:
    """The last published rate on or before the day of `at`; inverted or crossed through EUR or USD where needed.

    Raises RateMissing.
    """
    on = at.date()
    found = rate_between(base=base, quote=quote, known=_latest(on) if base != quote else {}, on=on)
    if found is None:
        raise RateMissing(base=base, quote=quote, on=on)

    return found


def official_rate(*, base: str, quote: str, currency: str, on: date) -> Rate:
    """The rate that the authority counting in `currency` takes for goods entered on `on`, with its rule in the source.

    Its own published rate where one is loaded, else the market's of the day it names; the month's average where the
    market's is not known. Raises RateMissing.
    """
    if base == quote:
        return Rate(base, quote, Decimal(1), "same currency", on)
    if currency == "GBP":
        month = {pair: rate for pair, rate in _latest(on, UK).items() if rate.on == on.replace(day=1)}
        found = rate_between(base=base, quote=quote, known=month, on=on)
        if found is not None:
            return found
    named = official_day(currency=currency, on=on)
    for series in ("", FED):
        found = rate_between(base=base, quote=quote, known=_latest(named.on, series), on=named.on)
        if found is None:
            continue
        if currency == "USD" and not series:
            daily = rate_between(base=base, quote=quote, known=_latest(on, series), on=on)
            if daily is not None and abs(daily.value / found.value - 1) >= QUARTERLY_SLACK:
                rule = "rate of the day, more than 5 % off the quarter's"
                return replace(daily, source=f"{daily.source}; {rule}")
        return replace(found, source=f"{found.source}; {named.rule}")
    raise RateMissing(base=base, quote=quote, on=on)


def forget() -> None:
    """Read the rows again at the next call: after loading in this process."""
    _kept.clear()


def _latest(on: date, series: str = "") -> dict[tuple[str, str], Rate]:
    """What was last published by a day: the market's rates, or one series kept apart from them."""
    key = (str(connection.settings_dict["NAME"]), series, on)
    since, known = _kept.get(key, (0, {}))
    if not known or monotonic_ns() - since > _KEPT_NS:
        known = _read(on, series)
        if len(_kept) >= _KEPT_DAYS:
            _kept.clear()
        _kept[key] = (monotonic_ns(), known)
    return known


# From pair to pair of each source, and of each its last row by the day: as many look-ups in the index as there are pairs.
# The last sort makes the answer the same when two sources print the same day.
_LATEST: Final = """
WITH RECURSIVE printed AS (
  (SELECT source, base, quote FROM rates_rate ORDER BY source, base, quote LIMIT 1)
  UNION ALL
  SELECT next.* FROM printed p CROSS JOIN LATERAL (
    SELECT r.source, r.base, r.quote FROM rates_rate r
     WHERE (r.source, r.base, r.quote) > (p.source, p.base, p.quote)
     ORDER BY r.source, r.base, r.quote LIMIT 1) next
)
SELECT DISTINCT ON (p.base, p.quote) p.base, p.quote, last.value, p.source, last."on"
  FROM printed p CROSS JOIN LATERAL (
    SELECT r.value, r."on" FROM rates_rate r
     WHERE r.source = p.source AND r.base = p.base AND r.quote = p.quote AND r."on" <= %s
     ORDER BY r."on" DESC LIMIT 1) last
 WHERE p.source = %s OR (%s = '' AND p.source <> ALL(%s))
 ORDER BY p.base, p.quote, last."on" DESC, p.source
"""


def _read(on: date, series: str) -> dict[tuple[str, str], Rate]:
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [on, series, series, list(APART)])
        return {(base, quote): Rate(base, quote, value, source, day) for base, quote, value, source, day in cursor}
