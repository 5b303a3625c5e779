"""A shopper accepts a quote: the goods are reserved, the order is written, its payment opened.

Two beats, because a hot article's row must not stay locked while the order is made durable:

1. `_promise` checks everything, takes the order id kept for the quote and reserves the goods under it, in a small
   transaction that does not wait for the disk.
2. `_write` binds the reservations and writes the order durably. Its commit follows the first in the same log, so an
   order on disk always has its reservations on disk.

A crash between the two leaves reservations without an order. They lapse after ORPHAN_SECONDS and are freed by the
sweep, or by the next shopper who finds too little; the same quote tried again takes up the same order id and finds
them still held. If they were freed meanwhile, binding says so and nothing is written.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from entrepot.allowance import queries as allowance
from entrepot.allowance.services import hold_allowance
from entrepot.allowance.terms import Part
from entrepot.basket import queries as basket
from entrepot.basket.services import clear_ordered_lines
from entrepot.basket.terms import BasketLine
from entrepot.kernel.errors import EntrepotError
from entrepot.kernel.money import Money
from entrepot.kernel.text import pick
from entrepot.landed import queries as landed
from entrepot.landed.rules import promotion_uses
from entrepot.landed.terms import BasketQuote
from entrepot.orders import queries as orders
from entrepot.orders import rules
from entrepot.orders.services import claim_order, write_order
from entrepot.orders.terms import OrderId, OrderUnknown, PlacedOrder
from entrepot.parties import queries as parties
from entrepot.parties.rules import check_address
from entrepot.parties.terms import Address, NotYours, ShopperId, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import open_payment
from entrepot.promotions.services import hold_uses
from entrepot.stock.services import bind_reservations, commit_lightly, free_lapsed_reservations, reserve_stock
from entrepot.stock.terms import ORPHAN_SECONDS, SoldOut, Wanted


@dataclass(frozen=True, slots=True)
class _Promise:
    order_id: OrderId
    quote: BasketQuote
    address: Address
    counted: tuple[Part, ...]
    limit: Money


def place_order(*, viewer: Viewer, quote_ref: str, address_ref: str, key: str, at: datetime) -> PlacedOrder:
    """Make one order of a quote; the same key, or the same quote from another window, gives the same order.

    Raises QuoteMissing, QuoteExpired, QuoteUsed, KeyReused, BasketChanged, NotDeliverable and SoldOut naming the
    articles, AddressElsewhere, AddressIncomplete, NotYours for a strange address, ReservationLost, PromotionUsedUp; for retail imports
    into China IdentityNeeded, AllowanceSpent.
    SQL budget: 7 to promise, 8 to write and the job's savepoint; 2 when repeated. Retail imports: 2 and 3 more;
    promotions: 1 more to write.
    """
    shopper_id = viewer.shopper_id
    if shopper_id is None:
        raise NotYours
    known = _repeated(shopper_id, key, quote_ref)
    if known is not None:
        return known
    try:
        promise = _promised(viewer, shopper_id, quote_ref, address_ref, at)
    except EntrepotError:
        # The same request beside this one may have become the order since, and emptied the basket.
        known = _repeated(shopper_id, key, quote_ref)
        if known is None:
            raise
        return known
    return _write(promise, viewer.language, key, at)


def _promised(viewer: Viewer, shopper_id: ShopperId, quote_ref: str, address_ref: str, at: datetime) -> _Promise:
    try:
        return _promise(viewer, shopper_id, quote_ref, address_ref, at)
    except SoldOut as short:
        if not _free(short, at):
            raise
        return _promise(viewer, shopper_id, quote_ref, address_ref, at)


@transaction.atomic(durable=True)
def _promise(viewer: Viewer, shopper_id: ShopperId, quote_ref: str, address_ref: str, at: datetime) -> _Promise:
    commit_lightly()
    quote = landed.quote(viewer=viewer, ref=quote_ref, at=at)
    address = parties.address(viewer=viewer, ref=address_ref)
    check_address(address=address)
    fingerprint = basket.basket(viewer=viewer).fingerprint
    rules.check_quote(quote=quote, basket_fingerprint=fingerprint, address=address, language=viewer.language)
    counted, limit = landed.counted_parts(quote=quote), landed.annual_limit(at=at) or Money.zero("CNY")
    allowance.must_have_room(shopper_id=shopper_id, parts=counted, limit=limit, at=at)
    order_id = claim_order(shopper_id=shopper_id, quote_ref=quote_ref, at=at)
    lines = [line for part in quote.consignments for line in part.lines]
    wanted = [Wanted(line.merchant_id, line.variant_id, line.quantity) for line in lines]
    try:
        # Last, so that the articles' rows are locked for no longer than it takes to commit.
        until = at + timedelta(seconds=ORPHAN_SECONDS)
        reserve_stock(order_id=order_id, shopper_id=shopper_id, lines=wanted, until=until, at=at)
    except SoldOut as short:
        titles = {line.variant_id: pick(line.title, viewer.language) for line in lines}
        named = ", ".join(f"{titles[one.variant_id]} ({one.left}/{one.wanted})" for one in short.lacking)
        raise SoldOut(lacking=short.lacking, articles=named) from short
    return _Promise(order_id, quote, address, counted, limit)


@transaction.atomic(durable=True)
def _free(short: SoldOut, at: datetime) -> bool:
    """Whether goods came back from orders that were never written."""
    return free_lapsed_reservations(at=at, variant_ids=[one.variant_id for one in short.lacking]) > 0


@transaction.atomic(durable=True)
def _write(promise: _Promise, language: str, key: str, at: datetime) -> PlacedOrder:
    quote, order_id = promise.quote, promise.order_id
    owners = sorted({part.merchant_id for part in quote.consignments})
    bind_reservations(order_id=order_id, merchant_ids=owners, until=at + rules.PAY_WITHIN)
    ref = write_order(order_id=order_id, quote=quote, address=promise.address, key=key, at=at)
    if ref is None:
        # The same request beside this one was faster; both get its order.
        known = _repeated(ShopperId(quote.shopper_id), key, quote.ref)
        if known is None:
            raise OrderUnknown
        return known
    hold_uses(shopper_id=quote.shopper_id, order_id=order_id, uses=promotion_uses(quote=quote), at=at)
    payment = open_payment(
        shopper_id=quote.shopper_id, order_id=order_id, order_ref=ref, amount=quote.total, language=language, at=at
    )
    ordered = [
        BasketLine(line.merchant_id, line.variant_id, part.channel, line.quantity)
        for part in quote.consignments
        for line in part.lines
    ]
    clear_ordered_lines(shopper_id=quote.shopper_id, lines=ordered)
    # Last, since another order of the same person waits from here until this one is on disk.
    hold_allowance(shopper_id=quote.shopper_id, order_id=order_id, parts=promise.counted, limit=promise.limit, at=at)
    return PlacedOrder(order_ref=ref, payment_ref=payment.ref)


def _repeated(shopper_id: ShopperId, key: str, quote_ref: str) -> PlacedOrder | None:
    found = orders.known_orders(shopper_id=shopper_id, key=key, quote_ref=quote_ref)
    known = rules.repeated(known=found, key=key, quote_ref=quote_ref)
    if known is None:
        return None
    payment = payments.payment_of_order(shopper_id=shopper_id, order_id=known.id)
    return PlacedOrder(order_ref=known.ref, payment_ref=payment.ref)
