"""Many lines at once: the stack of each goods code and origin on a day as whole numbers, and arithmetic on arrays."""

from entrepot.landed.rules.batch.lines import Parcels, Taken, duty_parts, line_duties, parcels_taken
from entrepot.landed.rules.batch.table import RateTable, full_codes, matrix, rate_table
from entrepot.landed.rules.batch.text import blocks, heading, percent_of
from entrepot.landed.rules.batch.units import UNIT, Flag, flagged

__all__ = [
    "UNIT",
    "Flag",
    "Parcels",
    "RateTable",
    "Taken",
    "blocks",
    "duty_parts",
    "flagged",
    "full_codes",
    "heading",
    "line_duties",
    "matrix",
    "parcels_taken",
    "percent_of",
    "rate_table",
]
