"""Writing reports down, matching, and what operators decide about what is left."""

from entrepot.reconciliation.services.decisions import ask_for_report, explain_case, match_by_hand, record_mending
from entrepot.reconciliation.services.matching import match_items
from entrepot.reconciliation.services.reports import read_books, take_report

__all__ = [
    "ask_for_report",
    "explain_case",
    "match_by_hand",
    "match_items",
    "read_books",
    "record_mending",
    "take_report",
]
