"""Reading rates as the law writes them, reading tariff files, and making one day's law of dated rows."""

from entrepot.customs.rules.day import compiled, covering, fees_on, measures_on, restriction_on, spared, threshold_on
from entrepot.customs.rules.facts import TariffFacts, tariff_facts
from entrepot.customs.rules.rates import duty_at, rate_expression
from entrepot.customs.rules.starter import Dated, Rows, tariff_rows

__all__ = [
    "Dated",
    "Rows",
    "TariffFacts",
    "compiled",
    "covering",
    "duty_at",
    "fees_on",
    "measures_on",
    "rate_expression",
    "restriction_on",
    "spared",
    "tariff_facts",
    "tariff_rows",
    "threshold_on",
]
