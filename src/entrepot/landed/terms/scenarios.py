"""What if: changes of the law that nobody has enacted, and what they would do to prices at the door and to demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from entrepot.customs.terms import RateExpression
from entrepot.kernel.errors import Refused
from entrepot.kernel.money import Money


class ChangeVerb(StrEnum):
    """What a change does: a new measure, another rate for those in force, or their end."""

    ADD = "add"
    SET = "set"
    END = "end"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. kind: of the measures; codes, origins: only these, empty for all; line: where the file says it.

    rate: None for an end. top_up: the rate is a total with the base duty.
    """

    verb: ChangeVerb
    kind: str
    codes: tuple[str, ...]
    origins: frozenset[str]
    rate: RateExpression | None
    top_up: bool
    line: int


@dataclass(frozen=True, slots=True)
class Elasticity:
    """By how many percent demand falls for each percent of price: the least, the usual, the most that is published."""

    low: Decimal
    central: Decimal
    high: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes of one destination's law. on: the day of entry, None for today.

    pass_through: the share of a changed duty that reaches the shopper; the merchant bears the rest.
    """

    title: str
    destination: str
    on: date | None
    changes: tuple[Change, ...]
    pass_through: Decimal
    elasticities: Mapping[str, Elasticity]


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """A line of a file of goods: what a scenario is tried on where there is no market. price: of one piece."""

    category: str
    goods_code: str
    origin: str
    price: Money
    quantity: int


@dataclass(frozen=True, slots=True)
class CategoryOutcome:
    """What a scenario does to one category. Demand is an index, 100 before.

    goods: how many have a price before and after; lost, gained: that no longer, or only then, have one; changed: whose
    price differs. price: the change of the price at the door, a ratio, by weight of what is spent; low, central, high:
    demand after: the least, the usual and the most that the published elasticities give.
    """

    category: str
    goods: int
    changed: int
    lost: int
    gained: int
    before: Money
    after: Money
    price: Decimal
    low: Decimal
    central: Decimal
    high: Decimal
    elasticity: Elasticity


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario does, by category and in all. on: the day it was tried; version: the law it changes.

    unpriced: goods without a price before and after, by reason.
    """

    scenario: Scenario
    on: date
    version: str
    categories: tuple[CategoryOutcome, ...]
    whole: CategoryOutcome | None
    unpriced: Mapping[str, int]


class ScenarioInvalid(Refused):
    """A scenario file says something that cannot be."""

    code = "landed.scenario_invalid"
    message = "Line {line}: {why}."
    remedy = "Correct the scenario and try it again."
