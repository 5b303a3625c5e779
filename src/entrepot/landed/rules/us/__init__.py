"""United States: from a consignment to its duties and fees."""

from entrepot.landed.rules.us.entry import entry_of, exempt_by_value, fees, postal, valued
from entrepot.landed.rules.us.line import line_duties
from entrepot.landed.rules.us.programmes import claimed_programmes
from entrepot.landed.rules.working import Sheet


def worked(sheet: Sheet) -> None:
    """Fill the sheet for an entry into the United States.

    Source: 19 USC 1321, 1401a; 19 CFR 10.151, 24.22, 24.23, 141.68, 143; HTS 2026 with chapter 99; EO 14256, 14324,
    14388. Read 22 November 2026.
    """
    claimed_programmes(sheet)
    valued(sheet)
    if exempt_by_value(sheet) or postal(sheet):
        return
    entry = entry_of(sheet)
    for line in sheet.lines:
        line_duties(sheet, line)
    fees(sheet, entry)


__all__ = ["worked"]
