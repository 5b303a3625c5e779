"""From a description to goods codes: cutting texts, weighing them against labelled ones, asking what decides. All pure."""

from entrepot.catalogue.rules.coding.artefact import fit_of, index_bytes, index_from, model_bytes, model_from
from entrepot.catalogue.rules.coding.index import CodeIndex, index_of
from entrepot.catalogue.rules.coding.measuring import Measure, fit, measured
from entrepot.catalogue.rules.coding.notes import notes_of
from entrepot.catalogue.rules.coding.questions import questions_of
from entrepot.catalogue.rules.coding.suggesting import Model, suggestion

__all__ = [
    "CodeIndex",
    "Measure",
    "Model",
    "fit",
    "fit_of",
    "index_bytes",
    "index_from",
    "index_of",
    "measured",
    "model_bytes",
    "model_from",
    "notes_of",
    "questions_of",
    "suggestion",
]
