"""Rates and amounts as whole numbers, and what keeps a line from being one rate of its value."""

from decimal import Decimal
from enum import IntFlag
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]
Index: TypeAlias = NDArray[np.int32]
Mask: TypeAlias = NDArray[np.bool_]

# A rate is so many parts in thirty million: seven decimals, and the thirds of column 2 (33 1/3%), without a remainder.
UNIT: Final = 30_000_000
CENTS: Final = 100
# A whole number of units times a whole number of dollars, in units of a cent.
PER_CENT: Final = UNIT // CENTS


class Flag(IntFlag):
    """What a rate in a table leaves open.

    All but the last two keep a line out of the arithmetic on arrays; it is answered one by one. short: the lines under
    the code differ. content: charged on the whole value, since that of the named metal is not stated. assumed: carried
    forward at the marketplace's risk.
    """

    SPECIFIC = 1
    COMPOUND = 2
    UNKNOWN = 4
    QUANTITY = 8
    REFUSED = 16
    SHORT = 32
    CONTENT = 64
    ASSUMED = 128


OPEN: Final = Flag.SPECIFIC | Flag.COMPOUND | Flag.UNKNOWN | Flag.QUANTITY | Flag.REFUSED | Flag.SHORT


def units_of(ratio: Decimal) -> int | None:
    """A ratio in parts of UNIT; None when it is finer than that."""
    scaled = ratio * UNIT
    whole = scaled.to_integral_value()
    # A third is known to 28 digits only.
    return int(whole) if abs(scaled - whole) < Decimal("0.000001") else None


def flagged(*, flags: Index, flag: Flag) -> int:
    """How many cells have a flag."""
    return int(np.count_nonzero(flags & int(flag)))
