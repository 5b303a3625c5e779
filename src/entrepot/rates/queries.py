"""Which rate holds at a moment. The latest published figures of a day are kept in memory for a minute."""

from datetime import date, datetime
from time import monotonic_ns
from typing import Final

from django.db import connection

from entrepot.rates.rules import rate_between
from entrepot.rates.terms import Rate, RateMissing

_KEPT_NS: Final = 60_000_000_000
_KEPT_DAYS: Final = 64
_kept: dict[tuple[str, date], tuple[int, dict[tuple[str, str], Rate]]] = {}


def rate(*, base: str, quote: str, at: datetime) -> Rate:
    """The last published rate on or before the day of `at`; inverted or crossed through EUR or USD where needed.

    Raises RateMissing.
    """
    on = at.date()
    found = rate_between(base=base, quote=quote, known=_latest(on) if base != quote else {}, on=on)
    if found is None:
        raise RateMissing(base=base, quote=quote, on=on)

    return found


def forget() -> None:
    """Read the rows again at the next call: after loading in this process."""
    _kept.clear()


def _latest(on: date) -> dict[tuple[str, str], Rate]:
    key = (str(connection.settings_dict["NAME"]), on)
    since, known = _kept.get(key, (0, {}))
    if not known or monotonic_ns() - since > _KEPT_NS:
        known = _read(on)
        if len(_kept) >= _KEPT_DAYS:
            _kept.clear()
        _kept[key] = (monotonic_ns(), known)
    return known


def _read(on: date) -> dict[tuple[str, str], Rate]:
    with connection.cursor() as cursor:
        # The second sort makes the answer the same when two sources print the same day.
        cursor.execute(
            """SELECT DISTINCT ON (base, quote) base, quote, value, source, "on"
                 FROM rates_rate WHERE "on" <= %s ORDER BY base, quote, "on" DESC, source""",
            [on],
        )
        return {(base, quote): Rate(base, quote, value, source, day) for base, quote, value, source, day in cursor}
