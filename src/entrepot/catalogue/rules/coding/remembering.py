"""What people decided before: how far it is believed beside the ranking, and how that belief is fitted."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrepot.catalogue.rules.coding.index import CodeIndex, Reals, likeness
from entrepot.catalogue.rules.coding.learning import fold_of
from entrepot.catalogue.terms import Asked, Trust

# From so many texts on, a memory speaks for the whole market, and what is half like it may be trusted more than half.
DENSE: Final = 1_000
_NEIGHBOURS: Final = 15
_FIT_TEXTS: Final = 900
_TINY: Final = float(np.finfo(np.float64).tiny)
# Where the fit starts (base, likeness, agreement, logarithm of sharpness), and how firmly each is held there: titles that
# all agree would else make it infinitely sure.
_START: Final = np.array([0, 2, 1, 0], np.float64)
_HELD: Final = np.array([1, 1, 1, 100], np.float64) / 20
Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Memory:
    """Coded titles. trust: fitted to them; without it a title is believed as far as it is like one of them."""

    index: CodeIndex
    trust: Trust | None = None


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a memory says to a question. shares: of its nearest titles per code; quotes: the title that says so."""

    nearest: float
    shares: Shares
    quotes: Mapping[str, str]
    trust: Trust | None
    dense: bool


def recalled(memory: Memory, asked: Asked) -> Recalled:
    """The nearest titles of a memory, by code."""
    alike = likeness(memory.index, asked.text or asked.description).of_texts
    return _recalled(memory, alike)


def believed(said: Recalled) -> float:
    """How far a memory is believed here, 0 to 1: more, the more its nearest title is alike and its titles agree."""
    if said.trust is None:
        return math.sqrt(said.nearest) if said.dense else said.nearest
    agreed = max(said.shares.values(), default=0)
    odds = said.trust.base + said.trust.likeness * said.nearest + said.trust.agreement * agreed
    return 1 / (1 + math.exp(-odds))


def mixed(scored: Shares, said: Recalled) -> dict[str, float]:
    """The ranking's probabilities with those of a memory among them; what they sum to is kept."""
    if not said.shares:
        return dict(scored)
    trust = believed(said)
    both = {
        code: scored.get(code, 0) * (1 - trust) + said.shares.get(code, 0) * trust
        for code in dict.fromkeys([*scored, *said.shares])
    }
    if said.trust is None:
        return both
    raised = {code: share**said.trust.sharpness for code, share in both.items()}
    scale = sum(both.values()) / max(_TINY, sum(raised.values()))
    return {code: share * scale for code, share in raised.items()}


def trusted(index: CodeIndex, ranking: Callable[[str], Shares]) -> Memory:
    """A memory with its trust fitted on its own titles, each asked as if an eighth of them with it were not there.

    ranking: probabilities by code without any memory. Too small a memory comes back without a fit.
    """
    if len(index.texts) < DENSE:
        return Memory(index)
    folds = np.array([fold_of(text) for text in index.texts])
    step = max(1, len(index.texts) // _FIT_TEXTS)
    rows: list[tuple[Recalled, Shares, str]] = []
    for place in range(0, len(index.texts), step):
        text = index.texts[place]
        alike = np.where(folds == folds[place], 0, likeness(index, text).of_texts).astype(np.float32)
        said = _recalled(Memory(index), alike)
        if said.shares:
            rows.append((said, ranking(text), index.codes[index.code_of[place]]))
    return Memory(index, _fitted(rows))


def _recalled(memory: Memory, alike: Reals) -> Recalled:
    index, dense = memory.index, len(memory.index.texts) >= DENSE
    if not len(alike) or float(alike.max()) <= 0:
        return Recalled(0, {}, {}, memory.trust, dense)
    near = np.argsort(-alike)[:_NEIGHBOURS]
    power = alike[near].astype(np.float64) ** 3
    shares: dict[str, float] = {}
    quotes: dict[str, str] = {}
    for place, weight in zip(near, power / power.sum(), strict=True):
        code = index.codes[index.code_of[place]]
        shares[code] = shares.get(code, 0) + float(weight)
        quotes.setdefault(code, index.texts[place])
    return Recalled(float(alike[near[0]]), shares, quotes, memory.trust, dense)


def _fitted(rows: Sequence[tuple[Recalled, Shares, str]]) -> Trust:
    """The trust under which the right codes are most probable, by Newton's method on differences."""
    width = max(len({*ranked, *said.shares}) for said, ranked, _ in rows)
    alone, told = np.zeros((len(rows), width)), np.zeros((len(rows), width))
    right = np.full(len(rows), -1)
    for at, (said, ranked, code) in enumerate(rows):
        codes = list(dict.fromkeys([*ranked, *said.shares]))
        alone[at, : len(codes)] = [ranked.get(one, 0) for one in codes]
        told[at, : len(codes)] = [said.shares.get(one, 0) for one in codes]
        right[at] = codes.index(code) if code in codes else -1
    evidence = np.stack([np.ones(len(rows)), [said.nearest for said, _, _ in rows], told.max(axis=1)], axis=1)
    there = right >= 0

    def gain(given: NDArray[np.float64]) -> float:
        trust = 1 / (1 + np.exp(-(evidence @ given[:3])))[:, None]
        both = np.maximum(alone * (1 - trust) + told * trust, _TINY)
        power = np.log(both) * np.exp(given[3])
        power = power - power.max(axis=1, keepdims=True)
        shares = power[np.arange(len(rows)), right] - np.log(np.exp(power).sum(axis=1))
        # What neither side has thought of cannot be made likelier; a right code at nought counts as very unlikely.
        return float(np.maximum(shares[there], -14).sum() - ((given - _START) ** 2) @ _HELD)

    best = _climbed(gain, _START)
    return Trust(float(best[0]), max(0, float(best[1])), max(0, float(best[2])), float(np.exp(best[3])))


def _climbed(gain: Callable[[NDArray[np.float64]], float], start: NDArray[np.float64]) -> NDArray[np.float64]:
    at, best, size = start, gain(start), len(start)
    steps = np.eye(size) / 1_000
    for _ in range(20):
        slope = np.array([(gain(at + one) - gain(at - one)) * 500 for one in steps])
        bend = np.array(
            [
                [
                    (gain(at + a + b) - gain(at + a - b) - gain(at - a + b) + gain(at - a - b)) * 250_000
                    for a in steps
                ]
                for b in steps
            ]
        )  # fmt: skip
        values, turned = np.linalg.eigh(bend)
        move = turned @ ((turned.T @ slope) / np.maximum(np.abs(values), 1))
        for _halving in range(12):
            if gain(at + move) > best:
                break
            move = move / 2
        else:
            break
        at = at + move
        gained, best = gain(at) - best, gain(at)
        if gained * 1_000 < 1:
            break
    return at
