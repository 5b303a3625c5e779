"""Chargebacks: written down as the provider tells of them, answered with evidence, ended. Flows move the money."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import defer
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import Viewer
from entrepot.payments import models, queries, rules
from entrepot.payments.terms import (
    Chargeback,
    ChargebackPart,
    ChargebackState,
    ChargebackVerb,
    EvidenceFile,
    EvidenceLate,
    Hold,
    Payment,
    ProviderChargeback,
)


@transaction.atomic(savepoint=False)
def record_chargeback(*, payment: Payment, said: ProviderChargeback, holds: Sequence[Hold], at: datetime) -> Chargeback:
    """Write a chargeback down with a part for each consignment it is about. One that is known stays as it is.

    The payment is locked. holds: of all consignments of the payment.
    """
    row, made = models.ChargebackRow.objects.get_or_create(
        shopper_id=payment.shopper_id,
        provider_id=said.id,
        defaults={
            "id": new_id(owner=payment.shopper_id),
            "ref": new_reference("cbk"),
            "payment_id": payment.id,
            "order_id": payment.order_id,
            "order_ref": payment.order_ref,
            "amount_minor": said.amount.minor,
            "currency": said.amount.currency,
            "fee_minor": said.fee.minor,
            "fee_currency": said.fee.currency,
            "reason": said.reason[:64],
            "state": ChargebackState.INQUIRY,
            "due_by": said.due_by,
            "opened_at": at,
        },
    )
    if made:
        amounts = rules.disputed_parts(amount=said.amount, holds=holds)
        parts = zip(holds, amounts, strict=True)
        rows = [_part_row(row, hold, amount, at) for hold, amount in parts if amount]
        models.ChargebackPartRow.objects.bulk_create(rows)
        for part in rows:
            defer("payments.write_chargeback", merchant_id=part.merchant_id, ref=part.ref)
    return queries.chargeback_by_id(chargeback_id=row.id, shopper_id=payment.shopper_id)


@transaction.atomic(savepoint=False)
def record_taken(
    *, chargeback: Chargeback, said: ProviderChargeback, asides: Mapping[ChargebackPart, Money], at: datetime
) -> None:
    """The provider took the amount. asides: what each part sets aside of its merchant's own money. Raises WrongMoment."""
    following = rules.chargeback_after(state=chargeback.state, verb=ChargebackVerb.TAKE)
    moved = models.ChargebackRow.objects.filter(
        shopper_id=chargeback.shopper_id, id=chargeback.id, state=chargeback.state
    ).update(state=following, taken_at=at, fee_minor=said.fee.minor, fee_currency=said.fee.currency, due_by=said.due_by)
    must(moved == 1, "a chargeback is locked with its payment")
    _move_parts("aside_minor = n.minor, due_by = %s", following, said.due_by, asides)


@transaction.atomic(savepoint=False)
def finish_chargeback(
    *, chargeback: Chargeback, verb: ChargebackVerb, losses: Mapping[ChargebackPart, Money], at: datetime
) -> None:
    """The bank has decided. losses: what each part took from its merchant, in the merchant's currency. Raises WrongMoment."""
    following = rules.chargeback_after(state=chargeback.state, verb=verb)
    moved = models.ChargebackRow.objects.filter(
        shopper_id=chargeback.shopper_id, id=chargeback.id, state=chargeback.state
    ).update(state=following, ended_at=at)
    must(moved == 1, "a chargeback is locked with its payment")
    _move_parts("lost_minor = n.minor, ended_at = %s", following, at, losses)


@transaction.atomic
def hand_in_evidence(
    *,
    viewer: Viewer,
    merchant_id: int,
    ref: str,
    text: str,
    files: Sequence[EvidenceFile],
    complete: bool,
    at: datetime,
) -> ChargebackPart:
    """Keep what a merchant says to a chargeback, and documents; `complete` says that it may go to the bank.

    The text replaces the one before, documents are added. When all merchants are done, a job hands it in.
    Raises NotYours, ChargebackUnknown, EvidenceLate, EvidenceUnfit.
    """
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.ChargebackPartRow.objects.filter(merchant_id=merchant_id, ref=ref)
    list(rows.select_for_update(no_key=True).values_list("id"))
    part = queries.chargeback_part(viewer=viewer, merchant_id=merchant_id, ref=ref)
    rules.check_evidence(part=part, text=text, files=files, at=at)
    models.EvidenceRow.objects.bulk_create(
        models.EvidenceRow(
            id=new_id(owner=merchant_id), merchant_id=merchant_id, part_id=part.id, kind=one.kind,
            name=one.name[:120], media_type=one.media_type, size=len(one.body), body=one.body, added_at=at,
        )
        for one in files
    )  # fmt: skip
    rows.update(text=text.strip(), handed_in_at=at if complete else part.handed_in_at)
    if complete:
        defer("payments.answer_chargeback", chargeback_id=part.chargeback_id, shopper_id=part.shopper_id)
    return queries.chargeback_part(viewer=viewer, merchant_id=merchant_id, ref=ref)


@transaction.atomic
def drop_evidence(*, viewer: Viewer, merchant_id: int, ref: str, file_id: int) -> None:
    """Take a document back that has not gone to the bank. Repeating changes nothing.

    Raises NotYours, ChargebackUnknown, EvidenceLate.
    """
    part = queries.chargeback_part(viewer=viewer, merchant_id=merchant_id, ref=ref)
    if not part.answerable:
        raise EvidenceLate
    models.EvidenceRow.objects.filter(merchant_id=merchant_id, part_id=part.id, id=file_id).delete()


@transaction.atomic
def record_answer(*, chargeback: Chargeback, merchant_ids: Sequence[int], at: datetime) -> None:
    """The evidence has gone to the bank, for good. Repeats keep the first moment."""
    models.ChargebackRow.objects.filter(shopper_id=chargeback.shopper_id, id=chargeback.id, answered_at=None).update(
        answered_at=at
    )
    models.ChargebackPartRow.objects.filter(
        merchant_id__in=list(merchant_ids), chargeback_id=chargeback.id, answered_at=None
    ).update(answered_at=at)


def _part_row(row: models.ChargebackRow, hold: Hold, amount: Money, at: datetime) -> models.ChargebackPartRow:
    return models.ChargebackPartRow(
        id=new_id(owner=hold.merchant_id),
        ref=new_reference("cbp"),
        merchant_id=hold.merchant_id,
        shopper_id=row.shopper_id,
        chargeback_id=row.id,
        order_id=row.order_id,
        consignment_id=hold.shares.consignment_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        merchant_currency=hold.shares.merchant_net.currency,
        reason=row.reason,
        state=ChargebackState.INQUIRY,
        due_by=row.due_by,
        opened_at=at,
    )


def _move_parts(
    change: str, state: ChargebackState, moment: datetime | None, amounts: Mapping[ChargebackPart, Money]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE payments_chargebackpart p SET state = %s, {change}
                  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS n(merchant_id, id, minor)
                 WHERE p.merchant_id = n.merchant_id AND p.id = n.id""",  # noqa: S608 - one of two literals
            [
                *(str(state), moment),
                [part.merchant_id for part in amounts],
                [part.id for part in amounts],
                [amount.minor for amount in amounts.values()],
            ],
        )
