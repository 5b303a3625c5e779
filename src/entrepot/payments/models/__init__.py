"""The tables of payments: the shopper's side, and the merchant's."""

from entrepot.payments.models.payouts import (
    BankAnswerRow,
    EarningRow,
    ExtensionRow,
    FileTakenRow,
    PayoutBlockRow,
    PayoutFileRow,
    PayoutRow,
    PayoutRunRow,
    PayoutSkipRow,
    ScheduleRow,
    WriteOffRow,
)
from entrepot.payments.models.sales import EventRow, HoldRow, OperatorActionRow, PaymentRow, RefundPartRow, RefundRow

__all__ = [
    "BankAnswerRow",
    "EarningRow",
    "EventRow",
    "ExtensionRow",
    "FileTakenRow",
    "HoldRow",
    "OperatorActionRow",
    "PaymentRow",
    "PayoutBlockRow",
    "PayoutFileRow",
    "PayoutRow",
    "PayoutRunRow",
    "PayoutSkipRow",
    "RefundPartRow",
    "RefundRow",
    "ScheduleRow",
    "WriteOffRow",
]
