"""A shopper sends goods back: with a label of ours that the merchant pays, or with a carrier of their own."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from entrepot.base import locks
from entrepot.carriage import queries as carriage
from entrepot.carriage.services import want_label
from entrepot.carriage.terms import NoService, Route
from entrepot.depot.rules import handover
from entrepot.disputes import queries as disputes
from entrepot.disputes import rules
from entrepot.disputes.services import send_goods_back
from entrepot.disputes.terms import Dispute, DisputeUnknown, LabelUnfit, ReturnParcel, Side, Told
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_transfers
from entrepot.ledger.terms import About
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.parties.terms import Viewer
from entrepot.rates import queries as rates


@transaction.atomic(durable=True)
def send_return(*, viewer: Viewer, ref: str, told: Told, at: datetime, carrier: str = "", number: str = "") -> Dispute:
    """The goods of an agreed return are on their way back. A repeat of told.key changes nothing.

    number: of the shopper's own carrier; without one a label of ours is bought by a job, for goods with a fault only,
    and the merchant pays its freight by the rate card, owing what it has not.
    Raises DisputeUnknown, WrongMoment, LabelUnfit when no card covers the way back or the shopper pays it.
    SQL budget: 24.
    """
    seen = disputes.dispute(viewer=viewer, ref=ref)
    if viewer.shopper_id != seen.shopper_id:
        raise DisputeUnknown
    locks.take(disputes.dispute_rows(dispute_id=seen.id, merchant_id=seen.merchant_id))
    told = replace(told, side=Side.SHOPPER, user_id=viewer.user_id)
    payer = rules.return_paid_by(seen.reason)
    if disputes.step_known(dispute=seen, key=told.key):
        return disputes.dispute(viewer=viewer, ref=ref)
    if number:
        parcel = ReturnParcel(True, payer, carrier[:60], number[:60], at, None, None)
        return send_goods_back(dispute_id=seen.id, merchant_id=seen.merchant_id, parcel=parcel, told=told, at=at)
    if payer is not Side.MERCHANT:
        raise LabelUnfit
    part = orders.consignment_by_id(consignment_id=seen.consignment_id, merchant_id=seen.merchant_id)
    merchant = parties.merchant(merchant_id=seen.merchant_id)
    ask = rules.return_shipment(
        dispute=seen, consignment=part, merchant=merchant, grams=handover.gross_weight(consignment=part)
    )
    try:
        freight = carriage.freight(
            from_country=part.destination,
            to_country=part.ship_from,
            route=Route.DIRECT,
            grams=ask.parcels[0].grams,
            at=at,
        )
    except NoService as none:
        raise LabelUnfit from none
    parcel = ReturnParcel(False, payer, "", "", at, None, None)
    dispute = send_goods_back(dispute_id=seen.id, merchant_id=seen.merchant_id, parcel=parcel, told=told, at=at)
    want_label(ask=ask, at=at)
    fee = freight.cost
    if fee.currency != merchant.currency:
        rate = rates.rate(base=fee.currency, quote=merchant.currency, at=at)
        fee = fee.exchanged(rate.value, merchant.currency)
    about = About(order_id=part.order_id, consignment_id=part.id, merchant_id=seen.merchant_id)
    post_transfers(
        transfers=book.return_carried(cause=f"return/{seen.id}", merchant_id=seen.merchant_id, fee=fee, about=about),
        at=at,
    )
    return dispute
