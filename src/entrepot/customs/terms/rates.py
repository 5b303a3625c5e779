"""Rates as the law writes them, taken apart into terms that add up."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class AdValorem(NamedTuple):
    """A ratio of the value; of one part of the value where the law names it (`case`, `strap`, `battery`)."""

    rate: Decimal
    part: str = ""


class Specific(NamedTuple):
    """So much of a currency (major units) for each legal unit."""

    amount: Decimal
    currency: str
    unit: str


class Beyond(NamedTuple):
    """So much of a currency for each unit over a number that is free (2.8 cents a jewel over 7)."""

    amount: Decimal
    currency: str
    unit: str
    beyond: Decimal


class Degrees(NamedTuple):
    """Raw sugar: so much a unit at 100 degrees of polarisation, so much less for each degree under, but not below."""

    amount: Decimal
    less: Decimal
    least: Decimal
    currency: str
    unit: str


class Asked(NamedTuple):
    """An amount that stands elsewhere: `duty:applicable subheading`. `met:under bond`: nothing, if that is fulfilled."""

    name: str


class Capped(NamedTuple):
    """A sum of terms, but not more than another amount."""

    terms: "tuple[AdValorem | Specific | Beyond | Degrees | Asked, ...]"
    most: Asked


Term = AdValorem | Specific | Beyond | Degrees | Asked | Capped


class Disposition(StrEnum):
    """What kind of rate it is. component: of named parts; conditional: it stands elsewhere or asks for a fact."""

    FREE = "free"
    AD_VALOREM = "ad_valorem"
    SPECIFIC = "specific"
    COMPOUND = "compound"
    COMPONENT = "component"
    CONDITIONAL = "conditional"


@dataclass(frozen=True, slots=True)
class RateExpression:
    """A rate as the law writes it, and taken apart into terms that add up.

    known: False where we know that there is one, but not which.
    """

    text: str
    terms: tuple[Term, ...]
    known: bool = True

    @property
    def ad_valorem(self) -> Decimal | None:
        """The plain ratio, when the rate is nothing else (Free is zero)."""
        if not self.known or any(not isinstance(term, AdValorem) or term.part for term in self.terms):
            return None
        return sum((term.rate for term in self.terms if isinstance(term, AdValorem)), Decimal(0))

    @property
    def disposition(self) -> Disposition:
        """The kind of rate."""
        kinds = {type(term) for term in self.terms}
        if not self.known or kinds & {Asked, Capped}:
            return Disposition.CONDITIONAL
        if not kinds:
            return Disposition.FREE
        if any(isinstance(term, AdValorem) and term.part for term in self.terms):
            return Disposition.COMPONENT
        if kinds == {AdValorem}:
            return Disposition.AD_VALOREM
        return Disposition.COMPOUND if AdValorem in kinds else Disposition.SPECIFIC


@dataclass(frozen=True, slots=True)
class SpecialRate:
    """One group of the special column: a rate, and the programmes it is for (none: whoever meets the provision)."""

    rate: RateExpression
    programmes: tuple[str, ...]
