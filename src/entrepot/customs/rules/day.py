"""One day's law: what is in force is sorted by goods-code prefix once, so that a line is answered by a few look-ups."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from entrepot.customs.rules.starter import Rows
from entrepot.customs.terms import Fee, Goods, Law, Measure, Restriction, Threshold


def compiled(*, destination: str, currency: str, on: date, rows: Rows, version: str) -> Law:
    """The law of `destination` on `on`, of the rows whose period holds that day (both halves of the day alike)."""
    measures = [measure for measure in rows.measures if _in_force(measure.valid_from, measure.valid_until, on)]
    by_prefix: dict[str, list[tuple[Measure, bool]]] = {}
    for measure in measures:
        for prefix in measure.codes:
            by_prefix.setdefault(prefix, []).append((measure, True))
        for prefix in measure.codes_except:
            by_prefix.setdefault(prefix, []).append((measure, False))
    goods = {row.value.code: row.value for row in rows.goods if _in_force(row.valid_from, row.valid_until, on)}
    thresholds: dict[str, list[Threshold]] = {}
    for threshold in rows.thresholds:
        if _in_force(threshold.value.valid_from, threshold.valid_until, on):
            thresholds.setdefault(threshold.value.name, []).append(threshold.value)
    return Law(
        destination=destination,
        on=on,
        currency=currency,
        version=version,
        areas=rows.areas,
        goods=goods,
        by_prefix={prefix: tuple(found) for prefix, found in by_prefix.items()},
        lengths=tuple(sorted({len(prefix) for prefix in (*by_prefix, *goods)}, reverse=True)),
        fees=tuple(fee.value for fee in rows.fees if _in_force(fee.value.valid_from, fee.valid_until, on)),
        thresholds={name: tuple(found) for name, found in thresholds.items()},
        restrictions=tuple(row.value for row in rows.restrictions if _in_force(row.valid_from, row.valid_until, on)),
    )


def covering(*, law: Law, code: str) -> Goods | None:
    """The loaded goods code that `code` (digits only) is or falls under; None when the data does not cover it."""
    for length in law.lengths:
        found = law.goods.get(code[:length]) if length <= len(code) else None
        if found is not None:
            return found
    return None


def measures_on(*, law: Law, code: str, origin: str, region: str = "") -> list[Measure]:
    """The measures on goods of a code and origin, in the order they were written.

    For each measure the longest prefix that fits decides whether the code is inside or excepted.
    """
    decided: dict[str, bool] = {}
    found: list[Measure] = []
    for length in law.lengths:
        if length > len(code):
            continue
        for measure, inside in law.by_prefix.get(code[:length], ()):
            if measure.key in decided:
                continue
            decided[measure.key] = inside
            if inside and _fits(measure, origin, region):
                found.append(measure)
    return found


def threshold_on(
    *, law: Law, name: str, origins: Sequence[str] = (), ship_from: str = "", mode: str = ""
) -> Threshold | None:
    """The amount that law attaches `name` to for goods of these origins; None when there is none that day."""
    for threshold in law.thresholds.get(name, ()):
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
        fee
        for fee in law.fees
        if (not fee.entries or entry in fee.entries)
        and (not fee.transports or transport in fee.transports)
        and not (fee.claims_except & claims)
    )


def restriction_on(*, law: Law, code: str, origin: str, mode: str, claims: frozenset[str]) -> Restriction | None:
    """What forbids goods of this code and origin this way, or asks for a document that is not among the claims."""
    for row in law.restrictions:
        if row.modes and mode not in row.modes:
            continue
        if row.origins and origin not in row.origins:
            continue
        inside = max((len(prefix) for prefix in row.codes if code.startswith(prefix)), default=-1)
        outside = max((len(prefix) for prefix in row.codes_except if code.startswith(prefix)), default=-1)
        if inside > outside and not (row.document and row.document in claims):
            return row
    return None


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


def _in_force(since: date, until: date | None, on: date) -> bool:
    return since <= on and (until is None or on < until)
