"""The values that many routes share: amounts, texts."""

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.kernel.money import Money

Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Words = dict[str, str]


class Amount(msgspec.Struct, frozen=True):
    """Whole minor units of a currency, and the same as a decimal string for people."""

    minor: int
    currency: Currency
    decimal: str


def amount(money: Money) -> Amount:
    """An amount as the API writes it."""
    return Amount(money.minor, money.currency, str(money.decimal))


def decimal_text(value: Decimal | None) -> str | None:
    """A decimal as a string, or nothing."""
    return None if value is None else f"{value:f}"
