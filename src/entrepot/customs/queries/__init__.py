"""The law of a destination on a day, from memory; what is loaded, and since when."""

from entrepot.customs.queries.law import forget, law
from entrepot.customs.queries.loads import Tariff, load_named, loads, tariffs

__all__ = ["Tariff", "forget", "law", "load_named", "loads", "tariffs"]
