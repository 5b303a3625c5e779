"""The stack of every goods code and origin on a day, as whole numbers: a few thousand distinct rows and two indexes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from entrepot.customs.rules import leaves_of, restriction_on
from entrepot.customs.terms import Law, Measure
from entrepot.landed.rules.batch.classes import Alike, alike
from entrepot.landed.rules.batch.stacks import Probe, Stack
from entrepot.landed.rules.batch.units import Flag, Index, Mask, Whole
from entrepot.landed.rules.us.codes import lines_under
from entrepot.landed.terms import GUARANTEED, STRICT, Mode, Policy

_BASE: Final = "base"
Effects = tuple[int, ...]
Row = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class RateTable:
    """Rates by kind for codes x origins on a day, nothing claimed.

    kinds: `base` first. code_class, origin_class: by position in `codes` and `origins`; cells: the row of each pair of
    classes in `rates` (parts of UNIT, by kind), `totals` (their sum) and `flags` (see Flag). refused: codes x origins
    that a restriction keeps out by the mode, None when nothing does.
    """

    destination: str
    on: date
    version: str
    mode: Mode
    policy: Policy
    codes: tuple[str, ...]
    origins: tuple[str, ...]
    kinds: tuple[str, ...]
    code_class: Index
    origin_class: Index
    cells: Index
    rates: Whole
    totals: Whole
    flags: Index
    refused: Mask | None

    @property
    def positions(self) -> tuple[dict[str, int], dict[str, int]]:
        """Where each code and each origin stands."""
        return {code: i for i, code in enumerate(self.codes)}, {origin: i for i, origin in enumerate(self.origins)}


def rate_table(
    *, law: Law, codes: Iterable[str], origins: Iterable[str], mode: Mode = Mode.EXPRESS, carry_forward: bool = False
) -> RateTable:
    """What the United States take by value from goods of each code and origin on the law's day, nothing claimed.

    codes: digits only. Made from the same facts as a single quote, by asking the engine once for each distinct stack.
    A code that the loaded schedule does not have is flagged UNKNOWN throughout,
    one whose lines differ SHORT.
    """
    policy = GUARANTEED if carry_forward else STRICT
    wanted, places = tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(origins))
    under = [lines_under(law=law, code=code) for code in wanted]
    found = alike(law=law, codes=tuple(dict.fromkeys(line for lines in under for line in lines)), origins=places)
    made = _Cells(Probe(law, policy), found)
    bases, stacks = made.numbered()
    many = max(len(made.stacks), 1)
    distinct, cells = np.unique(bases.astype(np.int64) * many + stacks, return_inverse=True)
    pairs = [(made.bases[key // many], made.stacks[key % many]) for key in distinct.tolist()]
    kinds = (_BASE, *sorted({kind for stack in made.stacks for kind in (*stack.added, *stack.topped)}))
    rates, flags = _filled(pairs, kinds)
    # Two rows more: for codes that the schedule does not have, and for those whose lines differ.
    rest = np.broadcast_to(np.array([[len(pairs)], [len(pairs) + 1]], np.int32), (2, len(found.fits)))
    return RateTable(
        destination=law.destination,
        on=law.on,
        version=law.version,
        mode=mode,
        policy=policy,
        codes=wanted,
        origins=places,
        kinds=kinds,
        code_class=_code_classes(under, found),
        origin_class=found.origin_class,
        cells=np.vstack([cells.reshape(bases.shape).astype(np.int32), rest]),
        rates=rates,
        totals=rates.sum(axis=1),
        flags=flags,
        refused=_refused(law, wanted, places, mode),
    )


def _code_classes(under: Sequence[Sequence[str]], found: Alike) -> Index:
    """The class that all lines under a code are in; those after the last for no line, and for several classes."""
    class_of = dict(zip(found.codes, found.code_class.tolist(), strict=True))
    none, several = len(found.stacks), len(found.stacks) + 1
    classes = ({class_of[line] for line in lines} or {none} for lines in under)
    return np.array([several if len(each) > 1 else each.pop() for each in classes], np.int32)


def full_codes(*, law: Law) -> list[str]:
    """The codes of the day at which goods are declared: those with no further ones under them, in order."""
    return [goods.code for goods in leaves_of(law=law, code="")]


def matrix(*, table: RateTable) -> tuple[Whole, Index]:
    """The whole: sums of rates in parts of UNIT and flags, codes x origins. Where flags are open, the sum is no rate."""
    totals = table.totals[table.cells][table.code_class][:, table.origin_class]
    flags = table.flags[table.cells][table.code_class][:, table.origin_class]
    if table.refused is not None:
        flags[table.refused] |= Flag.REFUSED
    return totals, flags


class _Cells:
    """What holds for each class of codes and each of origins: a base rate, and a stack beside it."""

    def __init__(self, probe: Probe, found: Alike) -> None:
        self.probe, self.found = probe, found
        self.bases: list[tuple[int, Flag]] = []
        self.stacks: list[Stack] = []
        self._base_numbers: dict[Effects, int] = {}
        self._stack_numbers: dict[Effects, int] = {}

    def numbered(self) -> tuple[Index, Index]:
        """The numbers of base rate and stack, classes of codes x classes of origins.

        Classes that differ in their base rate only share their stacks, so each half is worked out by itself.
        """
        is_base = [effect.kind == _BASE for effect in self.found.effects]
        rows: dict[tuple[bool, Row], list[int]] = {}
        halves: tuple[list[list[int]], list[list[int]]] = ([], [])
        for number, pairs in enumerate(self.found.stacks):
            for base in (True, False):
                half = tuple(pair for pair in pairs if is_base[pair[0]] is base)
                known = rows.get((base, half))
                if known is None:
                    known = rows[base, half] = self._row(half, number, self._base if base else self._stack)
                halves[0 if base else 1].append(known)
        bases, stacks = (
            np.array(half, np.int32).reshape(len(self.found.stacks), len(self.found.fits)) for half in halves
        )
        return bases, stacks

    def _row(self, half: Row, row: int, number: Callable[[Effects, int, int], int]) -> list[int]:
        return [
            number(tuple(effect for effect, place in half if fits[place]), row, column)
            for column, fits in enumerate(self.found.fits)
        ]

    def _base(self, effects: Effects, row: int, column: int) -> int:
        number = self._base_numbers.get(effects)
        if number is None:
            number = self._base_numbers[effects] = len(self.bases)
            self.bases.append(self.probe.base(*self._sample(effects, row, column)))
        return number

    def _stack(self, effects: Effects, row: int, column: int) -> int:
        number = self._stack_numbers.get(effects)
        if number is None:
            number = self._stack_numbers[effects] = len(self.stacks)
            self.stacks.append(self.probe.stack(*self._sample(effects, row, column)))
        return number

    def _sample(self, effects: Effects, row: int, column: int) -> tuple[list[Measure], str, str]:
        found = self.found
        return [found.effects[one] for one in effects], found.sample_code[row], found.sample_origin[column]


def _filled(pairs: Sequence[tuple[tuple[int, Flag], Stack]], kinds: Sequence[str]) -> tuple[Whole, Index]:
    """Rates and flags of the distinct pairs, and two rows more: of what is not known at all, and of what differs."""
    at = {kind: number for number, kind in enumerate(kinds)}
    rates = np.zeros((len(pairs) + 2, len(kinds)), np.int64)
    flags = np.zeros(len(pairs) + 2, np.int32)
    for number, ((base, base_flags), stack) in enumerate(pairs):
        row = rates[number]
        row[0] = base
        for kind, rate in stack.added.items():
            row[at[kind]] += rate
        for kind, total in stack.topped.items():
            row[at[kind]] += max(0, total - base)
        flags[number] = base_flags | stack.flags
    flags[-2:] = (Flag.UNKNOWN, Flag.SHORT)
    return rates, flags


def _refused(law: Law, codes: Sequence[str], origins: Sequence[str], mode: Mode) -> Mask | None:
    prefixes = {prefix for row in law.index.restrictions if row.holds(law.on) for prefix in row.value.codes}
    lengths = sorted({len(prefix) for prefix in prefixes})
    refused = np.zeros((len(codes), len(origins)), np.bool_)
    for i, code in enumerate(codes):
        if any(code[:length] in prefixes for length in lengths):
            for j, origin in enumerate(origins):
                found = restriction_on(law=law, code=code, origin=origin, mode=mode, claims=frozenset())
                refused[i, j] = found is not None
    return refused if refused.any() else None
