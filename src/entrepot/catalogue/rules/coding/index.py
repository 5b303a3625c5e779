"""Labelled texts made ready to be compared with: an inverted index whose rows are weighed so that a text meets itself as 1."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrepot.catalogue.rules.coding.words import features, normalised
from entrepot.catalogue.terms import Kind, Labelled

Reals = NDArray[np.float32]
Wholes = NDArray[np.int32]

KINDS: Final = (Kind.OWN, Kind.LAW, Kind.TRADE, Kind.GOODS, Kind.MEMORY)
# Those that the ranking was fitted to; memory is mixed in afterwards.
FITTED: Final = 4
# How much a channel counts, in tenths: whole words most, pieces of words for what is cut off or misspelt.
_CHANNELS: Final[Mapping[str, int]] = {"w": 10, "b": 6, "n": 4, "c": 3}
# A piece that stands in more texts than this tells nothing and costs time.
_COMMON: Final = 3_000


@dataclass(frozen=True, slots=True)
class CodeIndex:
    """Texts with their codes, by what they are compared by.

    features: name to row. idf: of each row, times its channel. pointers, texts_at, weights: the postings of each row.
    code_of, kind_of: of each text. prior: how often a code is traded, by the goods texts; everyday: how
    much there is about it in everyday words.
    """

    features: Mapping[str, int]
    idf: Reals
    pointers: Wholes
    texts_at: Wholes
    weights: Reals
    code_of: Wholes
    kind_of: Wholes
    texts: Sequence[str]
    sources: Sequence[str]
    codes: Sequence[str]
    heading_of: Wholes
    chapter_of: Wholes
    prior: Reals
    everyday: Reals


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a question every text of an index is, 0 to 1. known: share of its words that the index has."""

    of_texts: Reals
    known: int
    words: int


def index_of(examples: Iterable[Labelled]) -> CodeIndex:
    """An index of these texts; the same text under the same code counts once for each kind."""
    once: dict[tuple[str, str, Kind], Labelled] = {}
    for example in examples:
        once.setdefault((normalised(example.text), example.code, example.kind), example)
    rows = tuple(once.values())
    cut = [features(row.text) for row in rows]
    counts = Counter(name for one in cut for name in one)
    channel = {name: kind for one in cut for name, kind in one.items()}
    kept = {
        name: place
        for place, name in enumerate(
            name for name, count in counts.items() if channel[name] in "wb" or (count > 1 and count <= _COMMON)
        )
    }
    idf = np.array(
        [(1 + math.log((1 + len(rows)) / (1 + counts[name]))) * _CHANNELS[channel[name]] / 10 for name in kept],
        np.float32,
    )
    places = [np.array([kept[name] for name in one if name in kept], np.int32) for one in cut]
    norms = np.array([math.sqrt(float((idf[place] ** 2).sum())) or 1 for place in places], np.float32)
    lengths = np.array([len(place) for place in places], np.int64)
    flat = np.concatenate(places) if places else np.zeros(0, np.int32)
    text_of = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
    order = np.argsort(flat, kind="stable")
    sizes = np.bincount(flat, minlength=len(kept))
    codes = tuple(sorted({row.code for row in rows}))
    place_of = {code: place for place, code in enumerate(codes)}
    code_of = np.array([place_of[row.code] for row in rows], np.int32)
    kind_of = np.array([KINDS.index(row.kind) for row in rows], np.int32)
    return CodeIndex(
        features=kept,
        idf=idf,
        pointers=np.concatenate(([0], np.cumsum(sizes))).astype(np.int32),
        texts_at=text_of[order],
        weights=(idf[flat[order]] / norms[text_of[order]]).astype(np.float32),
        code_of=code_of,
        kind_of=kind_of,
        texts=tuple(row.text for row in rows),
        sources=tuple(row.source for row in rows),
        codes=codes,
        heading_of=_groups(codes, 4),
        chapter_of=_groups(codes, 2),
        prior=traded(code_of[kind_of == KINDS.index(Kind.GOODS)], len(codes)),
        everyday=np.log1p(np.bincount(code_of[kind_of == KINDS.index(Kind.OWN)], minlength=len(codes))).astype(
            np.float32
        ),
    )


def traded(code_of_goods: Wholes, codes: int) -> Reals:
    """How often each code is traded, on a scale of logarithms, by the codes of the goods texts."""
    return np.log1p(np.bincount(code_of_goods, minlength=codes)).astype(np.float32)


def likeness(index: CodeIndex, text: str) -> Likeness:
    """How like `text` each text of the index is: the cosine of their weighed features."""
    asked = features(text)
    own = [name for name, channel in asked.items() if channel == "w"]
    rows = [index.features[name] for name in asked if name in index.features]
    known = sum(1 for name in own if name in index.features)
    total = np.zeros(len(index.texts), np.float32)
    if not rows:
        return Likeness(total, known, len(own))
    # What the index does not know still makes the question less like anything it does.
    strange = sum(1 for name in own if name not in index.features)
    idf = index.idf[rows]
    rare = float(index.idf.max(initial=0))
    norm = math.sqrt(float((idf**2).sum()) + strange * rare * rare / 4)
    for row, weight in zip(rows, idf / np.float32(norm), strict=True):
        start, end = index.pointers[row], index.pointers[row + 1]
        total[index.texts_at[start:end]] += index.weights[start:end] * weight
    return Likeness(total, known, len(own))


def _groups(codes: Sequence[str], digits: int) -> Wholes:
    names = {name: place for place, name in enumerate(dict.fromkeys(code[:digits] for code in codes))}
    return np.array([names[code[:digits]] for code in codes], np.int32)
