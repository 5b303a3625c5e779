"""From likenesses to calibrated probabilities: a weighed sum of evidence per code, fitted and then corrected by steps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrepot.catalogue.rules.coding.index import FITTED, CodeIndex, Reals, Wholes
from entrepot.catalogue.terms import Fit

SHORTLIST: Final = 50
_NEIGHBOURS: Final = 40
_PENALTY: Final = 1
_TINY: Final = float(np.finfo(np.float64).tiny)
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The shortlist, best first. places: of `index.codes`; best: the text of the index most like it, per code."""

    places: Wholes
    scores: Matrix
    best: Wholes
    nearest: float


def evidence(index: CodeIndex, of_texts: Reals) -> tuple[Wholes, Matrix]:
    """The codes on the shortlist, and what speaks for each: a row of figures, the same for every question."""
    size = len(index.codes)
    columns: list[Reals] = []
    shares = np.zeros(size, np.float32)
    for kind in range(FITTED):
        of_kind = np.where(index.kind_of == kind, of_texts, 0)
        near = _nearest(of_kind)
        power = of_kind[near] ** 3
        highest = np.zeros(size, np.float32)
        np.maximum.at(highest, index.code_of[near], of_kind[near])
        total = np.bincount(index.code_of[near], weights=power, minlength=size).astype(np.float32)
        share = total / (float(total.sum()) + 1 / 1000)
        columns += [highest, share]
        shares += total
    share = shares / (float(shares.sum()) + 1 / 1000)
    heading = np.bincount(index.heading_of, weights=share)[index.heading_of].astype(np.float32)
    chapter = np.bincount(index.chapter_of, weights=share)[index.chapter_of].astype(np.float32)
    highest = np.maximum.reduce(columns[0::2])
    columns += [share, np.sqrt(share), heading, chapter, highest, highest**2, index.prior, index.everyday]
    order = np.argsort(-(share + highest), kind="stable")[:SHORTLIST]
    places = order[highest[order] > 0].astype(np.int32)
    return places, np.stack([column[places] for column in columns], axis=1).astype(np.float64)


def ranked(index: CodeIndex, of_texts: Reals, fit: Fit) -> Ranked:
    """The shortlist with calibrated probabilities, best first. They are at least 0 and sum to at most 1."""
    places, figures = evidence(index, of_texts)
    if not len(places):
        return Ranked(places, np.zeros(0), places, 0)
    scores = stepped(softmax(figures @ np.array(fit.weights)), fit.steps)
    order = np.argsort(-scores, kind="stable")
    best = np.array([_most_like(index, of_texts, int(place)) for place in places[order[:10]]], np.int32)
    return Ranked(places[order], scores[order], best, float(of_texts.max()))


def softmax(sums: Matrix) -> Matrix:
    """Shares of 1 by the exponentials of `sums`."""
    raised = np.exp(sums - sums.max())
    shares: Matrix = raised / raised.sum()
    return shares


def stepped(raw: Matrix, steps: Sequence[tuple[float, float]]) -> Matrix:
    """Raw probabilities corrected along a rising line of (raw, true) points, scaled back where they exceed 1 in all."""
    if steps:
        raw = np.interp(raw, [step[0] for step in steps], [step[1] for step in steps])
    corrected: Matrix = raw / max(1, raw.sum())
    return corrected


def fitted(rows: Sequence[tuple[Matrix, int]]) -> tuple[float, ...]:
    """Weights under which the right code of each question is most probable. rows: (evidence, place of the right one).

    A conditional logit with a ridge, by Newton's method; a step that does not gain is halved.
    """
    width = rows[0][0].shape[1]
    weights = np.zeros(width)
    gained = _gain(rows, weights)
    for _ in range(30):
        slope = -_PENALTY * weights
        bend = _PENALTY * np.eye(width)
        for figures, right in rows:
            shares = softmax(figures @ weights)
            mean = shares @ figures
            slope += figures[right] - mean
            bend += (figures * shares[:, None]).T @ figures - np.outer(mean, mean)
        step = np.linalg.solve(bend, slope)
        for _halving in range(12):
            gain = _gain(rows, weights + step)
            if gain > gained:
                break
            step = step / 2
        else:
            break
        weights = weights + step
        done = (gain - gained) * 1_000 < 1
        gained = gain
        if done:
            break
    return tuple(float(weight) for weight in weights)


def heat_of(rows: Sequence[tuple[Matrix, int]]) -> float:
    """The one factor on `sums` under which the right codes are most probable. rows: (sums, place of the right one).

    With sums from weights that were fitted without these rows it takes back what fitting is too sure of.
    """
    heat = float(1)
    for _ in range(30):
        slope, bend = float(0), float(1)
        for sums, right in rows:
            shares = softmax(sums * heat)
            mean = float(shares @ sums)
            slope += float(sums[right]) - mean
            bend += float(shares @ sums**2) - mean**2
        step = max(-heat / 2, slope / bend)
        heat += step
        if abs(step) * 10_000 < 1:
            break
    return heat


def steps_of(raw: Sequence[float], right: Sequence[bool], points: int = 24) -> tuple[tuple[float, float], ...]:
    """The rising line from raw to true probability that fits best (isotonic regression), thinned to a few points."""
    order = np.argsort(np.array(raw), kind="stable")
    blocks: list[tuple[float, float, int]] = []
    for place in order:
        blocks.append((float(raw[place]), float(right[place]), 1))
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            (first, low, many), (second, high, more) = blocks[-2], blocks[-1]
            whole = many + more
            blocks[-2:] = [((first * many + second * more) / whole, (low * many + high * more) / whole, whole)]
    if len(blocks) > points:
        cuts = np.unique(np.linspace(0, len(blocks), points + 1).astype(int))
        merged = []
        for start, end in pairwise(cuts):
            part = blocks[start:end]
            count = sum(block[2] for block in part)
            merged.append((sum(b[0] * b[2] for b in part) / count, sum(b[1] * b[2] for b in part) / count, count))
        blocks = merged
    zero, one = float(0), float(1)
    line = [(zero, zero), *((block[0], block[1]) for block in blocks if zero < block[0] < one)]
    return (*line, (one, max(line[-1][1], line[-1][1])))


def calibration_error(scores: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: how far confidence and truth lie apart, over equally filled bins."""
    order = np.argsort(np.array(scores), kind="stable")
    apart = sum(
        len(part) * abs(float(np.mean([scores[at] for at in part])) - float(np.mean([right[at] for at in part])))
        for part in np.array_split(order, bins)
        if len(part)
    )
    return apart / max(1, len(scores))


def chance_error(scores: Sequence[float], bins: int = 10) -> float:
    """The calibration error that an answerer with exactly these probabilities, all true, shows by chance alone."""
    ordered = np.sort(np.array(scores, np.float64))
    apart = sum(math.sqrt(2 / math.pi * float((part * (1 - part)).sum())) for part in np.array_split(ordered, bins))
    return apart / max(1, len(scores))


def _gain(rows: Sequence[tuple[Matrix, int]], weights: Matrix) -> float:
    told = sum(float(np.log(softmax(figures @ weights)[right] + _TINY)) for figures, right in rows)
    return told - _PENALTY * float(weights @ weights) / 2


def _nearest(of_kind: Reals) -> NDArray[np.intp]:
    if len(of_kind) <= _NEIGHBOURS:
        return np.arange(len(of_kind))
    return np.argpartition(-of_kind, _NEIGHBOURS)[:_NEIGHBOURS]


def _most_like(index: CodeIndex, of_texts: Reals, place: int) -> int:
    own = np.flatnonzero(index.code_of == place)
    return int(own[np.argmax(of_texts[own])])
