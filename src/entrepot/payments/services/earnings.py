"""What waits of a merchant's money after release, releases put off, schedules, blocks, debts given up."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import Facts, tell
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.parties.terms import MerchantId, NotYours, Role, Viewer
from entrepot.payments import models, rules
from entrepot.payments.terms import EXTENDED, Earning, Extension, HoldState, ReasonMissing, Schedule


@transaction.atomic(savepoint=False)
def record_earning(*, earning: Earning) -> None:
    """Write down what of a release waits. Once for each consignment; nothing when nothing waits."""
    if earning.matures_at is None and not earning.reserve:
        return
    models.EarningRow.objects.create(
        id=new_id(owner=earning.merchant_id),
        merchant_id=earning.merchant_id,
        consignment_id=earning.consignment_id,
        currency=earning.net.currency,
        net_minor=earning.net.minor,
        reserve_minor=earning.reserve.minor,
        reserve_rate=earning.reserve_rate,
        matures_at=earning.matures_at,
        reserve_until=earning.reserve_until,
    )


@transaction.atomic(savepoint=False)
def mark_earnings(*, matured: Sequence[Earning], returned: Sequence[Earning], at: datetime) -> None:
    """These have matured, those have their reserve back; they are locked."""
    for earnings, column in ((matured, "matured_at"), (returned, "returned_at")):
        if not earnings:
            continue
        rows = models.EarningRow.objects.filter(
            merchant_id__in=sorted({one.merchant_id for one in earnings}),
            consignment_id__in=[one.consignment_id for one in earnings],
            **{f"{column}__isnull": True},
        )
        must(rows.update(**{column: at}) == len(earnings), "money whose day has come is moved once")


@transaction.atomic(savepoint=False)
def extend_hold(
    *, viewer: Viewer, merchant_id: int, consignment_id: int, extension: Extension, release_at: datetime, key: str
) -> None:
    """The held money goes to the merchant later, at `release_at`; who put it off and why is kept. The hold is locked."""
    models.ExtensionRow.objects.create(
        id=new_id(owner=merchant_id),
        merchant_id=merchant_id,
        consignment_id=consignment_id,
        who=extension.who,
        days=extension.days,
        reason=extension.reason[:300],
        user_id=viewer.user_id,
        at=extension.at,
        key=key,
    )
    moved = models.HoldRow.objects.filter(
        merchant_id=merchant_id, consignment_id=consignment_id, state=HoldState.OPEN
    ).update(release_at=release_at)
    must(moved == 1, "a hold is locked while its release is put off")
    facts: Facts = {"who": str(extension.who), "days": extension.days}
    tell(EXTENDED, subject=consignment_id, owner=merchant_id, at=extension.at, facts=facts)


@transaction.atomic
def save_schedule(*, viewer: Viewer, merchant_id: int, schedule: Schedule, at: datetime) -> None:
    """Have the merchant paid out like this from now on; the same again changes nothing.

    Raises NotYours for all but the merchant's owner, ScheduleInvalid.
    """
    if viewer.merchants.get(MerchantId(merchant_id)) is not Role.OWNER or viewer.user_id is None:
        raise NotYours
    rules.check_schedule(schedule=schedule)
    least = schedule.least
    wanted = (schedule.every.value, schedule.day, least.minor if least else None, least.currency if least else "")
    rows = models.ScheduleRow.objects.filter(merchant_id=merchant_id, until__isnull=True)
    known = rows.select_for_update(no_key=True).first()
    if known is not None:
        if (known.every, known.day, known.least_minor, known.currency) == wanted:
            return
        rows.update(until=at)
    every, day, least_minor, currency = wanted
    models.ScheduleRow.objects.create(
        id=new_id(owner=merchant_id), merchant_id=merchant_id, every=every, day=day, least_minor=least_minor,
        currency=currency, user_id=viewer.user_id, since=at,
    )  # fmt: skip


@transaction.atomic
def hold_payouts(*, viewer: Viewer, merchant_id: int, reason: str, at: datetime) -> None:
    """An operator holds a merchant's payouts; holding twice keeps the first reason. Payouts under way go on.

    Raises NotYours for all but operators, ReasonMissing.
    """
    user_id = _operator(viewer)
    models.PayoutBlockRow.objects.get_or_create(
        merchant_id=merchant_id,
        until=None,
        defaults={"id": new_id(owner=merchant_id), "reason": _reason(reason), "user_id": user_id, "since": at},
    )


@transaction.atomic
def free_payouts(*, viewer: Viewer, merchant_id: int, reason: str, at: datetime) -> None:
    """Payouts go on. Repeating changes nothing. Raises NotYours for all but operators, ReasonMissing."""
    models.PayoutBlockRow.objects.filter(merchant_id=merchant_id, until__isnull=True).update(
        until=at, ended_by=_operator(viewer), end_reason=_reason(reason)
    )


@transaction.atomic(savepoint=False)
def record_write_off(*, viewer: Viewer, merchant_id: int, amount: Money, reason: str, key: str, at: datetime) -> str:
    """Write down that a debt is given up, by whom and why; gives its reference.

    Raises NotYours for all but operators, ReasonMissing.
    """
    ref = new_reference("wof")
    models.WriteOffRow.objects.create(
        id=new_id(owner=merchant_id), ref=ref, merchant_id=merchant_id, amount_minor=amount.minor,
        currency=amount.currency, reason=_reason(reason), user_id=_operator(viewer), at=at, key=key,
    )  # fmt: skip
    return ref


def _operator(viewer: Viewer) -> int:
    if not viewer.operator or viewer.user_id is None:
        raise NotYours
    return viewer.user_id


def _reason(reason: str) -> str:
    written = rules.reason_given(reason=reason)
    if not written:
        raise ReasonMissing
    return written
