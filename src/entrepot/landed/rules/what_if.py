"""A law with changes that nobody has enacted; and what new prices do to demand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from entrepot.customs.rules import entries_on
from entrepot.customs.terms import Entry, Law, Measure, Relation
from entrepot.kernel.money import Money
from entrepot.landed.rules.elasticities import elasticity_of
from entrepot.landed.rules.telling import sentence
from entrepot.landed.terms import Step
from entrepot.landed.terms.scenarios import CategoryOutcome, Change, ChangeVerb, Elasticity, Scenario, ScenarioInvalid

_ALWAYS: Final = date.max.toordinal()
_NOWHERE: Final[frozenset[str]] = frozenset()
_INDEX: Final = Decimal(100)
_TENTH: Final = Decimal("0.1")


def changed_law(*, law: Law, scenario: Scenario) -> Law:
    """The law of the day as it would be with the changes, one after the other.

    Raises ScenarioInvalid, with the change's line, where there is no such measure to change on that day.
    """
    draft = _Draft(law)
    for change in scenario.changes:
        draft.apply(change)
    return draft.law()


class _Draft:
    """A copy of a day's measures that may be changed."""

    def __init__(self, law: Law) -> None:
        self.was = law
        self.measures: list[Measure] = list(law.index.measures)
        # Only what holds on the day: a law of one day is all that is asked for.
        self.entries: dict[str, list[Entry]] = {
            prefix: found for prefix in law.index.entries if (found := list(entries_on(law=law, prefix=prefix)))
        }
        # Which prefixes each measure counts in, or out.
        self.places: dict[int, dict[str, bool]] = {}
        for prefix, found in self.entries.items():
            for entry in found:
                self.places.setdefault(entry.measure, {})[prefix] = entry.inside

    def apply(self, change: Change) -> None:
        if change.verb is ChangeVerb.ADD:
            self._put(self._new(change), dict.fromkeys(change.codes or ("",), True))
            return
        held = [number for number in sorted(self.places) if self._meets(self.measures[number], change)]
        touched = [number for number in held if self._limited(number, change)]
        if not touched:
            day = self.was.on.isoformat()
            none = Step(
                "no `{name}` is in force on {day} for these codes and origins", {"name": change.kind, "day": day}
            )
            raise ScenarioInvalid(line=change.line, why=sentence(none), step=none)
        for number in touched:
            self._change(number, change)

    def law(self) -> Law:
        index = self.was.index
        lengths = tuple(sorted({*index.lengths, *(len(prefix) for prefix in self.entries)}, reverse=True))
        changed = replace(
            index,
            measures=tuple(self.measures),
            entries={prefix: tuple(found) for prefix, found in self.entries.items()},
            lengths=lengths,
            version=f"{index.version} with changes",
        )
        return Law(self.was.destination, self.was.on, changed)

    def _meets(self, measure: Measure, change: Change) -> bool:
        # What must be claimed, and what spares goods, is no rate that a change of rates would mean.
        if measure.kind != change.kind or measure.claim or measure.relation is Relation.EXEMPT:
            return False
        return not change.origins or bool(self._origins(measure, change))

    def _origins(self, measure: Measure, change: Change) -> frozenset[str]:
        inside = change.origins & measure.origins if measure.origins else change.origins
        return inside - measure.origins_except

    def _limited(self, number: int, change: Change) -> dict[str, bool]:
        """Where a measure counts a prefix in or out, within the change's codes."""
        own = self.places[number]
        if not any(own.values()):
            return {}
        if not change.codes:
            return dict(own)
        kept = {
            prefix: inside for prefix, inside in own.items() if any(prefix.startswith(code) for code in change.codes)
        }
        for code in change.codes:
            if code not in kept:
                above = max((prefix for prefix in own if code.startswith(prefix)), key=len, default=None)
                if above is not None and own[above]:
                    kept[code] = True
        return kept if any(kept.values()) else {}

    def _change(self, number: int, change: Change) -> None:
        """Split one measure: outside the codes it stays, inside it is for the other origins only, and new for these."""
        old, places = self.measures[number], self._limited(number, change)
        for prefix in places:
            self.entries[prefix] = [one for one in self.entries.get(prefix, []) if one.measure != number]
            if change.codes:
                self.entries[prefix].append(Entry(number, False, 0, _ALWAYS))
        self.places[number] = {**self.places[number], **dict.fromkeys(places, False)}
        if change.origins:
            others = old.origins - change.origins if old.origins else _NOWHERE
            if others or not old.origins:
                rest = replace(old, origins=others, origins_except=old.origins_except | change.origins)
                self._put(rest, places)
        if change.verb is ChangeVerb.SET and change.rate is not None:
            origins = self._origins(old, change) if change.origins else old.origins
            relation = Relation.TOP_UP if change.top_up else old.relation
            new = replace(
                old, origins=origins, rate=change.rate, relation=relation, unknown_from=None,
                source=f"scenario, line {change.line}; before: {old.source}",
            )  # fmt: skip
            self._put(new, places)

    def _put(self, measure: Measure, places: Mapping[str, bool]) -> None:
        number = len(self.measures)
        self.measures.append(measure)
        self.places[number] = dict(places)
        for prefix, inside in places.items():
            self.entries.setdefault(prefix, []).append(Entry(number, inside, 0, _ALWAYS))

    def _new(self, change: Change) -> Measure:
        sample = next(one for one in self.measures if one.kind == "base")
        return replace(
            sample,
            key=f"{change.kind}.scenario_{change.line}",
            kind=change.kind,
            codes=change.codes or ("",),
            codes_except=(),
            origins=change.origins,
            origins_except=_NOWHERE,
            regions=_NOWHERE,
            rate=change.rate or sample.rate,
            base="value",
            relation=Relation.TOP_UP if change.top_up else Relation.ADD,
            claim="",
            claims_any=_NOWHERE,
            claims_except=_NOWHERE,
            shut_out_by=_NOWHERE,
            unit_price=None,
            transit=None,
            valid_from=self.was.on,
            valid_until=None,
            unknown_from=None,
            source=f"scenario, line {change.line}",
            note="",
        )


@dataclass(frozen=True, slots=True)
class Tried:
    """One article before and after: prices at the door of one piece in minor units, None where it has none."""

    category: str
    quantity: int
    before: int | None
    after: int | None


def outcome_of(*, category: str, tried: Sequence[Tried], currency: str, scenario: Scenario) -> CategoryOutcome:
    """What a scenario does to a category.

    Demand for each article follows its own price with constant elasticity, weighted by what was spent on it: an index
    of spending at old prices, 100 before. An article that has no price any more has no demand any more.
    """
    both = [one for one in tried if one.before is not None and one.after is not None]
    lost = [one for one in tried if one.before is not None and one.after is None]
    before = sum((one.before or 0) * one.quantity for one in both)
    after = sum((_passed(one, scenario.pass_through) * one.quantity for one in both), Decimal(0))
    elasticity = elasticity_of(category=category, own=scenario.elasticities)
    # A lower price raises demand most where the elasticity is highest, a higher one where it is lowest.
    ends = [_demand([*both, *lost], scenario, figure) for figure in (elasticity.low, elasticity.high)]
    return CategoryOutcome(
        category=category,
        goods=len(both),
        changed=sum(one.before != one.after for one in both),
        lost=len(lost),
        gained=sum(one.before is None and one.after is not None for one in tried),
        before=Money(before, currency),
        after=Money(int(after.to_integral_value()), currency),
        price=after / before - 1 if before else Decimal(0),
        low=min(ends),
        central=_demand([*both, *lost], scenario, elasticity.central),
        high=max(ends),
        elasticity=elasticity,
    )


def whole_of(
    *, outcomes: Sequence[CategoryOutcome], spent: Mapping[str, int], elasticity: Elasticity
) -> CategoryOutcome:
    """All categories together, each by what was spent in it before."""
    currency = outcomes[0].before.currency
    all_spent = sum(spent.values())

    def mean(name: str) -> Decimal:
        weighed = sum((getattr(one, name) * spent[one.category] for one in outcomes), Decimal(0))
        return (weighed / all_spent).quantize(_TENTH) if all_spent else _INDEX

    before, after = (Money.total((getattr(one, name) for one in outcomes), currency) for name in ("before", "after"))
    return CategoryOutcome(
        category="",
        goods=sum(one.goods for one in outcomes),
        changed=sum(one.changed for one in outcomes),
        lost=sum(one.lost for one in outcomes),
        gained=sum(one.gained for one in outcomes),
        before=before,
        after=after,
        price=Decimal(after.minor) / before.minor - 1 if before.minor else Decimal(0),
        low=mean("low"),
        central=mean("central"),
        high=mean("high"),
        elasticity=elasticity,
    )


def _passed(one: Tried, share: Decimal) -> Decimal:
    """The price the shopper sees when only a share of the change reaches her."""
    before, after = Decimal(one.before or 0), Decimal(one.after or 0)
    return before + (after - before) * share


def _demand(tried: Sequence[Tried], scenario: Scenario, elasticity: Decimal) -> Decimal:
    spent = kept = Decimal(0)
    for one in tried:
        weight = Decimal(one.before or 0) * one.quantity
        spent += weight
        if one.after is not None and one.before:
            ratio = _passed(one, scenario.pass_through) / one.before
            kept += weight * (ratio**-elasticity if ratio != 1 else 1)
    return (kept / spent * _INDEX).quantize(_TENTH) if spent else _INDEX
