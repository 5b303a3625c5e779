"""Weights and lengths as whole grams and millimetres."""

from decimal import Decimal
from typing import Final

# Source: International Yard and Pound Agreement, 1959.
_GRAMS: Final = {"g": Decimal(1), "kg": Decimal(1000), "oz": Decimal("28.349523125"), "lb": Decimal("453.59237")}


def grams(amount: Decimal, unit: str) -> int:
    """Whole grams, half up. Units: g, kg, oz, lb. Raises ValueError for others or below zero."""
    factor = _GRAMS.get(unit.strip().lower())
    if factor is None or amount < 0:
        raise ValueError(f"{amount} {unit} is no weight we know")
    return int((amount * factor).quantize(Decimal(1), rounding="ROUND_HALF_UP"))
