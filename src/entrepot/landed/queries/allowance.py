"""What a quote counts to a person's yearly allowance for retail imports, and what the law allows."""

from datetime import datetime, timedelta, timezone
from typing import Final

from entrepot.allowance.terms import Part
from entrepot.customs import queries as customs
from entrepot.customs.rules import threshold_on
from entrepot.customs.terms import LawMissing
from entrepot.kernel.money import Money
from entrepot.landed.terms import BasketQuote

_BEIJING: Final = timezone(timedelta(hours=8))


def annual_limit(*, at: datetime) -> Money | None:
    """What one person may import by cross-border retail in the year of `at`; None where the law is not loaded."""
    try:
        law = customs.law(destination="CN", on=at.astimezone(_BEIJING).date())
    except LawMissing:
        return None
    found = threshold_on(law=law, name="cbec_annual")
    return Money.of(found.amount, found.currency) if found else None


def counted_parts(*, quote: BasketQuote) -> tuple[Part, ...]:
    """The quote's consignments that count to the allowance, by their number in the order."""
    return tuple(
        Part(number, one.counted) for number, one in enumerate(quote.consignments, start=1) if one.counted is not None
    )
