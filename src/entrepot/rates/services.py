"""Loading published exchange rates."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from django.db import connection, transaction

from entrepot.rates import queries
from entrepot.rates.rules import ecb_rates
from entrepot.rates.terms import Rate

STARTER: Final = Path(__file__).parent / "starter" / "ecb_reference_rates.csv"
_BATCH: Final = 5_000


@transaction.atomic
def load_ecb(*, lines: Iterable[str], currencies: frozenset[str] | None = None) -> int:
    """Put in the rates of an ECB file; how many were new. Loading the same file again changes nothing.

    Raises RatesUnreadable, and then nothing of the file is kept.
    """
    rates, new = ecb_rates(lines=lines, currencies=currencies), 0
    while batch := list(islice(rates, _BATCH)):
        new += _put_in(batch)
    queries.forget()
    return new


@transaction.atomic
def load_starter_rates() -> int:
    """Put in the ECB rates that ship with the market: one day a month since 2024 and the last known day."""
    with STARTER.open(encoding="utf-8") as lines:
        return load_ecb(lines=lines)


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
