"""Payout runs, their files and what our bank answers. Two runs follow one another; what is written is never changed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import connection, transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import News, defer, tell, tell_all
from entrepot.base.owners import across_owners
from entrepot.kernel.must import must
from entrepot.parties.terms import NotYours, Viewer
from entrepot.payments import models, rules
from entrepot.payments.terms import (
    PAYOUT_FAILED,
    PAYOUT_OPENED,
    PAYOUT_PAID,
    PAYOUT_RETURNED,
    RUN_OPENED,
    BankFile,
    BankLine,
    Debtor,
    Payout,
    PayoutFile,
    PayoutId,
    PayoutState,
    PayoutVerb,
    Proposed,
    RunAsk,
    Way,
    Why,
)

_RUNS = 4_711_002
_BATCH = 2_000
_NEWS: Mapping[PayoutVerb, str] = {
    PayoutVerb.SETTLE: PAYOUT_PAID,
    PayoutVerb.FAIL: PAYOUT_FAILED,
    PayoutVerb.RETURN: PAYOUT_RETURNED,
}


def new_payout(*, proposed: Proposed, way: Way, run_id: int, at: datetime) -> Payout:
    """A payout of a run before it is written: with its identity, so that it can be posted and written into a file."""
    return Payout(
        id=PayoutId(new_id(owner=proposed.merchant_id)),
        ref=new_reference("pyt"),
        merchant_id=proposed.merchant_id,
        amount=proposed.amount,
        state=PayoutState.OPEN,
        key=f"run/{run_id}/{proposed.amount.currency}",
        destination=proposed.account,
        provider_id="",
        reason="",
        opened_at=at,
        sent_at=None,
        ended_at=None,
        way=way,
        run_id=run_id,
    )


@transaction.atomic(savepoint=False)
def lock_runs() -> None:
    """Wait until no other run is under way; kept to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RUNS])


@transaction.atomic(savepoint=False)
def record_run(
    *,
    run_id: int,
    ref: str,
    ask: RunAsk,
    paid: Sequence[Payout],
    skipped: Sequence[Proposed],
    files: Sequence[BankFile],
    debtor: Debtor | None,
) -> None:
    """Write a run with its payouts, whom it did not pay, and its files. Once for each key; a few statements in all.

    Payouts by the provider are sent by a job; the polls send what the job leaves.
    """
    models.PayoutRunRow.objects.create(
        id=run_id, ref=ref, key=ask.key, day=ask.day, since=ask.since, way=ask.way, scope=ask.scope,
        debtor=asdict(debtor) if debtor else {}, made_at=ask.at, user_id=ask.user_id, paid=len(paid),
        skipped=len(skipped),
    )  # fmt: skip
    numbers = {line.reference: number for number, file in enumerate(files, start=1) for line in file.credits}
    models.PayoutRow.objects.bulk_create((_payout_row(one, ask, numbers) for one in paid), batch_size=_BATCH)
    models.PayoutSkipRow.objects.bulk_create(
        (
            models.PayoutSkipRow(
                id=new_id(owner=one.merchant_id), merchant_id=one.merchant_id, run_id=run_id,
                currency=one.amount.currency, amount_minor=one.amount.minor, why=one.why or Why.MOVED,
            )
            for one in skipped
        ),
        batch_size=_BATCH,
    )  # fmt: skip
    models.PayoutFileRow.objects.bulk_create(
        models.PayoutFileRow(
            run_id=run_id, number=number, message_id=file.message_id, currency=file.total.currency,
            lines=len(file.credits), total_minor=file.total.minor, made_at=ask.at,
            digest=hashlib.sha256(_sound(file)).hexdigest(),
        )
        for number, file in enumerate(files, start=1)
    )  # fmt: skip
    tell(RUN_OPENED, subject=run_id, at=ask.at, facts={"paid": len(paid), "skipped": len(skipped)})
    tell_all([News(PAYOUT_OPENED, one.id, one.merchant_id) for one in paid], at=ask.at)
    if paid and ask.way is Way.PROVIDER:
        defer("payments.send_run", run_id=run_id)


@transaction.atomic
def note_file_taken(*, viewer: Viewer, file: PayoutFile, at: datetime) -> None:
    """An operator takes a file away; its payouts are with our bank from the first time on. Raises NotYours for others."""
    if not viewer.operator or viewer.user_id is None:
        raise NotYours
    models.FileTakenRow.objects.create(file_id=file.id, user_id=viewer.user_id, at=at)
    with across_owners("a file pays many merchants"):
        models.PayoutRow.objects.filter(run_id=file.run_id, file_number=file.number, state=PayoutState.OPEN).update(
            state=rules.payout_after(state=PayoutState.OPEN, verb=PayoutVerb.SEND), sent_at=at
        )


@transaction.atomic(savepoint=False)
def record_bank_answer(
    *,
    viewer: Viewer,
    name: str,
    kind: str,
    digest: str,
    ends: Sequence[tuple[Payout, PayoutVerb, BankLine]],
    counts: tuple[int, Sequence[str]],
    at: datetime,
) -> None:
    """Write down what a bank answered, and end the payouts it was about; they are locked.

    ends: in order; a payout that had left and came back stands twice. counts: lines that changed nothing, and those
    that could not be followed. Once for each content.
    """
    unchanged, odd = counts
    models.BankAnswerRow.objects.create(
        digest=digest, name=name[:120], kind=kind, user_id=viewer.user_id, at=at, applied=len(ends),
        unchanged=unchanged, odd=list(odd)[:500],
    )  # fmt: skip
    final: dict[int, tuple[Payout, PayoutState, str]] = {}
    for payout, verb, line in ends:
        before = final[payout.id][1] if payout.id in final else payout.state
        final[payout.id] = (payout, rules.payout_after(state=before, verb=verb), line.reason)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE payments_payout p SET state = n.state, reason = n.reason, ended_at = %s
                 FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS n(id, merchant_id, state, reason)
                WHERE p.merchant_id = n.merchant_id AND p.id = n.id""",
            [
                at,
                list(final),
                [one.merchant_id for one, _, _ in final.values()],
                [state.value for _, state, _ in final.values()],
                [reason for _, _, reason in final.values()],
            ],
        )
        must(cursor.rowcount == len(final), "payouts are locked while the bank's answer is followed")
    tell_all([News(_NEWS[verb], payout.id, payout.merchant_id) for payout, verb, _ in ends], at=at)


def _sound(file: BankFile) -> bytes:
    body = rules.bank_file_bytes(file=file)
    must(not rules.bank_file_faults(body=body), "a file for the bank is one that it can take")
    return body


def _payout_row(one: Payout, ask: RunAsk, numbers: Mapping[str, int]) -> models.PayoutRow:
    return models.PayoutRow(
        id=one.id,
        ref=one.ref,
        merchant_id=one.merchant_id,
        amount_minor=one.amount.minor,
        currency=one.amount.currency,
        state=one.state,
        key=one.key,
        destination=one.destination,
        opened_at=one.opened_at,
        poll_at=ask.at + rules.POLL_MOST if one.way is Way.PROVIDER else None,
        way=one.way,
        run_id=one.run_id,
        file_number=numbers.get(one.ref),
    )
