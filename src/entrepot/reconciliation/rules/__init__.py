"""Reading reports and statements; what ledger transfers are in a provider's or a bank's words."""

from entrepot.reconciliation.rules.books import book_lines, kind_of, mark_key
from entrepot.reconciliation.rules.reading import LINES_MAX, SIZE_MAX, report_of
from entrepot.reconciliation.rules.writing import PLACES, WRITE_OFF_TO, checked_text, mended

__all__ = [
    "LINES_MAX",
    "PLACES",
    "SIZE_MAX",
    "WRITE_OFF_TO",
    "book_lines",
    "checked_text",
    "kind_of",
    "mark_key",
    "mended",
    "report_of",
]
