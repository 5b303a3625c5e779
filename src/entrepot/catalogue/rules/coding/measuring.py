"""Fitting a ranking, and saying how well it does on texts it has not seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from entrepot.catalogue.rules.coding.index import KINDS, CodeIndex, likeness, traded
from entrepot.catalogue.rules.coding.learning import FOLDS, fold_of
from entrepot.catalogue.rules.coding.ranking import (
    Matrix,
    calibration_error,
    chance_error,
    evidence,
    fitted,
    heat_of,
)
from entrepot.catalogue.terms import Fit, Kind, Labelled

_FIT_TEXTS: Final = 3_200
# Calibration is fitted across so many parts of the folds.
_PARTS: Final = 4
_LABELLED: Final = (KINDS.index(Kind.TRADE), KINDS.index(Kind.GOODS))


@dataclass(frozen=True, slots=True)
class Measure:
    """Shares of texts whose code stands first, within five, within ten; whose heading stands first; refused.

    believed: mean probability of the first candidate; error: its expected calibration error over ten bins;
    chance: what that error would be on so few texts if every probability were exactly true.
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
    chance: float


def fit(index: CodeIndex, examples: Sequence[Labelled]) -> Fit:
    """Weights and calibration for an index from labelled texts that stand in it themselves.

    Each is asked as if its eighth of the labelled texts were not there, nor counted in how often a code is traded. The
    weights come from all; how far to believe them from texts that weights fitted without them have ranked.
    """
    shown = _shown(index, examples)
    weights = np.array(fitted([row for row, _ in shown if row[1] >= 0]))
    unseen: list[tuple[Matrix, int]] = []
    for part in range(_PARTS):
        without = np.array(fitted([row for row, fold in shown if row[1] >= 0 and fold % _PARTS != part]))
        unseen += [(row[0] @ without, row[1]) for row, fold in shown if row[1] >= 0 and fold % _PARTS == part]
    heat = heat_of(unseen)
    zero, one = float(0), float(1)
    return Fit(tuple(float(weight) for weight in weights * heat), ((zero, zero), (one, len(unseen) / len(shown))))


def _shown(index: CodeIndex, examples: Sequence[Labelled]) -> list[tuple[tuple[Matrix, int], int]]:
    """The evidence for each text with the place of its code on the shortlist, -1 where it is not, and its fold."""
    place_of = {code: place for place, code in enumerate(index.codes)}
    labelled = np.flatnonzero(np.isin(index.kind_of, _LABELLED))
    folds = np.full(len(index.texts), -1)
    folds[labelled] = [fold_of(index.texts[int(place)]) for place in labelled]
    goods = index.kind_of == KINDS.index(Kind.GOODS)
    without = [
        replace(index, prior=traded(index.code_of[goods & (folds != fold)], len(index.codes))) for fold in range(FOLDS)
    ]
    shown: list[tuple[tuple[Matrix, int], int]] = []
    for example in _spread(examples):
        fold = fold_of(example.text)
        alike = np.where(folds == fold, 0, likeness(index, example.text).of_texts).astype(np.float32)
        places, figures = evidence(without[fold], alike)
        if len(places):
            at = np.flatnonzero(places == place_of.get(example.code, -1))
            shown.append(((figures, int(at[0]) if len(at) else -1), fold))
    return shown


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
        sum(scores) / max(1, len(scores)), calibration_error(scores, right), chance_error(scores),
    )  # fmt: skip


def _spread(examples: Sequence[Labelled]) -> Sequence[Labelled]:
    """Goods and search terms in equal parts, as many as are worth the time, evenly from all."""
    goods = [one for one in examples if one.kind is Kind.GOODS]
    terms = [one for one in examples if one.kind is Kind.TRADE]
    picked: list[Labelled] = []
    for of_kind, share in ((goods, _FIT_TEXTS // 2), (terms, _FIT_TEXTS // 2)):
        step = max(1, len(of_kind) // share)
        picked += of_kind[::step][:share]
    return picked
