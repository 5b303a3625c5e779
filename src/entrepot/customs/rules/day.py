"""Asking the law of a day: the goods, measures, fees, thresholds and restrictions that hold then."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from entrepot.customs.rules.codes import goods_at
from entrepot.customs.rules.index import entries_on
from entrepot.customs.terms import Entry, Fee, Goods, Law, Measure, Restriction, Threshold

# As in the index: long enough for filtering at every look-up to be felt.
_LONG: Final = 12


def covering(*, law: Law, code: str) -> Goods | None:
    """The loaded goods code that `code` (digits only) is or falls under; None when the data does not cover it."""
    for length in law.index.lengths:
        found = goods_at(law=law, code=code[:length]) if length <= len(code) else None
        if found is not None:
            return found
    return None


def measures_on(*, law: Law, code: str, origin: str, region: str = "") -> list[Measure]:
    """The measures on goods of a code and origin, those of longer prefixes first, then in the order they were written.

    For each measure the longest prefix that fits decides whether the code is inside or excepted.
    """
    decided: set[int] = set()
    found: list[Measure] = []
    measures = law.index.measures
    for length in law.index.lengths:
        if length > len(code):
            continue
        for number, inside, _since, _until in _entries(law, code[:length], origin, region):
            if number in decided:
                continue
            decided.add(number)
            if inside:
                measure = measures[number]
                if _fits(measure, origin, region):
                    found.append(measure)
    return found


def _entries(law: Law, prefix: str, origin: str, region: str) -> Sequence[Entry]:
    """What stands at a prefix on the day; of long lists only what is for the origin, kept with the law of the day.

    A measure that is not for the origin is not found whatever its codes, so leaving it out changes nothing.
    """
    written = law.index.entries.get(prefix)
    if written is None:
        return ()
    if len(written) <= _LONG or region:
        return entries_on(law=law, prefix=prefix)
    name = f"{prefix}/{origin}"
    kept = law.today.get(name)
    if kept is None:
        measures = law.index.measures
        kept = tuple(
            entry for entry in entries_on(law=law, prefix=prefix) if _fits(measures[entry.measure], origin, region)
        )
        law.today[name] = kept
    return kept


def threshold_on(
    *, law: Law, name: str, origins: Sequence[str] = (), ship_from: str = "", mode: str = ""
) -> Threshold | None:
    """The amount that law attaches `name` to for goods of these origins; None when there is none that day."""
    for row in law.index.thresholds.get(name, ()):
        threshold = row.value
        if not row.holds(law.on):
            continue
        if threshold.origins and not all(origin in threshold.origins for origin in origins):
            continue
        if any(origin in threshold.origins_except for origin in origins):
            continue
        if threshold.ships_from and ship_from not in threshold.ships_from:
            continue
        if threshold.modes and mode not in threshold.modes:
            continue
        return threshold
    return None


def fees_on(*, law: Law, entry: str, transport: str, claims: frozenset[str]) -> Iterable[Fee]:
    """The fees of an entry, in the order they were written."""
    return (
        row.value
        for row in law.index.fees
        if row.holds(law.on)
        and (not row.value.entries or entry in row.value.entries)
        and (not row.value.transports or transport in row.value.transports)
        and not (row.value.claims_except & claims)
    )


def restriction_on(*, law: Law, code: str, origin: str, mode: str, claims: frozenset[str]) -> Restriction | None:
    """What forbids goods of this code and origin this way, or asks for a document that is not among the claims."""
    for dated in law.index.restrictions:
        row = dated.value
        if not dated.holds(law.on):
            continue
        if row.modes and mode not in row.modes:
            continue
        if row.origins and origin not in row.origins:
            continue
        inside = max((len(prefix) for prefix in row.codes if code.startswith(prefix)), default=-1)
        outside = max((len(prefix) for prefix in row.codes_except if code.startswith(prefix)), default=-1)
        if inside > outside and not (row.document and row.document in claims):
            return row
    return None


def claimable(*, measure: Measure, claims: Collection[str]) -> bool:
    """Whether a measure that must be claimed is; one that need not be always is.

    claims: names and, for preferences, the symbols of the schedule's special column (`KR`, `A+`).
    """
    if measure.claim and measure.claim not in claims:
        return False
    return not measure.claims_any or any(name in claims for name in measure.claims_any)


def spared(*, measure: Measure, claims: Mapping[str, str], on: date) -> bool:
    """Whether a claim spares the goods: an exception by name, or having been under way when the measure began."""
    if any(name in claims for name in measure.claims_except):
        return True
    loaded = claims.get("in_transit")
    return (
        loaded is not None
        and measure.transit is not None
        and loaded < measure.transit.loaded_before.isoformat()
        and on < measure.transit.entered_before
    )


def _fits(measure: Measure, origin: str, region: str) -> bool:
    if measure.regions and region not in measure.regions:
        return False
    return (not measure.origins or origin in measure.origins) and origin not in measure.origins_except
