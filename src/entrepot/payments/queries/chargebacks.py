"""Reading chargebacks, their parts and the evidence, as far as the viewer may see."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import NotYours, Viewer
from entrepot.payments import models
from entrepot.payments.rules import HAND_IN_BEFORE
from entrepot.payments.terms import (
    Chargeback,
    ChargebackId,
    ChargebackPart,
    ChargebackState,
    ChargebackUnknown,
    EvidenceFile,
    EvidenceKind,
    KeptFile,
)

_STANDING = (ChargebackState.INQUIRY, ChargebackState.OPEN)


def chargeback_by_id(*, chargeback_id: int, shopper_id: int) -> Chargeback:
    """One chargeback by its key. Raises ChargebackUnknown."""
    row = models.ChargebackRow.objects.filter(shopper_id=shopper_id, id=chargeback_id).first()
    if row is None:
        raise ChargebackUnknown
    return _chargeback(row)


def chargeback_at_provider(*, provider_id: str) -> Chargeback | None:
    """The chargeback that the provider means."""
    with across_owners("the provider names a chargeback, not whose it is"):
        row = models.ChargebackRow.objects.filter(provider_id=provider_id).first()
    return _chargeback(row) if row else None


def chargebacks_of_payment(*, viewer: Viewer, shopper_id: int, payment_id: int) -> tuple[Chargeback, ...]:
    """What card holders disputed of one payment, for the operator. Raises NotYours for others."""
    if not viewer.operator:
        raise NotYours
    rows = models.ChargebackRow.objects.filter(shopper_id=shopper_id, payment_id=payment_id)
    return tuple(_chargeback(row) for row in rows.order_by("id"))


def chargebacks_standing(*, limit: int = 500) -> tuple[tuple[int, int], ...]:
    """(chargeback, shopper) of all that have not ended, oldest first: those to ask the provider about."""
    with across_owners("every chargeback that has not ended is asked about"):
        rows = models.ChargebackRow.objects.filter(state__in=_STANDING).order_by("id")
        return tuple(rows.values_list("id", "shopper_id")[:limit])


def chargebacks_due(*, at: datetime, limit: int = 100) -> tuple[tuple[int, int], ...]:
    """(chargeback, shopper) of those whose date at the bank is near and whose evidence was not handed in."""
    with across_owners("the bank's dates come for all alike"):
        rows = models.ChargebackRow.objects.filter(
            state__in=_STANDING, answered_at=None, due_by__lte=at + HAND_IN_BEFORE, due_by__gt=at
        )
        return tuple(rows.order_by("due_by").values_list("id", "shopper_id")[:limit])


def parts_of_chargeback(*, chargeback_id: int, merchant_ids: Sequence[int]) -> tuple[ChargebackPart, ...]:
    """A chargeback's parts with their documents, in the order of their consignments. Two statements."""
    rows = models.ChargebackPartRow.objects.filter(merchant_id__in=list(merchant_ids), chargeback_id=chargeback_id)
    return _parts(rows.order_by("id"))


def part_by_ref(*, merchant_id: int, ref: str) -> ChargebackPart:
    """One part by its reference. Raises ChargebackUnknown."""
    found = _parts(models.ChargebackPartRow.objects.filter(merchant_id=merchant_id, ref=ref))
    if not found:
        raise ChargebackUnknown
    return found[0]


def chargeback_part(*, viewer: Viewer, merchant_id: int, ref: str) -> ChargebackPart:
    """One part, for its merchant's people and operators. Raises NotYours, ChargebackUnknown."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    return part_by_ref(merchant_id=merchant_id, ref=ref)


def chargebacks_of(
    *, viewer: Viewer, merchant_id: int, after: int | None = None, limit: int = 50
) -> tuple[ChargebackPart, ...]:
    """A merchant's parts of chargebacks, latest first, after the part id `after`. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.ChargebackPartRow.objects.filter(merchant_id=merchant_id).order_by("-id")
    if after is not None:
        rows = rows.filter(id__lt=after)
    return _parts(rows[:limit])


def chargebacks_to_answer(*, viewer: Viewer, merchant_id: int, limit: int = 20) -> tuple[ChargebackPart, ...]:
    """A merchant's parts that evidence may still be added to, the nearest date first. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.ChargebackPartRow.objects.filter(merchant_id=merchant_id, state__in=_STANDING, answered_at=None)
    return _parts(rows.order_by("due_by", "id")[:limit])


def chargebacks_listed(
    *, viewer: Viewer, standing: bool, after: int | None = None, limit: int = 50
) -> tuple[Chargeback, ...]:
    """All chargebacks, or those that have not ended, latest first, for the operator. Raises NotYours for others."""
    if not viewer.operator:
        raise NotYours
    with across_owners("an operator lists chargebacks"):
        rows = models.ChargebackRow.objects.order_by("-id")
        if standing:
            rows = rows.filter(state__in=_STANDING)
        if after is not None:
            rows = rows.filter(id__lt=after)
        return tuple(_chargeback(row) for row in rows[:limit])


def standing_chargebacks(*, merchant_id: int, consignment_ids: Sequence[int]) -> dict[int, ChargebackPart]:
    """The chargebacks that stand against a merchant's consignments, by consignment."""
    rows = models.ChargebackPartRow.objects.filter(
        merchant_id=merchant_id, consignment_id__in=list(consignment_ids), state__in=_STANDING
    )
    return {part.consignment_id: part for part in _parts(rows.order_by("id"))}


def evidence_of(*, part_id: int, merchant_id: int) -> tuple[EvidenceFile, ...]:
    """The documents themselves, oldest first."""
    rows = models.EvidenceRow.objects.filter(merchant_id=merchant_id, part_id=part_id).order_by("id")
    return tuple(EvidenceFile(row.kind, row.name, row.media_type, bytes(row.body)) for row in rows)


def evidence_file(*, viewer: Viewer, merchant_id: int, ref: str, file_id: int) -> EvidenceFile:
    """One document of a part. Raises NotYours, ChargebackUnknown."""
    part = chargeback_part(viewer=viewer, merchant_id=merchant_id, ref=ref)
    row = models.EvidenceRow.objects.filter(merchant_id=merchant_id, part_id=part.id, id=file_id).first()
    if row is None:
        raise ChargebackUnknown
    return EvidenceFile(row.kind, row.name, row.media_type, bytes(row.body))


def _parts(rows: Iterable[models.ChargebackPartRow]) -> tuple[ChargebackPart, ...]:
    found = list(rows)
    files: dict[int, list[KeptFile]] = defaultdict(list)
    kept = models.EvidenceRow.objects.filter(
        merchant_id__in={row.merchant_id for row in found}, part_id__in=[row.id for row in found]
    )
    for row in kept.defer("body").order_by("id") if found else ():
        one = KeptFile(row.id, EvidenceKind(row.kind), row.name, row.media_type, row.size, row.added_at)
        files[row.part_id].append(one)
    return tuple(_part(row, tuple(files[row.id])) for row in found)


def _part(row: models.ChargebackPartRow, files: tuple[KeptFile, ...]) -> ChargebackPart:
    return ChargebackPart(
        id=row.id,
        ref=row.ref,
        merchant_id=row.merchant_id,
        shopper_id=row.shopper_id,
        chargeback_id=ChargebackId(row.chargeback_id),
        order_id=row.order_id,
        consignment_id=row.consignment_id,
        amount=Money(row.amount_minor, row.currency),
        aside=Money(row.aside_minor, row.merchant_currency),
        lost=Money(row.lost_minor, row.merchant_currency),
        reason=row.reason,
        state=ChargebackState(row.state),
        due_by=row.due_by,
        opened_at=row.opened_at,
        text=row.text,
        handed_in_at=row.handed_in_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        files=files,
    )


def _chargeback(row: models.ChargebackRow) -> Chargeback:
    return Chargeback(
        id=ChargebackId(row.id),
        ref=row.ref,
        shopper_id=row.shopper_id,
        payment_id=row.payment_id,
        order_id=row.order_id,
        order_ref=row.order_ref,
        provider_id=row.provider_id,
        amount=Money(row.amount_minor, row.currency),
        fee=Money(row.fee_minor, row.fee_currency),
        reason=row.reason,
        state=ChargebackState(row.state),
        due_by=row.due_by,
        opened_at=row.opened_at,
        taken_at=row.taken_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
    )
