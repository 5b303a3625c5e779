"""What changed in the law between two days or two states of knowledge, measure by measure and code by code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from entrepot.customs.rules.codes import goods_on
from entrepot.customs.terms import Law, Measure


@dataclass(frozen=True, slots=True)
class Change:
    """One line that differs. verb: new, gone or changed; codes: what it is on; old, new: rates, empty for goods codes."""

    verb: str
    kind: str
    key: str
    codes: tuple[str, ...]
    old: str
    new: str


def changes(*, before: Law, after: Law) -> tuple[Change, ...]:
    """The differences in force between two laws of one authority: rates and scopes first, then goods codes; by code."""
    old, new = _in_force(before), _in_force(after)
    found = [_change(key, old.get(key), new.get(key)) for key in old.keys() | new.keys()]
    rates = sorted((one for one in found if one is not None), key=lambda one: (one.codes[:1], one.key))
    had, has = ({goods.code for goods in goods_on(law=law)} for law in (before, after))
    gone = [Change("gone", "goods", code, (code,), "", "") for code in had - has]
    fresh = [Change("new", "goods", code, (code,), "", "") for code in has - had]
    return (*rates, *sorted((*gone, *fresh), key=lambda one: one.key))


def _in_force(law: Law) -> dict[str, tuple[Measure, frozenset[str]]]:
    """Measures by key with the prefixes that they count in on the law's day."""
    day, prefixes = law.on.toordinal(), dict[int, set[str]]()
    for prefix, entries in law.index.entries.items():
        for entry in entries:
            if entry.inside and entry.since <= day < entry.until:
                prefixes.setdefault(entry.measure, set()).add(prefix)
    return {
        law.index.measures[number].key: (law.index.measures[number], frozenset(found))
        for number, found in prefixes.items()
    }


def _change(
    key: str, old: tuple[Measure, frozenset[str]] | None, new: tuple[Measure, frozenset[str]] | None
) -> Change | None:
    if old is None or new is None:
        measure, codes = old or new or (None, frozenset[str]())
        if measure is None:
            return None
        verb = "gone" if new is None else "new"
        return Change(verb, measure.kind, key, _told(codes), *_texts(old, new))
    if _said(old[0]) == _said(new[0]) and old[1] == new[1]:
        return None
    # A rate that changed touches all its codes; a scope only those that came or went.
    codes = old[1] | new[1] if _said(old[0]) != _said(new[0]) else old[1] ^ new[1]
    return Change("changed", new[0].kind, key, _told(codes), *_texts(old, new))


def _said(measure: Measure) -> tuple[object, ...]:
    return (
        measure.rate.terms, measure.rate.known, measure.origins, measure.origins_except, measure.claim, measure.claims_any,
        measure.claims_except, measure.relation, measure.base, measure.regions, measure.codes_except,
    )  # fmt: skip


def _texts(old: tuple[Measure, frozenset[str]] | None, new: tuple[Measure, frozenset[str]] | None) -> tuple[str, str]:
    return old[0].rate.text if old else "", new[0].rate.text if new else ""


def _told(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(codes))


def touched_codes(*, found: Iterable[Change]) -> tuple[str, ...]:
    """All code prefixes that the changes are on, in order; the empty one (all goods) is left out."""
    return tuple(sorted({code for change in found for code in change.codes if code}))


def counted(*, found: Iterable[Change]) -> Mapping[str, int]:
    """How many changes there are of each verb and kind, as `changed base`."""
    counts: dict[str, int] = {}
    for change in found:
        name = f"{change.verb} {change.kind}"
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))
