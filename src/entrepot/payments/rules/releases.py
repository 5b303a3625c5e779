"""How a release is shared over time, and how far it may be put off."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from entrepot.channels.terms import Patience, Reserve
from entrepot.kernel.money import Money
from entrepot.ledger.terms import Shares
from entrepot.payments.terms import CannotExtend, Earning, Extension, HoldState, Who

_REASON_LEAST: Final = 5


def earning_of(*, shares: Shares, reserve: Reserve, owed: Money, at: datetime) -> tuple[Earning, Money]:
    """(what waits of a release, what of it pays a debt at once).

    Money that matures first pays debts when it has. A reserve is kept of what a debt leaves. owed: in the currency of
    the merchant's part.
    """
    net = shares.merchant_net
    matures_at = at + timedelta(days=reserve.mature_days) if reserve.mature_days else None
    set_off = Money.zero(net.currency) if matures_at else min(owed, net)
    kept = (net - set_off).at_rate(reserve.rate) if reserve.days else Money.zero(net.currency)
    return (
        Earning(
            merchant_id=shares.merchant_id,
            consignment_id=shares.consignment_id,
            net=net,
            reserve=kept,
            reserve_rate=reserve.rate,
            matures_at=matures_at,
            matured_at=None,
            reserve_until=(matures_at or at) + timedelta(days=reserve.days) if kept else None,
            returned_at=None,
        ),
        set_off,
    )


def extended(
    *,
    who: Who,
    days: int,
    release_at: datetime | None,
    state: HoldState,
    before: Sequence[Extension],
    patience: Patience,
    at: datetime,
) -> tuple[int, datetime]:
    """(days, the new release date) when somebody puts a release off.

    A shopper's days are the channel's, once, when few are left; merchants and operators choose theirs, within the
    channel's most in all. Raises CannotExtend.
    """
    if state is not HoldState.OPEN or release_at is None or release_at <= at:
        raise CannotExtend(why="moment")
    if who is Who.SHOPPER:
        if any(one.who is Who.SHOPPER for one in before):
            raise CannotExtend(why="once")
        if release_at - at > timedelta(days=patience.near):
            raise CannotExtend(why="early")
        return patience.shopper, release_at + timedelta(days=patience.shopper)
    used = sum(one.days for one in before if one.who is not Who.SHOPPER)
    if not 1 <= days <= patience.most - used:
        raise CannotExtend(why="most")
    return days, release_at + timedelta(days=days)


def reason_given(*, reason: str) -> str:
    """A reason as it is kept: its words, at most 300 characters; empty when it is too short to tell anything."""
    written = " ".join(reason.split())[:300]
    return written if len(written) >= _REASON_LEAST else ""
