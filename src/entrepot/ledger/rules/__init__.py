"""The book: which transfers each event is. Pure; import it as `book`.

The transfers a function returns are one linked group: all are posted or none. What moves nothing is left out.
"""

from entrepot.ledger.rules.disputes import dispute_lost, dispute_opened, dispute_set_aside, dispute_won
from entrepot.ledger.rules.legs import country_subject, subject_label
from entrepot.ledger.rules.payouts import (
    payout_confirmed,
    payout_failed,
    payout_key,
    payout_opened,
    payout_returned,
    payout_set_aside,
)
from entrepot.ledger.rules.refunds import (
    credit_given,
    credit_spent,
    goodwill_given,
    netted,
    paid_back,
    refund_sent,
    refunded,
    refunded_after_release,
    returned,
    written_off,
)
from entrepot.ledger.rules.sale import (
    captured,
    fulfilled,
    matured,
    promoted,
    provider_charged,
    provider_settled,
    released,
    reserve_kept,
    reserve_returned,
    return_carried,
)
from entrepot.ledger.rules.statements import export_faults, statement_csv
from entrepot.ledger.rules.treasury import adjusted, exchange_result, exchange_settled, remitted, reversed_entry

__all__ = [
    "adjusted",
    "captured",
    "country_subject",
    "credit_given",
    "credit_spent",
    "dispute_lost",
    "dispute_opened",
    "dispute_set_aside",
    "dispute_won",
    "exchange_result",
    "exchange_settled",
    "export_faults",
    "fulfilled",
    "goodwill_given",
    "matured",
    "netted",
    "paid_back",
    "payout_confirmed",
    "payout_failed",
    "payout_key",
    "payout_opened",
    "payout_returned",
    "payout_set_aside",
    "promoted",
    "provider_charged",
    "provider_settled",
    "refund_sent",
    "refunded",
    "refunded_after_release",
    "released",
    "remitted",
    "reserve_kept",
    "reserve_returned",
    "return_carried",
    "returned",
    "reversed_entry",
    "statement_csv",
    "subject_label",
    "written_off",
]
