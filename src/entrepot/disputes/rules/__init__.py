"""Decisions about claims, returns and what goes back."""

from entrepot.disputes.rules.evidence import (
    FILES_MAX,
    SIZE_MAX,
    media_type,
)
from entrepot.disputes.rules.law import (
    ROWS,
    apply_by,
    duty_law,
)
from entrepot.disputes.rules.money import (
    line_moneys,
)
from entrepot.disputes.rules.opening import (
    check_opening,
    check_outcome,
    check_wanted,
    claimable,
)
from entrepot.disputes.rules.policy import (
    PRESETS,
    policy_in_force,
)
from entrepot.disputes.rules.settling import (
    Standing,
    claim_left,
    faulty,
    return_paid_by,
    return_shipment,
    settlement,
    who_gives_up,
)
from entrepot.disputes.rules.states import (
    MOVES,
    NOTHING,
    SHOWABLE,
    after,
    check_appeal,
    check_second,
    due,
    may,
    on_silence,
)

__all__ = [
    "FILES_MAX",
    "MOVES",
    "NOTHING",
    "PRESETS",
    "ROWS",
    "SHOWABLE",
    "SIZE_MAX",
    "Standing",
    "after",
    "apply_by",
    "check_appeal",
    "check_opening",
    "check_outcome",
    "check_second",
    "check_wanted",
    "claim_left",
    "claimable",
    "due",
    "duty_law",
    "faulty",
    "line_moneys",
    "may",
    "media_type",
    "on_silence",
    "policy_in_force",
    "return_paid_by",
    "return_shipment",
    "settlement",
    "who_gives_up",
]
