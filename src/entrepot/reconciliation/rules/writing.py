"""What an operator's decision posts."""

from typing import Final

from entrepot.kernel.money import Money
from entrepot.ledger import rules as book
from entrepot.ledger.terms import About, AccountRef, Transfer
from entrepot.ledger.terms import Kind as Ledger
from entrepot.reconciliation.terms import Place, TextMissing

# Where a difference may be written off to: each is a line of the result that somebody answers for.
WRITE_OFF_TO: Final = (Ledger.PSP_FEES, Ledger.ROUNDING, Ledger.FX_GAIN, Ledger.CHARGEBACK_LOSS, Ledger.GOODWILL)
PLACES: Final = {Place.PROVIDER: Ledger.PSP_RECEIVABLE, Place.BANK: Ledger.BANK}
_TEXT_MAX: Final = 500


def mended(*, case_ref: str, place: Place, change: Money, to: Ledger) -> tuple[Transfer, ...]:
    """What brings our books at one place to what the report says: `change` more, or less when it is negative."""
    if to not in WRITE_OFF_TO:
        raise ValueError(f"a difference is not written off to {to}")
    ours, named = AccountRef(PLACES[place]), AccountRef(to)
    debit, credit = (ours, named) if change.minor > 0 else (named, ours)
    size = Money(abs(change.minor), change.currency)
    return book.adjusted(cause=f"reconciled/{case_ref}", debit=debit, credit=credit, amount=size, about=About())


def checked_text(*, text: str) -> str:
    """The reason of a decision. Raises TextMissing."""
    trimmed = text.strip()
    if not trimmed or len(trimmed) > _TEXT_MAX:
        raise TextMissing
    return trimmed
