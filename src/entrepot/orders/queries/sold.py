"""What was sold, summed by whom, what and where: for seeing what a rule about commission would change."""

from datetime import datetime

from django.db import connection

from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.orders.terms import SoldGroup
from entrepot.parties.terms import NotYours, Viewer


def sold_groups(*, viewer: Viewer, since: datetime, merchant_id: int | None = None) -> tuple[SoldGroup, ...]:
    """Paid goods since a moment by merchant, category, channel and currency, for operators; of one merchant or of all.

    Commission as it was charged. Raises NotYours for others.
    """
    if not viewer.operator:
        raise NotYours
    with across_owners("the operator looks at what all merchants sold"), connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.merchant_id, l.category, c.channel, l.currency, count(*), sum(l.goods_minor)::bigint,
                      sum(l.commission_minor)::bigint
                 FROM orders_consignment c JOIN orders_line l ON l.merchant_id = c.merchant_id AND l.consignment_id = c.id
                WHERE c.paid_at >= %s AND (%s::bigint IS NULL OR c.merchant_id = %s)
                GROUP BY 1, 2, 3, 4 ORDER BY 6 DESC""",
            [since, merchant_id, merchant_id],
        )
        return tuple(
            SoldGroup(owner, category, channel, lines, Money(goods, currency), Money(commission, currency))
            for owner, category, channel, currency, lines, goods, commission in cursor.fetchall()
        )
