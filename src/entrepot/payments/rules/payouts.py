"""When a merchant is paid out, what stands in the way, and what may happen to a payout."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from entrepot.kernel.money import Money
from entrepot.payments.terms import (
    AccountMissing,
    Debt,
    Every,
    NothingAvailable,
    NotVerified,
    OwesMoney,
    PayoutsHeld,
    PayoutState,
    PayoutVerb,
    Schedule,
    ScheduleInvalid,
    Standing,
    Why,
    WrongMoment,
)

PAYOUT_MOVES: Final[Mapping[tuple[PayoutState, PayoutVerb], PayoutState]] = {
    (PayoutState.OPEN, PayoutVerb.SEND): PayoutState.SENT,
    (PayoutState.OPEN, PayoutVerb.SETTLE): PayoutState.PAID,
    (PayoutState.OPEN, PayoutVerb.FAIL): PayoutState.FAILED,
    (PayoutState.SENT, PayoutVerb.SETTLE): PayoutState.PAID,
    (PayoutState.SENT, PayoutVerb.FAIL): PayoutState.FAILED,
    # The merchant's bank sent it back later.
    (PayoutState.PAID, PayoutVerb.RETURN): PayoutState.RETURNED,
}

# Less than this is not worth a bank's fee: it waits for the next run. Minor units; another currency has no least.
LEAST: Final[Mapping[str, int]] = {"CNY": 50_00, "USD": 10_00, "EUR": 10_00, "GBP": 10_00, "CAD": 10_00}
# Who has said nothing is paid out on Mondays.
USUAL: Final = Schedule(Every.WEEKLY, 1)
MONTH_DAY_MOST: Final = 28
_WEEK: Final = 7
_AGES: Final = (30, 60, 90)


def payout_after(*, state: PayoutState, verb: PayoutVerb) -> PayoutState:
    """The payout's state after `verb`. Raises WrongMoment when it is not allowed now."""
    following = PAYOUT_MOVES.get((state, verb))
    if following is None:
        raise WrongMoment(state=state, verb=verb)
    return following


def check_payout(*, standing: Standing, available: Money) -> None:
    """What a merchant may take by asking. Raises NotVerified, AccountMissing, PayoutsHeld, OwesMoney, NothingAvailable."""
    match obstacle(standing=standing, available=available, least=Money.zero(available.currency), due=True):
        case Why.NOT_VERIFIED:
            raise NotVerified
        case Why.NO_ACCOUNT:
            raise AccountMissing
        case Why.HELD:
            raise PayoutsHeld
        case Why.OWES:
            raise OwesMoney
        case _ if available.minor <= 0:
            raise NothingAvailable(currency=available.currency)
        case _:
            return


def obstacle(*, standing: Standing, available: Money, least: Money, due: bool) -> Why | None:
    """The first thing that stands in the way of paying a merchant out, or nothing. due: whether its day has come."""
    found = (
        (Why.NOT_VERIFIED, not standing.verified),
        (Why.NO_ACCOUNT, standing.account is None),
        (Why.HELD, standing.held),
        (Why.OWES, standing.owes),
        (Why.BELOW_LEAST, available < least),
        (Why.NOT_DUE, not due),
    )
    return next((why for why, stands in found if stands), None)


def least_of(*, schedule: Schedule, currency: str) -> Money:
    """The least amount a run pays out: the marketplace's, or the merchant's own where that is more."""
    ours = Money(LEAST.get(currency, 0), currency)
    own = schedule.least
    return max(ours, own) if own is not None and own.currency == currency else ours


def due_between(*, schedule: Schedule, after: date, until: date) -> bool:
    """Whether one of the schedule's days lies after `after` and not after `until`. Asking by hand is never due."""
    following = next_day(schedule=schedule, after=after)
    return following is not None and following <= until


def next_day(*, schedule: Schedule, after: date) -> date | None:
    """The first day after `after` on which the merchant is paid out, or none when it asks itself."""
    match schedule.every:
        case Every.DAILY:
            return after + timedelta(days=1)
        case Every.WEEKLY:
            return after + timedelta(days=(schedule.day - after.isoweekday() - 1) % _WEEK + 1)
        case Every.MONTHLY:
            this = after.replace(day=schedule.day)
            if this > after:
                return this
            return (this.replace(day=1) + timedelta(days=32)).replace(day=schedule.day)
        case Every.MANUAL:
            return None


def check_schedule(*, schedule: Schedule) -> None:
    """Raises ScheduleInvalid for a day that there is not, and for an amount below nothing."""
    longest = {Every.WEEKLY: _WEEK, Every.MONTHLY: MONTH_DAY_MOST}.get(schedule.every, schedule.day)
    if not 1 <= schedule.day <= longest:
        raise ScheduleInvalid(field="day", why="day")
    if schedule.least is not None and schedule.least.minor < 0:
        raise ScheduleInvalid(field="least", why="least")


def aged(*, merchant_id: int, owed: Money, debits: Sequence[tuple[Money, datetime]], at: datetime) -> Debt:
    """A debt by age. What was paid of it was paid for the oldest first.

    debits: what the merchant came to owe and when, the latest first.
    """
    left = owed.minor
    buckets = [0, 0, 0, 0]
    since: datetime | None = None
    for amount, when in debits:
        if left <= 0:
            break
        part = min(left, amount.minor)
        buckets[sum((at - when).days > age for age in _AGES)] += part
        since, left = when, left - part
    first, second, third, last = (Money(minor, owed.currency) for minor in buckets)
    return Debt(merchant_id, owed, since, (first, second, third, last))
