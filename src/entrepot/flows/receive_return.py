"""Goods of a dispute are back, with their merchant or at the depot: looked at, put on sale again or written off."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from entrepot.allowance.services import restore_allowance
from entrepot.allowance.terms import NothingHeld, TooLateToRestore
from entrepot.base import locks
from entrepot.disputes import queries as disputes
from entrepot.disputes.services import take_goods_back
from entrepot.disputes.terms import Dispute, DisputeUnknown, Side, Told
from entrepot.orders import queries as orders
from entrepot.parties.terms import Viewer
from entrepot.stock import queries as stock
from entrepot.stock.services import take_back_stock


@transaction.atomic(durable=True)
def receive_return(*, viewer: Viewer, ref: str, restock: frozenset[int], told: Told, at: datetime) -> Dispute:
    """Write down that the goods are back; the refund follows by itself. A repeat of told.key changes nothing.

    restock: numbers of the lines that can be sold again; the others are written off. Received at the depot, a retail
    import that customs released at a known moment is back in the zone: in time, the yearly allowance is restored.
    Raises DisputeUnknown, WrongMoment. SQL budget: 32.
    """
    seen = disputes.dispute(viewer=viewer, ref=ref)
    side = disputes.side_of(viewer=viewer, merchant_id=seen.merchant_id, shopper_id=seen.shopper_id)
    if side is Side.SHOPPER:
        raise DisputeUnknown
    part = orders.consignment_by_id(consignment_id=seen.consignment_id, merchant_id=seen.merchant_id)
    back = [
        (line.variant_id, line.quantity, number in restock)
        for number, line in enumerate(part.lines, start=1)
        if not seen.lines or number in seen.lines
    ]
    locks.take(
        stock.rows_at_home(merchant_id=part.merchant_id, variant_ids=[variant for variant, _, _ in back]),
        disputes.dispute_rows(dispute_id=seen.id, merchant_id=seen.merchant_id),
    )
    told = replace(told, side=side or Side.OPERATOR, user_id=viewer.user_id)
    kept = sum(quantity for _, quantity, good in back if good)
    if take_goods_back(dispute_id=seen.id, merchant_id=seen.merchant_id, restocked=kept, told=told, at=at):
        take_back_stock(merchant_id=seen.merchant_id, pieces=back, about=seen.id, actor=str(side), at=at)
        cleared = disputes.cleared_at(consignment=part) if viewer.depot and part.counted else None
        if cleared is not None:
            # Too late for the law: the allowance stays used, and the merchant bears the tax.
            with suppress(NothingHeld, TooLateToRestore):
                restore_allowance(
                    shopper_id=part.shopper_id, order_id=part.order_id, number=part.number, cleared_at=cleared,
                    back_at=at, at=at,
                )  # fmt: skip
    return disputes.dispute(viewer=viewer, ref=ref)
