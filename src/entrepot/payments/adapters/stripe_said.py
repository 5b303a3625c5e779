"""What Stripe's objects say, in our words: states, amounts as it counts them, chargebacks with their money."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import stripe

from entrepot.kernel.money import Money, exponent
from entrepot.payments.terms import (
    ChargebackStatus,
    IntentStatus,
    ProviderChargeback,
    ProviderIntent,
    ProviderPayout,
    ProviderRefused,
    ProviderSilent,
    TransitStatus,
)

# Stripe counts these in hundredths though they have none. Source: docs.stripe.com/currencies, read 2026-11.
_AS_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
_INTENTS: Final[Mapping[str, IntentStatus]] = {
    "requires_payment_method": IntentStatus.REQUIRES_CARD,
    "requires_confirmation": IntentStatus.REQUIRES_CARD,
    "requires_action": IntentStatus.REQUIRES_CARD,
    "processing": IntentStatus.PROCESSING,
    "requires_capture": IntentStatus.AUTHORISED,
    "succeeded": IntentStatus.SUCCEEDED,
    "canceled": IntentStatus.CANCELLED,
}
_PAYOUTS: Final[Mapping[str, TransitStatus]] = {
    "pending": TransitStatus.IN_TRANSIT,
    "in_transit": TransitStatus.IN_TRANSIT,
    "paid": TransitStatus.PAID,
    "failed": TransitStatus.FAILED,
    "canceled": TransitStatus.FAILED,
}
# An appeal is about a chargeback that was lost: the money stays away till it is won.
_DISPUTES: Final[Mapping[str, ChargebackStatus]] = {
    "warning_needs_response": ChargebackStatus.INQUIRY,
    "warning_under_review": ChargebackStatus.INQUIRY,
    "warning_closed": ChargebackStatus.CLOSED,
    "prevented": ChargebackStatus.CLOSED,
    "needs_response": ChargebackStatus.NEEDS_RESPONSE,
    "under_review": ChargebackStatus.UNDER_REVIEW,
    "appeal_needs_response": ChargebackStatus.LOST,
    "appeal_under_review": ChargebackStatus.LOST,
    "won": ChargebackStatus.WON,
    "lost": ChargebackStatus.LOST,
}


def intent_of(session: stripe.checkout.Session, paid: stripe.PaymentIntent | None) -> ProviderIntent:
    currency = session.currency or ""
    status = IntentStatus.CANCELLED if session.status == "expired" else IntentStatus.REQUIRES_CARD
    reason = ""
    if paid is not None:
        if paid.status not in _INTENTS:
            raise ProviderSilent(why=f"status {paid.status}")
        known = _INTENTS[paid.status]
        error = paid.last_payment_error
        if known is IntentStatus.REQUIRES_CARD and error is not None and session.status == "open":
            status, reason = IntentStatus.DECLINED, error.decline_code or error.code or ""
        elif known is not IntentStatus.REQUIRES_CARD:
            status = known
    return ProviderIntent(
        id=session.id,
        status=status,
        pay_url=session.url or "",
        amount=money(session.amount_total, currency),
        reference=session.client_reference_id or "",
        reason=reason,
        captured=money(paid.amount_received, currency) if paid is not None and paid.status == "succeeded" else None,
    )


def payout_of(account: str, said: stripe.Payout) -> ProviderPayout:
    if said.status not in _PAYOUTS:
        raise ProviderSilent(why=f"status {said.status}")
    return ProviderPayout(
        id=f"{account}/{said.id}",
        status=_PAYOUTS[said.status],
        amount=money(said.amount, said.currency),
        reference=reference_of(said),
        reason=said.failure_code or "",
    )


def chargeback_of(said: stripe.Dispute) -> ProviderChargeback:
    if said.status not in _DISPUTES:
        raise ProviderSilent(why=f"status {said.status}")
    moves = said.balance_transactions
    currency = moves[0].currency if moves else said.currency
    due_by, paid = said.evidence_details.due_by, said.payment_intent
    return ProviderChargeback(
        id=said.id,
        reference=reference_of(paid) if isinstance(paid, stripe.PaymentIntent) else "",
        status=_DISPUTES[said.status],
        amount=money(said.amount, said.currency),
        fee=money(sum(move.fee for move in moves if move.fee > 0), currency),
        fee_back=money(-sum(move.fee for move in moves if move.fee < 0), currency),
        taken=any(move.amount < 0 for move in moves),
        reason=said.reason,
        due_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
    )


def reference_of(said: Any) -> str:
    metadata = said.metadata
    return str(metadata["reference"]) if metadata and "reference" in metadata else ""


def given(amount: Money) -> int:
    """The amount as Stripe counts it."""
    if amount.currency in _AS_HUNDREDTHS:
        return amount.minor * 100
    if exponent(amount.currency) == 3 and amount.minor % 10:
        # Stripe takes three decimals only with a zero at the end; we never round what a shopper was shown.
        raise ProviderRefused(reason="bad_amount")
    return amount.minor


def money(counted: int | None, currency: str) -> Money:
    if counted is None or not currency:
        raise ProviderSilent(why="amount is missing")
    code = currency.upper()
    return Money(counted // 100 if code in _AS_HUNDREDTHS else counted, code)
