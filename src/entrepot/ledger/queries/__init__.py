"""Reading the ledger: balances, statements, the trial balance, and the proof that counters equal transfers.

The ledger is the marketplace's own book: who may look (the operator; a merchant at their own money) is decided by the
caller's query, which names the order, merchant or payout.
"""

from entrepot.ledger.queries.balances import (
    accounts,
    balance,
    balances_of,
    subjects_owing,
    subjects_with_money,
    trial_balance,
)
from entrepot.ledger.queries.entries import (
    debits_of,
    is_posted,
    merchant_entries,
    merchant_months,
    merchant_statement,
    taken_back,
    transfers_of,
    transfers_on,
)
from entrepot.ledger.queries.proof import chain_faults, drift, export_lines, sealed_passages
from entrepot.ledger.queries.records import closed_until, closing, record, transfer_at

__all__ = [
    "accounts",
    "balance",
    "balances_of",
    "chain_faults",
    "closed_until",
    "closing",
    "debits_of",
    "drift",
    "export_lines",
    "is_posted",
    "merchant_entries",
    "merchant_months",
    "merchant_statement",
    "record",
    "sealed_passages",
    "subjects_owing",
    "subjects_with_money",
    "taken_back",
    "transfer_at",
    "transfers_of",
    "transfers_on",
    "trial_balance",
]
