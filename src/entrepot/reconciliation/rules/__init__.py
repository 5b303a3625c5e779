"""Reading reports and statements; what ledger transfers are in a provider's or a bank's words."""

from entrepot.reconciliation.rules.books import book_lines, kind_of
from entrepot.reconciliation.rules.reading import LINES_MAX, SIZE_MAX, report_of
from entrepot.reconciliation.rules.writing import WRITE_OFF_TO, checked_text, mended

__all__ = ["LINES_MAX", "SIZE_MAX", "WRITE_OFF_TO", "book_lines", "checked_text", "kind_of", "mended", "report_of"]
