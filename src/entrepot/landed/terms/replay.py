"""A stored quote worked out again, and where it is not what it was."""

from dataclasses import dataclass
from enum import StrEnum

from entrepot.landed.terms.contract import QuoteAnswer


class Verdict(StrEnum):
    """What working a consignment out again gave.

    same: every figure. reworded: every figure, but a source or a rate is written otherwise. differs: a figure is another.
    no_law: within one country no customs law was asked. law_gone: the data it was made with is not here.
    """

    SAME = "same"
    REWORDED = "reworded"
    DIFFERS = "differs"
    NO_LAW = "no_law"
    LAW_GONE = "law_gone"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was. what: `total`, `status`, or a component's kind with its line; empty: absent."""

    what: str
    then: str
    now: str
    figure: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """One consignment of a stored quote, worked out again by the law of data_version (empty: none was asked)."""

    number: int
    verdict: Verdict
    data_version: str
    differences: tuple[Difference, ...] = ()
    answer: QuoteAnswer | None = None
