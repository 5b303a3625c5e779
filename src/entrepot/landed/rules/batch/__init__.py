"""Many lines at once: the stack of each goods code and origin on a day as whole numbers, and arithmetic on arrays."""

from entrepot.landed.rules.batch.lines import Parcels, Taken, duty_parts, line_duties, parcels_taken
from entrepot.landed.rules.batch.table import RateTable, matrix, rate_table
from entrepot.landed.rules.batch.units import UNIT, Flag

__all__ = [
    "UNIT",
    "Flag",
    "Parcels",
    "RateTable",
    "Taken",
    "duty_parts",
    "line_duties",
    "matrix",
    "parcels_taken",
    "rate_table",
]
