"""The preset channels, who is admitted, which lane goods take, and what the marketplace takes of a sale."""

from entrepot.channels.rules.fees import (
    FEE_TAXES,
    check_commission,
    check_reserve,
    commission_rule,
    fee_book,
    fee_for,
    fee_tax,
    rate_for,
    reserve_for,
    taken_of,
    with_rule,
)
from entrepot.channels.rules.presets import PRESETS, lane_between, must_admit, sends_to

__all__ = [
    "FEE_TAXES",
    "PRESETS",
    "check_commission",
    "check_reserve",
    "commission_rule",
    "fee_book",
    "fee_for",
    "fee_tax",
    "lane_between",
    "must_admit",
    "rate_for",
    "reserve_for",
    "sends_to",
    "taken_of",
    "with_rule",
]
