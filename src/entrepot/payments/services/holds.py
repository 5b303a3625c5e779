"""Held money: opened when the order is paid, given a release date at delivery, closed at release."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import connection, transaction

from entrepot.base.calls import Call, run_calls
from entrepot.base.identity import new_id
from entrepot.base.models import default_columns
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.ledger.terms import Shares
from entrepot.payments import models
from entrepot.payments.terms import HoldState, HoldUnknown


@transaction.atomic(savepoint=False)
def open_holds(*, payment_id: int, shares: Sequence[Shares], at: datetime) -> None:
    """Write down what is held for each consignment of a paid order: one statement. Once for each consignment."""
    run_calls(Call("payments_keep(%s)", (hold_rows(payment_id=payment_id, shares=shares, at=at),)))


def hold_rows(*, payment_id: int, shares: Sequence[Shares], at: datetime) -> str:
    """The rows of what is held for each consignment, every column named: JSON for `capture_call`."""
    rows = [
        {
            **default_columns(models.HoldRow),
            "id": new_id(owner=one.merchant_id),
            "merchant_id": one.merchant_id,
            "order_id": one.order_id,
            "consignment_id": one.consignment_id,
            "payment_id": payment_id,
            "currency": one.goods.currency,
            "goods_minor": one.goods.minor,
            "freight_minor": one.freight.minor,
            "duty_minor": one.duty.minor,
            "tax_minor": one.tax.minor,
            "fees_minor": one.fees.minor,
            "commission_minor": one.commission.minor,
            "merchant_currency": one.merchant_net.currency,
            "merchant_net_minor": one.merchant_net.minor,
            "fx": one.fx,
            "authority": one.authority,
            "promoted_minor": _minor(one.promoted),
            "promoted_freight_minor": _minor(one.promoted_freight),
            "merchant_freight_minor": _minor(one.merchant_freight),
            "commission_tax_minor": _minor(one.commission_tax),
            "seat": one.seat,
            "state": HoldState.OPEN,
            "opened_at": at,
        }
        for one in shares
    ]
    return msgspec.json.encode(rows).decode()


def _minor(part: Money | None) -> int:
    return part.minor if part else 0


@transaction.atomic
def schedule_release(*, merchant_id: int, consignment_id: int, release_at: datetime) -> datetime:
    """Set when the held money goes to the merchant; gives the date that counts.

    An earlier date wins over a later one: the shopper may confirm receipt before the time is over, and delivery
    reported again starts no new time. Changes nothing once released. Raises HoldUnknown.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE payments_hold
                  SET release_at = CASE WHEN state = 'open' THEN least(release_at, %s::timestamptz) ELSE release_at END
                WHERE merchant_id = %s AND consignment_id = %s
            RETURNING coalesce(release_at, released_at, %s::timestamptz)""",
            [release_at, merchant_id, consignment_id, release_at],
        )
        row = cursor.fetchone()
    if row is None:
        raise HoldUnknown
    counts: datetime = row[0]
    return counts


@transaction.atomic
def schedule_releases(*, releases: Mapping[tuple[int, int], datetime]) -> None:
    """Set when the held money of many (consignment, merchant) pairs is due, in one statement.

    An earlier date wins, as in `schedule_release`; what was released stays. Pairs without a hold are left out.
    """
    pairs = sorted(releases)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE payments_hold h SET release_at = least(h.release_at, n.release_at)
                 FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS n(consignment_id, merchant_id, release_at)
                WHERE h.merchant_id = n.merchant_id AND h.consignment_id = n.consignment_id AND h.state = 'open'""",
            [[one for one, _ in pairs], [owner for _, owner in pairs], [releases[pair] for pair in pairs]],
        )


@transaction.atomic(savepoint=False)
def close_hold(*, merchant_id: int, consignment_id: int, at: datetime) -> None:
    """The held money was released to the merchant. Once."""
    moved = models.HoldRow.objects.filter(
        merchant_id=merchant_id, consignment_id=consignment_id, state=HoldState.OPEN
    ).update(state=HoldState.RELEASED, released_at=at)
    must(moved == 1, "a hold is locked while it is released")


@transaction.atomic(savepoint=False)
def return_hold(*, merchant_id: int, consignment_id: int) -> None:
    """The held money goes back to the shopper. Once; the hold is locked."""
    moved = models.HoldRow.objects.filter(
        merchant_id=merchant_id, consignment_id=consignment_id, state=HoldState.OPEN
    ).update(state=HoldState.REFUNDED)
    must(moved == 1, "a hold is locked while its money goes back")
