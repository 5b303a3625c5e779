"""What a merchant is shown of its money in a period, to the transfer."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.kernel.money import Money
from entrepot.ledger.terms.accounts import Kind
from entrepot.ledger.terms.transfers import Code


@dataclass(frozen=True, slots=True)
class Movement:
    """One posted transfer on one of a merchant's accounts. change: what it added (negative: took); balance: after it.

    What is owed to the marketplace counts negative, so all a merchant's balances add up to what it has.
    """

    transfer_id: int
    key: str
    code: Code
    account: Kind
    change: Money
    balance: Money
    order_id: int | None
    consignment_id: int | None
    payout_id: int | None
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """A merchant's accounts in one currency, from `start` up to `until`, by when things took effect.

    final: the books are closed up to `until`, so it never changes any more. opening and closing: by account.
    """

    merchant_id: int
    currency: str
    start: datetime
    until: datetime
    final: bool
    opening: dict[Kind, Money]
    movements: tuple[Movement, ...]
    closing: dict[Kind, Money]


@dataclass(frozen=True, slots=True)
class StatementMonth:
    """A month (UTC) of a merchant's accounts in one currency, all of them added up.

    count: transfers; opening and closing: what the merchant had before and after, what it owed taken off.
    """

    currency: str
    start: datetime
    until: datetime
    count: int
    opening: Money
    closing: Money
    final: bool
