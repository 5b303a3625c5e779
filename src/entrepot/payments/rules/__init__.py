"""What may happen to payments, payouts and held money, and what goes back to shoppers."""

from entrepot.payments.rules.states import (
    MOVES,
    PAYOUT_MOVES,
    POLL_FIRST,
    POLL_MOST,
    SETTLED,
    UNDECIDED,
    after,
    check_amount,
    check_due,
    check_payout,
    payout_after,
)

__all__ = [
    "MOVES",
    "PAYOUT_MOVES",
    "POLL_FIRST",
    "POLL_MOST",
    "SETTLED",
    "UNDECIDED",
    "after",
    "check_amount",
    "check_due",
    "check_payout",
    "payout_after",
]
