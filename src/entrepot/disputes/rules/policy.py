"""The preset terms of the channels for disputes; a dated row of an operator's own replaces one from its day on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from entrepot.disputes.terms import Policy

_START: Final = date(2026, 1, 1)
# Answering days follow what the large marketplaces grant; see docs/concepts/disputes.md.
PRESETS: Final = (
    Policy(
        channel="bazaar", valid_from=_START, merchant_days=2, shopper_days=5, send_days=7, receive_days=10,
        operator_days=7, appeal_days=3, claim_days=15, late_days=0, mind_days=7, freight_back=False,
    ),
    Policy(
        channel="mall", valid_from=_START, merchant_days=2, shopper_days=5, send_days=7, receive_days=15,
        operator_days=7, appeal_days=3, claim_days=15, late_days=0, mind_days=7, freight_back=False,
    ),
    Policy(
        channel="export", valid_from=_START, merchant_days=5, shopper_days=7, send_days=10, receive_days=30,
        operator_days=7, appeal_days=7, claim_days=15, late_days=0, mind_days=15, freight_back=False,
    ),
)  # fmt: skip


def policy_in_force(*, channel: str, mind_days: int, rows: Iterable[Policy], on: date) -> Policy:
    """The terms of a channel on a day: its latest row by then, else the preset, else the bazaar's.

    mind_days: what the channel itself says of changing one's mind, where no row of its own says otherwise.
    """
    valid = [row for row in rows if row.channel == channel and row.valid_from <= on]
    if valid:
        return max(valid, key=lambda row: row.valid_from)
    preset = next((one for one in PRESETS if one.channel == channel), PRESETS[0])
    return replace(preset, channel=channel, mind_days=mind_days)
