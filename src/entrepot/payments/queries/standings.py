"""What a payout needs to know of merchants, when they are paid, what of their money waits, and what they owe."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.parties import queries as parties
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import Viewer
from entrepot.payments import models, rules
from entrepot.payments.queries.who import must_operate
from entrepot.payments.terms import (
    Debt,
    Earning,
    Every,
    Extension,
    PayoutBlock,
    Schedule,
    Standing,
    Who,
    WriteOff,
)


def standings(*, merchant_ids: Sequence[int]) -> dict[int, Standing]:
    """What a payout needs to know of many merchants, in five statements; those who are gone are absent."""
    ids = sorted(set(merchant_ids))
    accounts = parties.bank_accounts(merchant_ids=ids)
    known = schedules(merchant_ids=ids)
    blocked = frozenset(
        models.PayoutBlockRow.objects.filter(merchant_id__in=ids, until__isnull=True).values_list(
            "merchant_id", flat=True
        )
    )
    owing = {
        subject for subject, _, _ in ledger.subjects_owing(kind=Kind.MERCHANT_RECEIVABLE, subjects=ids, limit=None)
    }
    return {
        merchant_id: Standing(
            merchant_id=merchant_id,
            verified=merchant.verified,
            account=accounts[merchant_id].ref if merchant_id in accounts else None,
            held=merchant_id in blocked,
            owes=merchant_id in owing,
            schedule=known.get(merchant_id, rules.USUAL),
            currency=merchant.currency,
        )
        for merchant_id, merchant in parties.merchants_by_id(merchant_ids=ids).items()
    }


def schedules(*, merchant_ids: Sequence[int]) -> Mapping[int, Schedule]:
    """When merchants are paid out, in one statement; those who have said nothing are absent."""
    rows = models.ScheduleRow.objects.filter(merchant_id__in=list(merchant_ids), until__isnull=True)
    return {row.merchant_id: _schedule(row) for row in rows}


def schedule(*, viewer: Viewer, merchant_id: int) -> Schedule:
    """When a merchant is paid out; the usual when it has said nothing. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    return schedules(merchant_ids=[merchant_id]).get(merchant_id, rules.USUAL)


def payout_block(*, viewer: Viewer, merchant_id: int) -> PayoutBlock | None:
    """Whether an operator holds the merchant's payouts now, and why, for operators. Raises NotYours for others."""
    must_operate(viewer=viewer)
    row = models.PayoutBlockRow.objects.filter(merchant_id=merchant_id, until__isnull=True).first()
    return PayoutBlock(row.merchant_id, row.reason, row.user_id, row.since, row.until) if row else None


def payouts_held(*, merchant_id: int) -> bool:
    """Whether an operator holds the merchant's payouts now."""
    return models.PayoutBlockRow.objects.filter(merchant_id=merchant_id, until__isnull=True).exists()


def earnings_waiting(*, viewer: Viewer, merchant_id: int, limit: int = 50) -> tuple[Earning, ...]:
    """What of a merchant's releases waits to mature or is kept as a reserve, the oldest first. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.EarningRow.objects.filter(merchant_id=merchant_id)
    waiting = rows.filter(matures_at__isnull=False, matured_at__isnull=True) | rows.filter(
        reserve_minor__gt=0, returned_at__isnull=True
    )
    return tuple(_earning(row) for row in waiting.order_by("id")[:limit])


def earnings_due(*, at: datetime, limit: int = 500) -> tuple[tuple[Earning, ...], tuple[Earning, ...]]:
    """What has matured, and whose reserve's time is over: locked, and left out where another job has it in hand."""
    with across_owners("the sweep of money whose day has come"):
        rows = models.EarningRow.objects.select_for_update(skip_locked=True, no_key=True)
        mature = rows.filter(matures_at__lte=at, matured_at__isnull=True).order_by("id")[:limit]
        matured = tuple(_earning(row) for row in mature)
        over = rows.filter(reserve_minor__gt=0, returned_at__isnull=True, reserve_until__lte=at)
        # What matures in this very moment goes first; its reserve comes back at the next look.
        returned = tuple(_earning(row) for row in over.filter(matures_at__isnull=True).order_by("id")[:limit])
        returned += tuple(
            _earning(row) for row in over.filter(matured_at__isnull=False).order_by("id")[: limit - len(returned)]
        )
    return matured, returned


def extensions(*, merchant_id: int, consignment_id: int) -> tuple[Extension, ...]:
    """How often a consignment's release was put off, oldest first."""
    rows = models.ExtensionRow.objects.filter(merchant_id=merchant_id, consignment_id=consignment_id).order_by("id")
    return tuple(Extension(Who(row.who), row.days, row.reason, row.at) for row in rows)


def extension_known(*, merchant_id: int, consignment_id: int, key: str) -> bool:
    """Whether the release was put off under this key."""
    rows = models.ExtensionRow.objects.filter(merchant_id=merchant_id, consignment_id=consignment_id, key=key)
    return rows.exists()


def debts(*, viewer: Viewer, at: datetime, after: int = 0, limit: int = 50) -> tuple[Debt, ...]:
    """Who owes the marketplace what, by age, for operators; ascending by merchant. Raises NotYours for others."""
    must_operate(viewer=viewer)
    owing = ledger.subjects_owing(kind=Kind.MERCHANT_RECEIVABLE, after=after, limit=limit)
    lent = ledger.debits_of(kind=Kind.MERCHANT_RECEIVABLE, subjects=[merchant_id for merchant_id, _, _ in owing])
    return tuple(
        rules.aged(
            merchant_id=merchant_id,
            owed=owed,
            debits=[
                (amount, when) for owner, amount, when in lent if (owner, amount.currency) == (merchant_id, currency)
            ],
            at=at,
        )
        for merchant_id, currency, owed in owing
    )


def write_offs(*, viewer: Viewer, limit: int = 50) -> tuple[WriteOff, ...]:
    """Debts that were given up, latest first, for operators. Raises NotYours for others."""
    must_operate(viewer=viewer)
    with across_owners("the operator's list of debts given up"):
        rows = list(models.WriteOffRow.objects.order_by("-id")[:limit])
    return tuple(
        WriteOff(row.ref, row.merchant_id, Money(row.amount_minor, row.currency), row.reason, row.user_id, row.at)
        for row in rows
    )


def write_off_by_key(*, merchant_id: int, key: str) -> str | None:
    """The reference of the debt that was given up under this key."""
    return models.WriteOffRow.objects.filter(merchant_id=merchant_id, key=key).values_list("ref", flat=True).first()


def reserves_kept(*, viewer: Viewer, limit: int = 50) -> tuple[tuple[int, Money, datetime | None], ...]:
    """(merchant, kept, next return) for operators, the next to return first. Raises NotYours for others."""
    must_operate(viewer=viewer)
    with across_owners("the operator's list of reserves"), connection.cursor() as cursor:
        cursor.execute(
            """SELECT merchant_id, currency, sum(reserve_minor)::bigint, min(reserve_until) FROM payments_earning
                WHERE reserve_minor > 0 AND returned_at IS NULL
                GROUP BY merchant_id, currency ORDER BY 4 NULLS LAST LIMIT %s""",
            [limit],
        )
        return tuple((merchant_id, Money(minor, cur), until) for merchant_id, cur, minor, until in cursor.fetchall())


def _schedule(row: models.ScheduleRow) -> Schedule:
    least = None if row.least_minor is None else Money(row.least_minor, row.currency)
    return Schedule(Every(row.every), row.day, least, row.since)


def _earning(row: models.EarningRow) -> Earning:
    return Earning(
        merchant_id=row.merchant_id,
        consignment_id=row.consignment_id,
        net=Money(row.net_minor, row.currency),
        reserve=Money(row.reserve_minor, row.currency),
        reserve_rate=row.reserve_rate,
        matures_at=row.matures_at,
        matured_at=row.matured_at,
        reserve_until=row.reserve_until,
        returned_at=row.returned_at,
    )
