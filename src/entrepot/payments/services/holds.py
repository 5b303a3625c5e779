"""Held money: opened when the order is paid, given a release date at delivery, closed at release."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from entrepot.base.identity import new_id
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.ledger.terms import Shares
from entrepot.payments import models
from entrepot.payments.terms import HoldState, HoldUnknown


@transaction.atomic(savepoint=False)
def open_holds(*, payment_id: int, shares: Sequence[Shares], at: datetime) -> None:
    """Write down what is held for each consignment of a paid order: one statement. Once for each consignment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payments_hold (id, merchant_id, order_id, consignment_id, payment_id, currency, goods_minor,
                      freight_minor, duty_minor, tax_minor, fees_minor, commission_minor, merchant_currency,
                      merchant_net_minor, fx, authority, promoted_minor, promoted_freight_minor,
                      merchant_freight_minor, commission_tax_minor, seat, state, opened_at)
               SELECT w.*, %s::text, %s::timestamptz
                 FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[],
                             %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                             %s::text[], %s::bigint[], %s::numeric[], %s::text[], %s::bigint[], %s::bigint[],
                             %s::bigint[], %s::bigint[], %s::text[]) AS w""",
            [
                HoldState.OPEN.value,
                at,
                [new_id(owner=one.merchant_id) for one in shares],
                [one.merchant_id for one in shares],
                [one.order_id for one in shares],
                [one.consignment_id for one in shares],
                [payment_id for _ in shares],
                [one.goods.currency for one in shares],
                [one.goods.minor for one in shares],
                [one.freight.minor for one in shares],
                [one.duty.minor for one in shares],
                [one.tax.minor for one in shares],
                [one.fees.minor for one in shares],
                [one.commission.minor for one in shares],
                [one.merchant_net.currency for one in shares],
                [one.merchant_net.minor for one in shares],
                [one.fx for one in shares],
                [one.authority for one in shares],
                [_minor(one.promoted) for one in shares],
                [_minor(one.promoted_freight) for one in shares],
                [_minor(one.merchant_freight) for one in shares],
                [_minor(one.commission_tax) for one in shares],
                [one.seat for one in shares],
            ],
        )
        must(cursor.rowcount == len(shares), "every consignment gets its hold")


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
