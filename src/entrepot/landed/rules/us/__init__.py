"""United States: from a consignment to its duties and fees."""

from entrepot.landed.rules.us.delivered import duty_taken_out
from entrepot.landed.rules.us.entry import entry_of, exempt_by_value, fees, postal, valued
from entrepot.landed.rules.us.line import line_duties
from entrepot.landed.rules.us.programmes import claimed_programmes
from entrepot.landed.rules.working import ZERO, Sheet, Stop, unknown
from entrepot.landed.terms import UNKNOWN_ORIGINS, Span, Status


def worked(sheet: Sheet) -> None:
    """Fill the sheet for an entry into the United States.

    Source: 19 USC 1321, 1401a; 19 CFR 10.151, 24.22, 24.23, 141.68, 143; HTS 2026 with chapter 99; EO 14256, 14324,
    14388. Read 22 November 2026.
    """
    _origins_known(sheet)
    claimed_programmes(sheet)
    valued(sheet)
    if exempt_by_value(sheet) or postal(sheet):
        return
    duty_taken_out(sheet)
    entry = entry_of(sheet)
    spreads = [line_duties(sheet, line) for line in sheet.lines]
    fees(sheet, entry)
    wider = sum((one.high - one.low for one in spreads), ZERO)
    if wider:
        low = sum((part.amount for part in sheet.parts), ZERO)
        why = "a goods code is too short to tell the rate"
        raise Stop(Status.RANGE, None, span=Span(low=low, high=low + wider, because=why), regime=sheet.regime)


def _origins_known(sheet: Sheet) -> None:
    """Without an origin neither the column nor an overlay can be chosen, and there is no column for such goods."""
    for line in sheet.lines:
        if line.asked.origin in UNKNOWN_ORIGINS:
            sheet.say("Line {line}: the country of origin is not given; the duty depends on it.", line=line.index)
            raise unknown("origin_unknown")


__all__ = ["worked"]
