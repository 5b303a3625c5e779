"""Reads: what is found, what a word may become, how the index stands."""

from entrepot.search.queries.hits import hits, suggestions
from entrepot.search.queries.status import index_status

__all__ = ["hits", "index_status", "suggestions"]
