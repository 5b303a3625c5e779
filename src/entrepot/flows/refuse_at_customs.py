"""Customs refused a parcel because its importer's yearly allowance is used up: it stops, and our count is corrected."""

from datetime import datetime

from django.db import transaction

from entrepot.allowance.services import correct_allowance
from entrepot.base import locks
from entrepot.depot.queries import must_work_here
from entrepot.kernel.money import Money
from entrepot.landed import queries as landed
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignment
from entrepot.orders.terms import ConsignmentView, Stage, Verb
from entrepot.parties.terms import Viewer


@transaction.atomic(durable=True)
def refuse_at_customs(*, viewer: Viewer, consignment_ref: str, said: Money | None, at: datetime) -> ConsignmentView:
    """Write down that customs refused the parcel; the shopper's money stays held until they choose what follows.

    said: the importer's total of the year by customs, where they told it. Repeating changes nothing.
    Raises NotYours, ConsignmentUnknown, WrongMoment unless it is on its way, NothingHeld for another way in.
    SQL budget: 21.
    """
    must_work_here(viewer=viewer)
    seen = orders.consignment(viewer=viewer, ref=consignment_ref)
    locks.take(*orders.rows_of_consignment(consignment_id=seen.id, merchant_id=seen.merchant_id))
    consignment = orders.consignment_by_id(consignment_id=seen.id, merchant_id=seen.merchant_id)
    if consignment.stage in {Stage.REFUSED, Stage.REFUNDED}:
        return consignment
    move_consignment(consignment_id=consignment.id, merchant_id=consignment.merchant_id, verb=Verb.REFUSE, at=at)
    correct_allowance(
        shopper_id=consignment.shopper_id,
        order_id=consignment.order_id,
        number=consignment.number,
        limit=landed.annual_limit(at=consignment.placed_at) or Money.zero("CNY"),
        said=said,
        at=at,
    )
    return orders.consignment_by_id(consignment_id=consignment.id, merchant_id=consignment.merchant_id)
