"""Money as whole minor units of a currency. No floats; rounding is one named step; splits never lose a cent."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from enum import Enum
from typing import Final, Self

# Source: ISO 4217:2015 list one, 2026-01-01 amendment state; every currency not named here has two decimals.
_NO_DECIMALS: Final = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
_THREE_DECIMALS: Final = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_AMOUNT: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
MINOR_MAX: Final = 2**63 - 1


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum: a bug, since money is only ever exchanged by a named rate."""


class Rounding(Enum):
    """How a fraction of a minor unit is settled. Each use names one."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    DOWN = ROUND_DOWN
    UP = ROUND_UP


def exponent(currency: str) -> int:
    """Decimals of the minor unit: 2 for USD and CNY, 0 for JPY, 3 for KWD. Source: ISO 4217."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def rounded(value: Decimal, rounding: Rounding = Rounding.HALF_UP) -> int:
    """`value` as a whole number."""
    return int(value.to_integral_value(rounding=rounding.value))


# Currencies that were found to be written as such: a sale makes hundreds of amounts in two or three of them.
_SEEN: Final[set[str]] = set()


def _check_letters(currency: str) -> None:
    if not _CURRENCY.fullmatch(currency):
        raise ValueError(f"{currency!r} is no ISO 4217 currency")
    _SEEN.add(currency)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`minor` whole minor units (cents, fen) of `currency` (ISO 4217 letters). May be negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {type(self.minor).__name__}")
        if self.currency not in _SEEN:
            _check_letters(self.currency)
        if not -MINOR_MAX <= self.minor <= MINOR_MAX:
            raise OverflowError("amount beyond 63 bits")

    @classmethod
    def parse(cls, amount: str, currency: str) -> Self:
        """From a plain decimal text such as `12.50`.

        Raises ValueError for anything but digits with a point, or for more decimals than the currency has.
        """
        if not _AMOUNT.fullmatch(amount):
            raise ValueError(f"{amount!r} is no plain decimal amount")
        return cls.of(Decimal(amount), currency)

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Self:
        """From an exact decimal. Raises ValueError when it is finer than the minor unit."""
        try:
            minor = amount.scaleb(exponent(currency))
        except InvalidOperation as unrepresentable:
            raise ValueError(f"{amount} is no amount") from unrepresentable
        if minor != minor.to_integral_value():
            raise ValueError(f"{amount} is finer than a minor unit of {currency}")
        return cls(int(minor), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in `currency`."""
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable["Money"], currency: str) -> "Money":
        """The sum; `currency` says what an empty sum is. Raises CurrencyMismatch."""
        nothing = Money(0, currency)
        return Money(sum([nothing._same(amount) for amount in amounts]), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact, with the currency's decimals: Decimal('12.50')."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        if type(count) is not int:
            raise TypeError("money is multiplied by a whole count; for a ratio use at_rate")
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def at_rate(self, rate: Decimal, rounding: Rounding = Rounding.HALF_UP) -> "Money":
        """This amount times a bare ratio (0.065, never 6.5), rounded once to the minor unit."""
        return Money(rounded(Decimal(self.minor) * rate, rounding), self.currency)

    def exchanged(self, rate: Decimal, currency: str, rounding: Rounding = Rounding.HALF_EVEN) -> "Money":
        """In `currency`, at `rate` units of it per unit of this one, rounded once to its minor unit."""
        value = self.decimal * rate
        return Money(rounded(value.scaleb(exponent(currency)), rounding), currency)

    def split(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Shares in proportion to `weights`, in order, that sum exactly to this amount.

        Largest remainder: each share is within one minor unit of exact; ties go to the earlier weight; a zero weight
        gets nothing; a negative amount mirrors the positive one. Raises ValueError without a positive weight.
        """
        if not weights or min(weights) < 0 or sum(weights) == 0:
            raise ValueError("weights are whole, not negative, and at least one is positive")
        whole, size = sum(weights), abs(self.minor)
        shares = [size * weight // whole for weight in weights]
        left = size - sum(shares)
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
        for i in by_remainder[:left]:
            shares[i] += 1
        sign = -1 if self.minor < 0 else 1
        return tuple(Money(sign * share, self.currency) for share in shares)

    def _same(self, other: "Money") -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money only meets money, not {type(other).__name__}")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} met {other.currency}")
        return other.minor
