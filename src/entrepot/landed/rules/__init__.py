"""The landed-cost engine: one pure function from a request and a day's law to an answer that can be checked by hand."""

from entrepot.landed.rules.answer import invalid_answer, lawless_answer, needed_rates, quote, request_of
from entrepot.landed.rules.shares import fixed_sum

__all__ = ["fixed_sum", "invalid_answer", "lawless_answer", "needed_rates", "quote", "request_of"]
