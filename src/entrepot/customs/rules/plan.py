"""What a load must end and add so that the stored rows of a part say what its file says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from entrepot.customs.rules.facts import Facts


class Stored(NamedTuple):
    """A row that is known now."""

    id: int
    key: str
    valid_from: date
    valid_until: date | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Keys, not rows: one whose words, rate or days differ is changed."""

    new: int = 0
    ended: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Ids of rows to end, and column values of rows to add."""

    ended: list[int]
    added: list[Facts]
    counts: Counts


def planned(*, stored: Sequence[Stored], facts: Sequence[Facts]) -> Plan:
    """The difference between what is stored and what should be."""
    known = {(row.key, row.valid_from): row for row in stored}
    added, kept = [], set()
    for one in facts:
        row = known.get((str(one["key"]), _day(one["valid_from"])))
        if row is not None and (row.valid_until, row.fingerprint) == (one["valid_until"], one["fingerprint"]):
            kept.add(row.id)
        else:
            added.append(one)
    ended = [row.id for row in stored if row.id not in kept]
    before, after = {row.key for row in stored}, {str(one["key"]) for one in facts}
    touched = {row.key for row in stored if row.id not in kept} | {str(one["key"]) for one in added}
    both = before & after
    return Plan(
        ended,
        added,
        Counts(
            new=len(after - before), ended=len(before - after), changed=len(both & touched), same=len(both - touched)
        ),
    )


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    raise TypeError(value)
