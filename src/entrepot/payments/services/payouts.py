"""A merchant's payout: written down with its booking, sent by a job, ended with the provider's proof."""

from datetime import datetime

from django.db import connection, transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import defer
from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.payments import models, queries, rules
from entrepot.payments.terms import (
    Payout,
    PayoutKeyReused,
    PayoutState,
    PayoutVerb,
    ProviderPayout,
    ProviderProof,
)


@transaction.atomic
def record_payout(*, merchant_id: int, amount: Money, destination: str, key: str, at: datetime) -> tuple[Payout, bool]:
    """Write a payout down and queue the job that sends it; gives it and whether it is new.

    The same key gives the payout that was opened first. Raises PayoutKeyReused when that was in another currency.
    """
    row, made = models.PayoutRow.objects.get_or_create(
        merchant_id=merchant_id,
        key=key,
        defaults={
            "id": new_id(owner=merchant_id),
            "ref": new_reference("pyt"),
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "state": PayoutState.OPEN,
            "destination": destination,
            "opened_at": at,
            "poll_at": at + rules.POLL_FIRST,
        },
    )
    if row.currency != amount.currency:
        raise PayoutKeyReused
    if made:
        defer("payments.send_payout", payout_id=row.id, merchant_id=merchant_id)
    return queries.payout_by_id(payout_id=row.id, merchant_id=merchant_id), made


@transaction.atomic(savepoint=False)
def record_sending(*, payout: Payout, answer: ProviderPayout, at: datetime) -> None:
    """The provider has the payout in hand. Changes nothing once it has ended."""
    moved = models.PayoutRow.objects.filter(
        merchant_id=payout.merchant_id, id=payout.id, state=PayoutState.OPEN
    ).update(
        state=rules.payout_after(state=PayoutState.OPEN, verb=PayoutVerb.SEND),
        provider_id=answer.id,
        sent_at=at,
        poll_at=at + rules.POLL_FIRST,
        polls=0,
    )
    must(moved or queries.payout_by_id(payout_id=payout.id, merchant_id=payout.merchant_id).provider_id == answer.id,
         "a payout is sent once")  # fmt: skip


@transaction.atomic(savepoint=False)
def end_payout(*, payout: Payout, verb: PayoutVerb, proof: ProviderProof, reason: str, at: datetime) -> None:
    """The provider has paid it out, or has given up. Raises AmountDiffers, WrongMoment."""
    rules.check_amount(asked=payout.amount, got=proof.amount)
    following = rules.payout_after(state=payout.state, verb=verb)
    moved = models.PayoutRow.objects.filter(
        merchant_id=payout.merchant_id, id=payout.id, state=payout.state, provider_id__in=["", proof.provider_id]
    ).update(state=following, provider_id=proof.provider_id, reason=reason[:64], ended_at=at, poll_at=None)
    must(moved == 1, "a payout is locked while it ends, and has one counterpart")


@transaction.atomic
def claim_payout_polls(*, at: datetime, limit: int = 50) -> int:
    """Queue a job for every payout whose time to ask has come, and set its next time; gives how many."""
    first, most = int(rules.POLL_FIRST.total_seconds()), int(rules.POLL_MOST.total_seconds())
    with across_owners("the provider is asked about whatever is due"), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [at, first, most, at, limit])
        due = cursor.fetchall()
    for payout_id, merchant_id in due:
        defer("payments.check_payout", once=f"check_payout/{payout_id}", payout_id=payout_id, merchant_id=merchant_id)
    return len(due)


# One more try, and the wait doubles up to the longest.
_CLAIM = """
UPDATE payments_payout
   SET polls = polls + 1, poll_at = %s::timestamptz + make_interval(secs => least(%s::int * 2 ^ least(polls, 10), %s::int))
 WHERE id IN (SELECT id FROM payments_payout WHERE poll_at <= %s ORDER BY poll_at LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id, merchant_id"""
