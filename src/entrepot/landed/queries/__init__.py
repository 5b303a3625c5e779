"""What things cost at the door: single answers, whole parcels, cards, and frozen quotes."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from entrepot.landed.queries.allowance import annual_limit, counted_parts
from entrepot.landed.queries.answers import answer, known_rates, reasoned
from entrepot.landed.queries.frozen import must_be_valid, quote, quote_ask, quotes_by_ref, quotes_over
from entrepot.landed.queries.prices import ParcelPrices, landed_prices, parcel_prices
from entrepot.landed.queries.replays import quote_for, replays
from entrepot.landed.queries.requotes import newest_versions, open_requotes, requote, requotes

if TYPE_CHECKING:
    from entrepot.landed.queries.units import UnitPricing, unit_pricing

__all__ = [
    "ParcelPrices",
    "UnitPricing",
    "annual_limit",
    "answer",
    "counted_parts",
    "known_rates",
    "landed_prices",
    "must_be_valid",
    "newest_versions",
    "open_requotes",
    "parcel_prices",
    "quote",
    "quote_ask",
    "quote_for",
    "quotes_by_ref",
    "quotes_over",
    "reasoned",
    "replays",
    "requote",
    "requotes",
    "unit_pricing",
]

# These work on arrays. Loading NumPy takes half a second, which a single quote from the command line would feel.
_ON_ARRAYS: Final = {
    "UnitPricing": "entrepot.landed.queries.units",
    "unit_pricing": "entrepot.landed.queries.units",
}


def __getattr__(name: str) -> object:
    """What is on arrays, when it is first asked for."""
    if name not in _ON_ARRAYS:
        raise AttributeError(name)
    return getattr(import_module(_ON_ARRAYS[name]), name)
