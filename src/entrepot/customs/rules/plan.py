"""What a load must end and add so that the stored rows of a part say what its file says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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


class Again(NamedTuple):
    """A stored row's content, to be known for other days."""

    id: int
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Keys, not rows: one whose words, rate or days differ is changed."""

    new: int = 0
    ended: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Ids of rows to end, column values of rows to add, and stored contents to add for other days."""

    ended: list[int]
    added: list[Facts]
    counts: Counts
    again: list[Again] = field(default_factory=list)


class _Span(NamedTuple):
    since: date
    until: date | None
    fingerprint: str
    content: Facts | int


def planned(*, stored: Sequence[Stored], facts: Sequence[Facts]) -> Plan:
    """The difference between what is stored and what should be, for a part that is told whole."""
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
    return Plan(ended, added, _counts(before, after, touched))


def spliced(*, stored: Sequence[Stored], facts: Sequence[Facts], since: date, until: date | None) -> Plan:
    """The difference for an edition that tells the state from `since` until the next edition's day.

    What is stored for other days stays; neighbouring days of the same content become one row. The facts' own days are
    not read.
    """
    rows: dict[str, list[Stored]] = {}
    for row in stored:
        rows.setdefault(row.key, []).append(row)
    told = {str(one["key"]): one for one in facts}
    plan = Plan([], [], Counts())
    before, touched = set(), set()
    for key in rows.keys() | told.keys():
        old, new = rows.get(key, ()), told.get(key)
        if any(row.valid_from <= since and (row.valid_until is None or since < row.valid_until) for row in old):
            before.add(key)
        if _spliced(plan, old, new, since, until):
            touched.add(key)
    return Plan(plan.ended, plan.added, _counts(before, set(told), touched), plan.again)


def _spliced(plan: Plan, old: Sequence[Stored], new: Facts | None, since: date, until: date | None) -> bool:
    spans = [piece for row in old for piece in _outside(row, since, until)]
    if new is not None:
        spans.append(_Span(since, until, str(new["fingerprint"]), new))
    wanted = _joined(sorted(spans, key=lambda span: span.since))
    have = {(row.valid_from, row.valid_until, row.fingerprint): row.id for row in old}
    want = {(span.since, span.until, span.fingerprint): span for span in wanted}
    plan.ended.extend(number for days, number in have.items() if days not in want)
    for days, span in want.items():
        if days in have:
            continue
        if isinstance(span.content, int):
            plan.again.append(Again(span.content, span.since, span.until))
        else:
            plan.added.append({**span.content, "valid_from": span.since, "valid_until": span.until})
    return have.keys() != want.keys()


def _outside(row: Stored, since: date, until: date | None) -> Iterable[_Span]:
    if row.valid_from < since:
        end = since if row.valid_until is None or since < row.valid_until else row.valid_until
        yield _Span(row.valid_from, end, row.fingerprint, row.id)
    if until is not None and (row.valid_until is None or until < row.valid_until):
        yield _Span(max(row.valid_from, until), row.valid_until, row.fingerprint, row.id)


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    joined: list[_Span] = []
    for span in spans:
        if joined and joined[-1].until == span.since and joined[-1].fingerprint == span.fingerprint:
            last = joined.pop()
            joined.append(last._replace(until=span.until))
        else:
            joined.append(span)
    return joined


def _counts(before: set[str], after: set[str], touched: set[str]) -> Counts:
    return Counts(
        new=len(after - before),
        ended=len(before - after),
        changed=len(before & after & touched),
        same=len((before & after) - touched),
    )


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    raise TypeError(value)


def following(*, day: date, days: Iterable[date]) -> date | None:
    """The first of `days` after `day`."""
    return min((other for other in days if other > day), default=None)
