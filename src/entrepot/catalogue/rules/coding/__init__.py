"""From a description to goods codes: cutting texts, weighing them against labelled ones, asking what decides. All pure."""

from entrepot.catalogue.rules.coding.artefact import fit_of, memory_bytes, memory_from, model_bytes, model_from
from entrepot.catalogue.rules.coding.index import CodeIndex, index_of
from entrepot.catalogue.rules.coding.measuring import Measure, fit, measured
from entrepot.catalogue.rules.coding.notes import notes_of
from entrepot.catalogue.rules.coding.questions import questions_of
from entrepot.catalogue.rules.coding.remembering import Memory, trusted
from entrepot.catalogue.rules.coding.suggesting import Model, compared, shares_of, suggestion

__all__ = [
    "CodeIndex",
    "Measure",
    "Memory",
    "Model",
    "compared",
    "fit",
    "fit_of",
    "index_of",
    "measured",
    "memory_bytes",
    "memory_from",
    "model_bytes",
    "model_from",
    "notes_of",
    "questions_of",
    "shares_of",
    "suggestion",
    "trusted",
]
