"""Goods codes suggested for a text, and what a person decided: candidates, reasons, one question, the decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from entrepot.kernel.errors import Refused
from entrepot.kernel.text import Text

# News: a person has decided a listing's goods code. Subject: the listing's id.
CODED: Final = "catalogue.goods_code_decided"


class Kind(StrEnum):
    """Where a labelled text comes from. The four weigh differently."""

    OWN = "own"
    LAW = "law"
    TRADE = "trade"
    GOODS = "goods"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with the six digits it belongs under. source: who says so, for the reasons that are shown."""

    text: str
    code: str
    kind: Kind
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """A national line of the destination's tariff beneath six digits."""

    code: str
    title: Text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A goods code that may fit. score: calibrated probability of the first six digits, 0 to 1.

    code: at national depth where the destination's tariff leaves no choice, else six digits; lines: the choice.
    """

    code: str
    score: float
    title: str
    because: tuple[str, ...]
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question. codes: prefixes that stay when it is given."""

    key: str
    text: Text
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What would decide between the candidates."""

    key: str
    text: Text
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Up to ten candidates, best first; nothing when `refused`. nomenclature: edition of the six digits.

    basis: a digest of the texts it was made from, so that a kept decision can be traced to them.
    """

    candidates: tuple[Candidate, ...]
    question: Question | None
    refused: bool
    nomenclature: str
    basis: str


@dataclass(frozen=True, slots=True)
class Fit:
    """What a ranking was fitted to: a weight per feature, and steps from raw to calibrated probability."""

    weights: tuple[float, ...]
    steps: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A goods code that a person chose. country: `US`, `CN` or `*`. score: of the suggestion taken, None without one.

    evidence: what was shown then (candidates, reasons, answers), as it was.
    """

    country: str
    code: str
    by: str
    at: datetime
    why: str
    score: float | None
    nomenclature: str
    basis: str
    evidence: Mapping[str, object]


class NotCodable(Refused):
    """The text cannot be read as a description of goods."""

    code = "catalogue.not_codable"
    message = "The description cannot be read: {why}."
    remedy = "Describe the goods in English or Chinese, in at most 20,000 characters."


class CodingFileUnreadable(Refused):
    """A file to learn goods codes from is not in the form it should have."""

    code = "catalogue.coding_file_unreadable"
    message = "{file}: {why}."
    remedy = "Correct the file and load it again."
