"""Rates as the law writes them: taken apart into an expression, put to work, and told apart by kind."""

from entrepot.customs.rules.rates.amount import duty_at
from entrepot.customs.rules.rates.grammar import UNKNOWN, rate_expression
from entrepot.customs.rules.rates.special import special_rates
from entrepot.customs.rules.rates.words import marked_out, plain_text, unit_of

__all__ = ["UNKNOWN", "duty_at", "marked_out", "plain_text", "rate_expression", "special_rates", "unit_of"]
