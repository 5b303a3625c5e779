"""Which goods codes, and which origins, the law of a day treats alike."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final, TypeVar

import numpy as np

from entrepot.customs.rules import claimable, entries_on
from entrepot.customs.terms import Law, Measure
from entrepot.landed.rules.batch.units import Index

# What two measures may differ in and still take the same from the same line.
_APART: Final = frozenset({"key", "codes", "codes_except", "source", "note", "valid_from", "valid_until"})
_PLACE: Final = frozenset({"origins", "origins_except"})
_does: Final = attrgetter(*(one.name for one in fields(Measure) if one.name not in _APART | _PLACE))
_BASE: Final = "base"
_LINE: Final = 8
_ASSUMED: Final = "Assumed: "
Key = TypeVar("Key", bound=Hashable)
Places = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Alike:
    """Codes and origins in classes.

    effects: one measure of each kind of behaviour, wherever it is from. stacks: for each class of codes the pairs
    (effect, places) in the order the engine meets them; code_class and origin_class: the class of each code and origin;
    sample_code, sample_origin: one of each class. fits: whether a class of origins lies in the places.
    """

    codes: tuple[str, ...]
    effects: tuple[Measure, ...]
    stacks: tuple[tuple[tuple[int, int], ...], ...]
    code_class: Index
    sample_code: tuple[str, ...]
    origin_class: Index
    sample_origin: tuple[str, ...]
    fits: tuple[tuple[bool, ...], ...]


def alike(*, law: Law, codes: Sequence[str], origins: Sequence[str]) -> Alike:
    """The codes and origins of a law's day by what holds for them when nothing is claimed."""
    effects = _Effects(law)
    stacks, code_class = _grouped([effects.of(code) for code in codes])
    places = [*effects.places]
    columns = [
        tuple((not inside or origin in inside) and origin not in outside for inside, outside in places)
        for origin in origins
    ]
    fits, origin_class = _grouped(columns)
    return Alike(
        codes=tuple(codes),
        effects=tuple(effects.samples),
        stacks=tuple(stacks),
        code_class=code_class,
        sample_code=tuple(codes[first] for first in stacks.values()),
        origin_class=origin_class,
        sample_origin=tuple(origins[first] for first in fits.values()),
        fits=tuple(fits),
    )


def _grouped(keys: Sequence[Key]) -> tuple[dict[Key, int], Index]:
    """The distinct keys with the position where each is first met, and each position's class."""
    first: dict[Key, int] = {}
    number: dict[Key, int] = {}
    classes = np.empty(len(keys), np.int32)
    for position, key in enumerate(keys):
        classes[position] = number.setdefault(key, len(number))
        first.setdefault(key, position)
    return first, classes


class _Effects:
    """The day's measures met so far, by what they do and where."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.samples: list[Measure] = []
        self.places: dict[Places, int] = {}
        self._numbers: dict[object, int] = {}
        self._known: dict[int, tuple[int, int] | None] = {}
        self._short: dict[str, tuple[tuple[int, int], ...]] = {}
        self._seen: dict[str, tuple[int, ...]] = {}

    def of(self, code: str) -> tuple[tuple[int, int], ...]:
        """What is inside at a code, as pairs of effect and places.

        Most lines have nothing of their own below eight digits: they share what is worked out for those.
        """
        index, short = self.law.index, code[:_LINE]
        if any(code[:length] in index.entries for length in index.lengths if _LINE < length <= len(code)):
            short = code
        found = self._short.get(short)
        if found is None:
            found = self._short[short] = self._of(short)
        return found

    def _of(self, code: str) -> tuple[tuple[int, int], ...]:
        known = self._known
        found = []
        for number in _inside(self.law, code, self._seen):
            if number not in known:
                known[number] = self._pair(self.law.index.measures[number])
            pair = known[number]
            if pair is not None:
                found.append(pair)
        return tuple(found)

    def _pair(self, measure: Measure) -> tuple[int, int] | None:
        if measure.regions or not claimable(measure=measure, claims=()):
            return None
        effect = self._numbers.setdefault(_effect(measure), len(self._numbers))
        if effect == len(self.samples):
            self.samples.append(measure)
        return effect, self.places.setdefault((measure.origins, measure.origins_except), len(self.places))


def _effect(measure: Measure) -> object:
    """What a measure does. The action in its key shuts out others; a note may say that its figure is assumed."""
    if measure.kind == _BASE:
        return _does(measure)
    return (*measure.key.split(".")[:2], measure.note.startswith(_ASSUMED), _does(measure))


def _inside(law: Law, code: str, seen: dict[str, tuple[int, ...]]) -> Sequence[int]:
    """The measures whose codes hold `code`, as numbers, in the order of `measures_on`: longer prefixes first."""
    decided: set[int] = set()
    inside: list[int] = []
    for length in law.index.lengths:
        if length > len(code):
            continue
        prefix = code[:length]
        # Long prefixes are few codes' own, short ones are shared: what stands at them is read once.
        entries = seen.get(prefix)
        if entries is None:
            entries = tuple(
                entry.measure if entry.inside else ~entry.measure for entry in entries_on(law=law, prefix=prefix)
            )
            seen[prefix] = entries
        for entry in entries:
            number = entry if entry >= 0 else ~entry
            if number not in decided:
                decided.add(number)
                if entry >= 0:
                    inside.append(number)
    return inside
