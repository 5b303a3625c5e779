"""The decisions of finding: how text is cut, what words mean, what was meant, what is shown."""

from entrepot.search.rules.highlight import pieces
from entrepot.search.rules.meanings import needed, understood
from entrepot.search.rules.prices import CURRENCIES, band_value, bands
from entrepot.search.rules.spelling import nearest, slips, slips_allowed
from entrepot.search.rules.words import by_script, language_of, normalised, stem, tokens, whole_words

__all__ = [
    "CURRENCIES",
    "band_value",
    "bands",
    "by_script",
    "language_of",
    "nearest",
    "needed",
    "normalised",
    "pieces",
    "slips",
    "slips_allowed",
    "stem",
    "tokens",
    "understood",
    "whole_words",
]
