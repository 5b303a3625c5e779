"""A parcel that customs had released is back in the customs zone: in time, its importer's allowance is free again."""

from datetime import datetime

from django.db import transaction

from entrepot.allowance.services import restore_allowance
from entrepot.base import locks
from entrepot.depot.queries import must_work_here
from entrepot.orders import queries as orders
from entrepot.parties.terms import Viewer


@transaction.atomic(durable=True)
def return_to_zone(*, viewer: Viewer, consignment_ref: str, cleared_at: datetime, at: datetime) -> None:
    """Write down that a retail import came back at `at`; cleared_at: when customs had released it.

    Its money is another matter. Repeating changes nothing.
    Raises NotYours, ConsignmentUnknown, NothingHeld for another way in, TooLateToRestore after 45 days.
    Source: GACC announcement 2020 No.45. Read 22 November 2026. SQL budget: 10.
    """
    must_work_here(viewer=viewer)
    seen = orders.consignment(viewer=viewer, ref=consignment_ref)
    locks.take(*orders.rows_of_consignment(consignment_id=seen.id, merchant_id=seen.merchant_id))
    restore_allowance(
        shopper_id=seen.shopper_id,
        order_id=seen.order_id,
        number=seen.number,
        cleared_at=cleared_at,
        back_at=at,
        at=at,
    )
