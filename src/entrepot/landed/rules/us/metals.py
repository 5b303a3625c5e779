"""Section 232: which of its actions takes the goods, on the full value or on the value of the metal."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from entrepot.customs.terms import Measure, Relation
from entrepot.landed.rules.us.basis import Basis
from entrepot.landed.rules.working import ZERO, Line, Sheet

_CONTENT: Final = "content:"
_LESS: Final = "less:"
_SPELLINGS: Final = {"aluminum": ("value:aluminum", "value:aluminium")}


class Charge(NamedTuple):
    """A measure and the value it counts on. rest: what is left of the goods' value for those that 232 shuts out."""

    measure: Measure
    value: Decimal
    rest: Decimal


def charges(sheet: Sheet, line: Line, basis: Basis, found: Sequence[Measure]) -> list[Charge]:
    """What section 232 charges on a line. The action in a measure's key (`s232.autos.`) shuts out those that say so.

    Source: EO 14289 as amended; US notes 16, 19, 33, 36 to 40 to chapter 99. Where the value of the metal is not known,
    the full value is charged (CBP, guidance on derivative articles).
    """
    spared = {_action(measure) for measure in found if measure.relation is Relation.EXEMPT}
    rows = [measure for measure in found if measure.relation is not Relation.EXEMPT and _action(measure) not in spared]
    actions = {_action(measure) for measure in rows}
    rows = [measure for measure in rows if not (measure.shut_out_by & (actions - {_action(measure)}))]
    by_base: dict[str, Measure] = {}
    for measure in rows:
        known = by_base.get(measure.base)
        if known is None or (measure.rate.ad_valorem or ZERO) > (known.rate.ad_valorem or ZERO):
            by_base[measure.base] = measure
    return list(_valued(sheet, line, basis.full, by_base.values()))


def _action(measure: Measure) -> str:
    return ".".join(measure.key.split(".")[:2])


def _valued(sheet: Sheet, line: Line, full: Decimal, rows: Iterable[Measure]) -> Iterable[Charge]:
    kinds: dict[bool, list[Measure]] = defaultdict(list)
    for measure in rows:
        kinds[measure.base.startswith(_CONTENT)].append(measure)
    for measure in kinds[False]:
        value = full
        if measure.base.startswith(_LESS):
            value = max(full - line.asked.measures.get(f"value:{measure.base.removeprefix(_LESS)}", ZERO), ZERO)
        yield Charge(measure, value, ZERO)
    if kinds[False] or not kinds[True]:
        return
    stated = [(measure, part) for measure in kinds[True] if (part := _part(line, measure)) is not None]
    if not stated:
        measure = max(kinds[True], key=lambda one: one.rate.ad_valorem or ZERO)
        sheet.note(
            "Line {line}: the value of the {metal} in it is not stated; section 232 then counts on the full value "
            "({source}).",
            line=line.index, metal=measure.base.removeprefix(_CONTENT), source=measure.source,
        )  # fmt: skip
        yield Charge(measure, full, ZERO)
        return
    rest = full
    for measure, part in stated:
        value = min(part, rest)
        rest -= value
        yield Charge(measure, value, rest)


def _part(line: Line, measure: Measure) -> Decimal | None:
    metal = measure.base.removeprefix(_CONTENT)
    names = _SPELLINGS.get(metal, (f"value:{metal}",))
    return next((line.asked.measures[name] for name in names if name in line.asked.measures), None)
