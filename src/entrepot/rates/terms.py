"""An exchange rate with its day and its source: what was used in a quote is told with both."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.kernel.errors import NotFound, Refused


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `base` is `value` units of `quote`, as published by `source` for the day `on`."""

    base: str
    quote: str
    value: Decimal
    source: str
    on: date


class RateMissing(NotFound):
    """No rate is known between two currencies on that day."""

    code = "rates.missing"
    message = "We have no exchange rate from {base} to {quote} for {on}."
    remedy = "Choose another currency, or ask the marketplace to load rates for that day."


class RatesUnreadable(Refused):
    """A file of exchange rates is not in its publisher's format."""

    code = "rates.unreadable"
    message = "Line {line} is not in the format of published exchange rates: {why}."
    remedy = "Load the file as its publisher prints it."
