"""Arithmetic on arrays of lines: duty to the cent, its parts, and what one-line parcels pay for the entry."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from entrepot.customs.rules import fees_on, threshold_on
from entrepot.customs.terms import Fee, Law
from entrepot.landed.rules.batch.table import RateTable
from entrepot.landed.rules.batch.units import CENTS, OPEN, PER_CENT, UNIT, Index, Mask, Whole
from entrepot.landed.terms import Entry, Mode, Transport

_NEVER: Final = -1
# A line's value above this is left to the engine: dollars times parts must fit 63 bits.
_MOST_CENTS: Final = 10**12


@dataclass(frozen=True, slots=True)
class Parcels:
    """Lines, each a parcel of its own. codes, origins: positions in the table; values: cents."""

    codes: Index
    origins: Index
    values: Whole


@dataclass(frozen=True, slots=True)
class Taken:
    """What customs takes from each parcel, in cents. settled: False where the engine must be asked."""

    duty: Whole
    fees: Whole
    settled: Mask


def line_duties(*, table: RateTable, lines: Parcels) -> tuple[Whole, Mask]:
    """Each line's duty in cents, and which of them are settled; the others are zero and must be asked one by one.

    The entered value is in whole dollars, half up; the sum of a line's duties is rounded once, half up.
    Source: CBP Form 7501 instructions.
    """
    cells = table.cells[table.code_class[lines.codes], table.origin_class[lines.origins]]
    settled = (table.flags & int(OPEN))[cells] == 0
    settled &= (lines.values >= 0) & (lines.values < _MOST_CENTS)
    if table.refused is not None:
        settled &= ~table.refused[lines.codes, lines.origins]
    duty = _entered(lines.values) * table.totals[cells]
    duty += PER_CENT // 2
    duty //= PER_CENT
    duty[~settled] = 0
    return duty, settled


def duty_parts(*, table: RateTable, lines: Parcels) -> Whole:
    """Each line's duty by kind, in cents, along `table.kinds`; the parts of a settled line add up to its duty.

    The cents that rounding down leaves go to the parts that lost most, the earlier kind first among equals.
    """
    cells = table.cells[table.code_class[lines.codes], table.origin_class[lines.origins]]
    exact = _entered(lines.values)[:, None] * table.rates[cells]
    parts, lost = np.divmod(exact, PER_CENT)
    whole = (exact.sum(axis=1) + PER_CENT // 2) // PER_CENT
    left = whole - parts.sum(axis=1)
    rank = np.argsort(np.argsort(-lost, axis=1, kind="stable"), axis=1, kind="stable")
    parts += rank < left[:, None]
    return parts


def parcels_taken(*, law: Law, table: RateTable, lines: Parcels, transport: Transport = Transport.AIR) -> Taken:
    """Duty and the fees of the entry for parcels of one line each, as the engine takes them with entry `auto`.

    Exempt by value where the origin's goods are; informal up to the limit of the day, formal above; nothing claimed.
    Postal parcels and fees whose figure is not known on the day are left to the engine.
    """
    duty, settled = line_duties(table=table, lines=lines)
    fees = np.zeros_like(duty)
    if table.mode is Mode.POST:
        return Taken(np.zeros_like(duty), fees, np.zeros_like(settled))
    limits = np.array([_cents_of(_limit(law, origin, table.mode)) for origin in table.origins], np.int64)
    exempt = lines.values <= limits[lines.origins]
    informal = lines.values <= _cents_of(_limit(law, "", "", name="informal"))
    small = Entry.EXPRESS_CONSIGNMENT if table.mode is Mode.EXPRESS else Entry.INFORMAL
    for entry, chosen in ((small, informal), (Entry.FORMAL, ~informal)):
        due = np.zeros_like(duty)
        known = True
        for fee in fees_on(law=law, entry=entry, transport=transport, claims=frozenset()):
            known &= table.policy.carry_forward or fee.unknown_from is None or law.on < fee.unknown_from
            due += _fee(fee, lines.values)
        fees[chosen] = due[chosen]
        if not known:
            settled &= ~chosen | exempt
    # An exempt parcel pays nothing, whatever its code; only what may not enter is not settled by that.
    if table.refused is not None:
        exempt &= ~table.refused[lines.codes, lines.origins]
    duty[exempt] = 0
    settled |= exempt
    fees[exempt | ~settled] = 0
    duty[~settled] = 0
    return Taken(duty, fees, settled)


def _entered(values: Whole) -> Whole:
    return (values + CENTS // 2) // CENTS


def _limit(law: Law, origin: str, mode: str, name: str = "de_minimis") -> Decimal | None:
    found = threshold_on(law=law, name=name, origins=[origin] if origin else (), mode=mode)
    return None if found is None else found.amount


def _cents_of(amount: Decimal | None) -> int:
    return _NEVER if amount is None else int(amount * CENTS)


def _fee(fee: Fee, values: Whole) -> Whole:
    """Rounded half up to the cent. Source: 19 CFR 24.23."""
    due = _entered(values) * int(fee.rate * UNIT) + int(fee.flat * UNIT)
    if fee.minimum is not None and fee.maximum is not None:
        due = np.clip(due, int(fee.minimum * UNIT), int(fee.maximum * UNIT))
    return (due + PER_CENT // 2) // PER_CENT
