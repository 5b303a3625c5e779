"""Goods codes suggested for a text, and what a person decided: candidates, reasons, one question, the decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from entrepot.kernel.errors import Refused
from entrepot.kernel.text import Text

# News: a person has decided a listing's goods code. Subject: the listing's id.
CODED: Final = "catalogue.goods_code_decided"
# The edition whose six digits are suggested.
NOMENCLATURE: Final = "HS 2022"


class Kind(StrEnum):
    """Where a labelled text comes from; they weigh differently.

    own: everyday words written by us. law: a tariff's own wording. trade: an authority's search terms. goods: how traders
    described goods they declared. memory: what people of this market decided, and titles its operator has taught.
    """

    OWN = "own"
    LAW = "law"
    TRADE = "trade"
    GOODS = "goods"
    MEMORY = "memory"


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
class Reason:
    """Why a candidate stands: a text of that kind that is like the question, or a note that decides (kind None)."""

    kind: Kind | None
    text: Text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A goods code that may fit. score: calibrated probability of the first six digits, 0 to 1.

    code: at national depth where the destination's tariff leaves no choice, else six digits; lines: the choice.
    """

    code: str
    score: float
    title: Text
    because: tuple[Reason, ...]
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

    basis: a digest of the texts it was made from, so that a kept decision can be traced to them. answers: those taken in.
    """

    candidates: tuple[Candidate, ...]
    question: Question | None
    refused: bool
    nomenclature: str
    basis: str
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fit:
    """What a ranking was fitted to: a weight per feature, and steps from raw to calibrated probability."""

    weights: tuple[float, ...]
    steps: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a memory is believed: log-odds of base + likeness x the nearest title's + agreement x the largest share.

    sharpness: the power that the mixed probabilities are raised to.
    """

    base: float
    likeness: float
    agreement: float
    sharpness: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be coded. answers: to questions asked before, by the question's key."""

    text: str
    description: str = ""
    destination: str = "US"
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """A note of the nomenclature that decides, in our words. codes: prefixes it speaks of."""

    codes: tuple[str, ...]
    text: Text
    source: str


@dataclass(frozen=True, slots=True)
class CodeChoice:
    """A goods code that a person chooses. country: `US`, `CN` or `*` (the six digits all share).

    key: the same key again changes nothing. why: in the person's words, may be empty. suggestion: what was shown.
    """

    code: str
    country: str
    person_id: int
    person: str
    key: str
    why: str = ""
    suggestion: Suggestion | None = None


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


class CodingFileUnreadable(Refused):
    """A file to learn goods codes from is not in the form it should have."""

    code = "catalogue.coding_file_unreadable"
    message = "{file}: {why}."
    remedy = "Correct the file and load it again."
