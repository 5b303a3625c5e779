"""Price bands: round steps in each currency, so that counts by price read like a shop's."""

from collections.abc import Mapping
from typing import Final

from entrepot.kernel.money import exponent

# In major units, chosen by us for everyday goods; the last band is open.
_STEPS: Final[Mapping[str, tuple[int, ...]]] = {
    "CNY": (50, 100, 200, 500, 1_000, 3_000),
    "HKD": (50, 100, 200, 500, 1_000, 3_000),
    "TWD": (200, 500, 1_000, 2_000, 5_000, 10_000),
    "JPY": (1_000, 2_000, 5_000, 10_000, 20_000, 50_000),
    "KRW": (10_000, 20_000, 50_000, 100_000, 200_000, 500_000),
}
_USUAL: Final = (10, 25, 50, 100, 200, 500)
# What listings can be priced and sorted in; an index has one column for each.
CURRENCIES: Final = (
    "AUD", "CAD", "CHF", "CNY", "EUR", "GBP", "HKD", "JPY", "KRW", "NZD", "SEK", "SGD", "TWD", "USD",
)  # fmt: skip


def bands(currency: str) -> tuple[tuple[int, int | None], ...]:
    """The bands `[from, to)` in minor units, ascending, without gap or overlap; the last has no end."""
    scale = int(10 ** exponent(currency))
    edges = [0, *(step * scale for step in _STEPS.get(currency, _USUAL))]
    return tuple(zip(edges, [*edges[1:], None], strict=True))


def band_value(band: tuple[int, int | None]) -> str:
    """How a band is written in a facet: `1000-2500`, `50000-`."""
    start, end = band
    return f"{start}-{'' if end is None else end}"
