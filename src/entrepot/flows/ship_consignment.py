"""A merchant hands a paid consignment over: to the depot, or to a carrier."""

from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.carriage.services import want_label
from entrepot.channels.terms import Route
from entrepot.depot import queries as depot
from entrepot.depot.rules import handover
from entrepot.depot.rules import parcels as parcel_rules
from entrepot.depot.services import expect_parcel
from entrepot.orders import queries as orders
from entrepot.orders.services import move_consignment
from entrepot.orders.terms import Verb
from entrepot.parties import queries as parties
from entrepot.parties.terms import Viewer
from entrepot.stock import queries as stock
from entrepot.stock.services import issue_stock


@transaction.atomic(durable=True)
def ship_consignment(
    *,
    viewer: Viewer,
    consignment_ref: str,
    key: str,  # noqa: ARG001 - the consignment's state makes a repeat harmless; every write from outside carries one
    at: datetime,
    grams: int | None = None,
) -> None:
    """The merchant has packed a consignment and gives it away: its goods leave the stock, nothing of it changes after.

    By the depot: it is expected there under the consignment's barcode. Direct: a job buys the label, and after a
    refusal by the carrier the same verb asks again. grams: gross weight; without it the articles' own as packed, or
    the goods and an allowance for packing. Repeating it changes nothing.

    Raises ConsignmentUnknown, NotYours, WrongMoment before it is paid, NoSite, WeightImpossible.
    SQL: 16 statements, direct 18.
    """
    seen = orders.consignment(viewer=viewer, ref=consignment_ref)
    parties.must_work_for(viewer=viewer, merchant_id=seen.merchant_id)
    locks.take(
        stock.rows_of_order(order_id=seen.order_id, merchant_ids=[seen.merchant_id]),
        *orders.rows_of_consignment(consignment_id=seen.id, merchant_id=seen.merchant_id),
    )
    consignment = orders.consignment_by_id(consignment_id=seen.id, merchant_id=seen.merchant_id)
    weight = parcel_rules.weight_checked(grams=grams or handover.gross_weight(consignment=consignment))
    move_consignment(consignment_id=consignment.id, merchant_id=consignment.merchant_id, verb=Verb.SEND, at=at)
    gone = [line.variant_id for line in consignment.lines]
    issue_stock(order_id=consignment.order_id, merchant_id=consignment.merchant_id, variant_ids=gone, at=at)
    if consignment.route is Route.DEPOT:
        site = depot.site_serving(country=consignment.ship_from)
        expect_parcel(parcel=handover.expected_parcel(consignment=consignment, site=site, grams=weight), at=at)
        return
    merchant = parties.merchant(merchant_id=consignment.merchant_id)
    want_label(ask=handover.direct_shipment(consignment=consignment, merchant=merchant, grams=weight), at=at)
