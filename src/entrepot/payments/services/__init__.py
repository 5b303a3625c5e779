"""Writes to payments, holds, refunds, payouts and the inbox. What also moves money or orders is a flow."""

from entrepot.payments.services.earnings import (
    extend_hold,
    free_payouts,
    hold_payouts,
    mark_earnings,
    record_earning,
    record_write_off,
    save_schedule,
)
from entrepot.payments.services.holds import close_hold, open_holds, return_hold, schedule_release, schedule_releases
from entrepot.payments.services.inbox import BODY_MAX, finish_event, note_try, take_provider_event
from entrepot.payments.services.intents import (
    begin_opening,
    cancel_payment,
    claim_payment_polls,
    flag_payment,
    open_payment,
    record_capture,
    record_closed,
    record_failure,
    record_intent,
)
from entrepot.payments.services.payouts import claim_payout_polls, end_payout, record_payout, record_sending
from entrepot.payments.services.refunds import close_refund, open_part_refund, open_refund
from entrepot.payments.services.troubles import (
    ask_provider_again,
    decide_return,
    mark_event_handled,
    mark_payment_handled,
)

__all__ = [
    "BODY_MAX",
    "ask_provider_again",
    "begin_opening",
    "cancel_payment",
    "claim_payment_polls",
    "claim_payout_polls",
    "close_hold",
    "close_refund",
    "decide_return",
    "end_payout",
    "extend_hold",
    "finish_event",
    "flag_payment",
    "free_payouts",
    "hold_payouts",
    "mark_earnings",
    "mark_event_handled",
    "mark_payment_handled",
    "note_try",
    "open_holds",
    "open_part_refund",
    "open_payment",
    "open_refund",
    "record_capture",
    "record_closed",
    "record_earning",
    "record_failure",
    "record_intent",
    "record_payout",
    "record_sending",
    "record_write_off",
    "return_hold",
    "save_schedule",
    "schedule_release",
    "schedule_releases",
    "take_provider_event",
]
