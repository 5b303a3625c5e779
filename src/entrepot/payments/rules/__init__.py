"""What may happen to payments, payouts and held money, and what goes back to shoppers."""

from entrepot.payments.rules.payments import (
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
from entrepot.payments.rules.refunds import (
    KEY_LENGTH_MAX,
    check_refundable,
    check_repeat,
    given_sums,
    left_to_refund,
    refund_moves,
    refund_parts,
    refunded_total,
    shares_left,
)

__all__ = [
    "KEY_LENGTH_MAX",
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
    "check_refundable",
    "check_repeat",
    "given_sums",
    "left_to_refund",
    "payout_after",
    "refund_moves",
    "refund_parts",
    "refunded_total",
    "shares_left",
]
