"""The tables of payments: the shopper's side, and the merchant's."""

from entrepot.payments.models.authorisations import (
    AuthorisationRow,
    VerdictRow,
)
from entrepot.payments.models.chargebacks import (
    ChargebackPartRow,
    ChargebackRow,
    EvidenceRow,
)
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
    ProviderAccountRow,
    ScheduleRow,
    WriteOffRow,
)
from entrepot.payments.models.sales import (
    EventRow,
    HoldRow,
    OperatorActionRow,
    PaymentRow,
    RefundPartRow,
    RefundRow,
)

__all__ = [
    "AuthorisationRow",
    "BankAnswerRow",
    "ChargebackPartRow",
    "ChargebackRow",
    "EarningRow",
    "EventRow",
    "EvidenceRow",
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
    "ProviderAccountRow",
    "RefundPartRow",
    "RefundRow",
    "ScheduleRow",
    "VerdictRow",
    "WriteOffRow",
]
