"""Writing frozen quotes, and the kept prices of single units."""

from entrepot.landed.services.quotes import forget_quotes, freeze_quote
from entrepot.landed.services.requotes import end_requote, keep_prices, open_requote

__all__ = ["end_requote", "forget_quotes", "freeze_quote", "keep_prices", "open_requote"]
