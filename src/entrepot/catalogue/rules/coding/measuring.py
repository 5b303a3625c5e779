"""Fitting a ranking, and saying how well it does on texts it has not seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrepot.catalogue.rules.coding.index import KINDS, CodeIndex, likeness
from entrepot.catalogue.rules.coding.ranking import (
    Matrix,
    calibration_error,
    evidence,
    fitted,
    softmax,
    steps_of,
)
from entrepot.catalogue.terms import Fit, Kind, Labelled

# While fitting, a text must not meet itself: its own kind's texts that are this alike, in hundredths, are set aside.
_SELF: Final = 95
_FIT_TEXTS: Final = 2_400


@dataclass(frozen=True, slots=True)
class Measure:
    """Shares of texts whose code stands first, within five, within ten; whose heading stands first; refused.

    believed: mean probability of the first candidate; error: its expected calibration error over ten bins.
    """

    name: str
    texts: int
    first: float
    five: float
    ten: float
    heading: float
    refused: float
    believed: float
    error: float


def fit(index: CodeIndex, examples: Sequence[Labelled]) -> Fit:
    """Weights and calibration for an index from labelled texts that may stand in it themselves."""
    place_of = {code: place for place, code in enumerate(index.codes)}
    shown: list[tuple[Matrix, np.ndarray[tuple[int], np.dtype[np.int32]], int]] = []
    for example in _spread(examples):
        alike = likeness(index, example.text).of_texts
        own = (index.kind_of == KINDS.index(example.kind)) & (alike * 100 > _SELF)
        places, figures = evidence(index, np.where(own, 0, alike).astype(np.float32))
        if len(places):
            shown.append((figures, places, place_of.get(example.code, -1)))
    rows = [(figures, int(np.flatnonzero(places == right)[0])) for figures, places, right in shown if right in places]
    weights = fitted(rows)
    raw: list[float] = []
    hits: list[bool] = []
    for figures, places, right in shown:
        shares = softmax(figures @ np.array(weights))
        best = np.argsort(-shares)[:5]
        raw += [float(share) for share in shares[best]]
        hits += [bool(place == right) for place in places[best]]
    return Fit(weights, steps_of(raw, hits))


def measured(name: str, texts: Sequence[Labelled], answer: Callable[[str], Sequence[tuple[str, float]]]) -> Measure:
    """How an answerer does. answer: six digits with probabilities, best first; nothing is a refusal."""
    first = five = ten = heading = refused = 0
    scores: list[float] = []
    right: list[bool] = []
    for text in texts:
        found = [(code[:6], score) for code, score in answer(text.text)]
        codes = [code for code, _ in found]
        refused += not codes
        first += codes[:1] == [text.code]
        five += text.code in codes[:5]
        ten += text.code in codes[:10]
        heading += bool(codes) and codes[0][:4] == text.code[:4]
        if found:
            scores.append(found[0][1])
            right.append(codes[0] == text.code)
    size = max(1, len(texts))
    return Measure(
        name, len(texts), first / size, five / size, ten / size, heading / size, refused / size,
        sum(scores) / max(1, len(scores)), calibration_error(scores, right),
    )  # fmt: skip


def _spread(examples: Sequence[Labelled]) -> Sequence[Labelled]:
    """Goods and search terms two to one, as many as are worth the time, evenly from all."""
    goods = [one for one in examples if one.kind is Kind.GOODS]
    terms = [one for one in examples if one.kind is Kind.TRADE]
    picked: list[Labelled] = []
    for of_kind, share in ((goods, _FIT_TEXTS * 2 // 3), (terms, _FIT_TEXTS // 3)):
        step = max(1, len(of_kind) // share)
        picked += of_kind[::step][:share]
    return picked
