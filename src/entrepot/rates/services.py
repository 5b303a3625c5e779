"""Loading published exchange rates."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from django.db import connection, transaction

from entrepot.rates import queries
from entrepot.rates.rules import ecb_rates, fed_rates, uk_rates
from entrepot.rates.terms import Rate

STARTER: Final = Path(__file__).parent / "starter" / "ecb_reference_rates.csv"
_BATCH: Final = 5_000


@transaction.atomic
def load_ecb(*, lines: Iterable[str], currencies: frozenset[str] | None = None) -> int:
    """Put in the rates of an ECB file; how many were new. Loading the same file again changes nothing.

    Raises RatesUnreadable, and then nothing of the file is kept.
    """
    return _put_in_all(ecb_rates(lines=lines, currencies=currencies))


@transaction.atomic
def load_rates(*, kind: str, text: str) -> int:
    """Put in a file of a kind that `rates_kind` names; how many rates were new. Repeating it changes nothing.

    Raises RatesUnreadable, and then nothing of the file is kept.
    """
    if kind == "uk":
        return _put_in_all(uk_rates(text=text))
    lines = text.splitlines(keepends=True)
    return _put_in_all(fed_rates(lines=lines) if kind == "fed" else ecb_rates(lines=lines))


@transaction.atomic
def load_starter_rates() -> int:
    """Put in the ECB rates that ship with the market: one day a month since 2024 and the last known day."""
    with STARTER.open(encoding="utf-8") as lines:
        return load_ecb(lines=lines)


def _put_in_all(rates: Iterator[Rate]) -> int:
    new = 0
    while batch := list(islice(rates, _BATCH)):
        new += _put_in(batch)
    queries.forget()
    return new


def _put_in(rates: list[Rate]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO rates_rate (base, quote, value, source, "on")
               SELECT * FROM unnest(%s::text[], %s::text[], %s::numeric[], %s::text[], %s::date[])
               ON CONFLICT DO NOTHING""",
            [
                [rate.base for rate in rates],
                [rate.quote for rate in rates],
                [rate.value for rate in rates],
                [rate.source for rate in rates],
                [rate.on for rate in rates],
            ],
        )
        return int(cursor.rowcount)
