"""Somebody needs more time before the held money goes to the merchant."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.channels import queries as channels
from entrepot.orders import queries as orders
from entrepot.orders.services import set_release
from entrepot.orders.terms import ConsignmentUnknown, ConsignmentView
from entrepot.parties.terms import Viewer
from entrepot.payments import queries as payments
from entrepot.payments.rules import extended
from entrepot.payments.services import extend_hold
from entrepot.payments.terms import Extension, Who


@transaction.atomic(durable=True)
def extend_release(
    *, viewer: Viewer, order_ref: str, consignment_ref: str, days: int, reason: str, key: str, at: datetime
) -> datetime:
    """Put the release of one consignment's money off; gives the date that counts. The same key once.

    The shopper may once, when few days are left, by the channel's days whatever `days` says; the merchant's team and
    operators by `days`, within the channel's most in all. Raises OrderUnknown, ConsignmentUnknown, CannotExtend.
    SQL budget: 16, and 11 when repeated.
    """
    seen, who = _seen(viewer, order_ref, consignment_ref)
    hold = payments.hold(merchant_id=seen.merchant_id, consignment_id=seen.id)
    locks.take(
        *orders.rows_of_consignment(consignment_id=seen.id, merchant_id=seen.merchant_id),
        locks.Rows("payments_hold", (hold.id,), "merchant_id", (seen.merchant_id,)),
    )
    part = orders.consignment_by_id(consignment_id=seen.id, merchant_id=seen.merchant_id)
    before = payments.extensions(merchant_id=part.merchant_id, consignment_id=part.id)
    if payments.extension_known(merchant_id=part.merchant_id, consignment_id=part.id, key=key) and part.release_at:
        return part.release_at
    more, release_at = extended(
        who=who,
        days=days,
        release_at=part.release_at,
        state=payments.hold(merchant_id=part.merchant_id, consignment_id=part.id).state,
        before=before,
        patience=channels.channel(slug=part.channel).patience,
        at=at,
    )
    set_release(consignments=[(part.id, part.merchant_id)], release_at=release_at)
    extend_hold(
        viewer=viewer,
        merchant_id=part.merchant_id,
        consignment_id=part.id,
        extension=Extension(who, more, reason, at),
        release_at=release_at,
        key=key,
    )
    return release_at


def _seen(viewer: Viewer, order_ref: str, consignment_ref: str) -> tuple[ConsignmentView, Who]:
    if viewer.operator or viewer.merchants:
        try:
            seen = orders.consignment(viewer=viewer, ref=consignment_ref)
        except ConsignmentUnknown:
            if viewer.shopper_id is None:
                raise
        else:
            return seen, Who.OPERATOR if viewer.operator else Who.MERCHANT
    order = orders.order(viewer=viewer, ref=order_ref)
    for part in order.consignments:
        if part.ref == consignment_ref and order.shopper_id == viewer.shopper_id:
            return part, Who.SHOPPER
    raise ConsignmentUnknown
