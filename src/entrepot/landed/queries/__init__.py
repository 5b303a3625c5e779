"""What things cost at the door: single answers, whole parcels, cards, and frozen quotes."""

from entrepot.landed.queries.allowance import annual_limit, counted_parts
from entrepot.landed.queries.answers import answer, known_rates, reasoned
from entrepot.landed.queries.frozen import must_be_valid, quote, quotes_by_ref, quotes_over
from entrepot.landed.queries.prices import landed_prices, parcel_prices
from entrepot.landed.queries.replays import quote_for, replays
from entrepot.landed.queries.requotes import newest_versions, open_requotes, requote, requotes
from entrepot.landed.queries.units import UnitPricing, unit_pricing

__all__ = [
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
    "quote_for",
    "quotes_by_ref",
    "quotes_over",
    "reasoned",
    "replays",
    "requote",
    "requotes",
    "unit_pricing",
]
