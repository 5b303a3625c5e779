"""Who may claim what, and when."""

from datetime import datetime, timedelta

from entrepot.disputes.terms import (
    NotArrived,
    NothingToClaim,
    OpeningFacts,
    Outcome,
    OutcomeUnfit,
    Policy,
    Reason,
    Remedy,
    TooEarly,
    TooLate,
)
from entrepot.kernel.money import Money


def check_opening(*, reason: Reason, facts: OpeningFacts, policy: Policy, at: datetime) -> None:
    """Raises NothingToClaim, NotArrived, TooEarly before the promised day, TooLate after the channel's days.

    Goods that did not come are claimed once they are late, or when the carrier says that they came and they did not.
    """
    if not facts.refundable:
        raise NothingToClaim
    if reason is Reason.NOT_RECEIVED and facts.delivered_at is None:
        from_ = facts.expected_at and facts.expected_at + timedelta(days=policy.late_days)
        if from_ is None or at < from_:
            raise TooEarly(on=from_)
        return
    if facts.delivered_at is None:
        raise NotArrived
    days = policy.mind_days if reason is Reason.CHANGED_MIND else policy.claim_days
    until = facts.delivered_at + timedelta(days=days)
    if at > until:
        raise TooLate(until=until)


def claimable(*, facts: OpeningFacts, policy: Policy, at: datetime) -> tuple[Reason, ...]:
    """The reasons that can be claimed for now."""
    return tuple(reason for reason in Reason if _may(reason, facts, policy, at))


def _may(reason: Reason, facts: OpeningFacts, policy: Policy, at: datetime) -> bool:
    try:
        check_opening(reason=reason, facts=facts, policy=policy, at=at)
    except (NothingToClaim, NotArrived, TooEarly, TooLate):
        return False
    return True


def check_wanted(*, outcome: Outcome, reason: Reason, left: Money, arrived: bool) -> None:
    """What a shopper may want. Raises OutcomeUnfit."""
    if outcome.remedy is Remedy.NOTHING:
        raise OutcomeUnfit(why="nothing")
    if reason is Reason.CHANGED_MIND and outcome.remedy is not Remedy.RETURN:
        raise OutcomeUnfit(why="mind")
    check_outcome(outcome=outcome, left=left, arrived=arrived and reason is not Reason.NOT_RECEIVED)


def check_outcome(*, outcome: Outcome, left: Money, arrived: bool) -> None:
    """What may be proposed or ruled: an amount within what is left; only goods that arrived go back. Raises OutcomeUnfit."""
    if outcome.remedy is Remedy.RETURN and not arrived:
        raise OutcomeUnfit(why="remedy")
    amount = outcome.amount
    if amount is not None and (amount.currency != left.currency or amount.minor <= 0 or amount > left):
        raise OutcomeUnfit(why="amount")
