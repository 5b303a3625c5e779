"""Published rates: reading them, crossing them, and the day whose rate an authority takes."""

from entrepot.rates.rules.between import rate_between
from entrepot.rates.rules.files import APART, ECB, FED, UK, ecb_rates, fed_rates, rates_kind, uk_rates
from entrepot.rates.rules.official import QUARTERLY_SLACK, OfficialDay, official_day

__all__ = [
    "APART",
    "ECB",
    "FED",
    "QUARTERLY_SLACK",
    "UK",
    "OfficialDay",
    "ecb_rates",
    "fed_rates",
    "official_day",
    "rate_between",
    "rates_kind",
    "uk_rates",
]
