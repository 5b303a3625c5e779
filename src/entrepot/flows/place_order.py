"""A shopper accepts a quote: the goods are reserved, the order is written, its payment opened.

One statement reads what the decision needs, the rules decide, one statement writes it all or nothing. The order's row
comes first, so that two at once for one quote or key wait for each other there and the second finds the first; the goods
come last, so that an article's row is locked for no longer than the commit takes. Nothing stands between the two that a
crash could leave behind.
"""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from entrepot.allowance import queries as allowance
from entrepot.allowance.services import hold_allowance
from entrepot.allowance.terms import Part
from entrepot.base.calls import Halted, answer_all, run_calls
from entrepot.base.identity import new_id
from entrepot.base.outbox import News, news_call
from entrepot.basket import queries as basket
from entrepot.basket.services import clearing_call
from entrepot.basket.terms import BasketLine
from entrepot.kernel.errors import EntrepotError
from entrepot.kernel.money import Money
from entrepot.kernel.text import pick
from entrepot.landed import queries as landed
from entrepot.landed.rules import promotion_uses
from entrepot.landed.terms import BasketQuote
from entrepot.orders import queries as orders
from entrepot.orders import rules
from entrepot.orders.services import ORDER_KNOWN, order_call
from entrepot.orders.terms import PLACED, KeyReused, KnownOrder, OrderUnknown, PlacedOrder, QuoteUsed
from entrepot.parties import queries as parties
from entrepot.parties.rules import check_address
from entrepot.parties.terms import Address, NotYours, ShopperId, Viewer
from entrepot.payments import queries as payments
from entrepot.payments.services import payment_calls
from entrepot.promotions.services import hold_uses
from entrepot.promotions.terms import Use
from entrepot.stock.services import free_lapsed_reservations, lacking_of, promising_calls, unpromised
from entrepot.stock.terms import OverLimit, SoldOut, Wanted


@dataclass(frozen=True, slots=True)
class _Sale:
    """What was read and found good. order_id: the one that goods are held for already, or a new one."""

    order_id: int
    quote: BasketQuote
    address: Address
    counted: tuple[Part, ...]
    limit: Money
    uses: tuple[Use, ...]
    language: str


def place_order(*, viewer: Viewer, quote_ref: str, address_ref: str, key: str, at: datetime) -> PlacedOrder:
    """Make one order of a quote; the same key, or the same quote from another window, gives the same order.

    Raises QuoteMissing, QuoteExpired, QuoteUsed, KeyReused, BasketChanged, NotDeliverable and SoldOut naming the
    articles, OverLimit and TicketNeeded where the merchant set a limit or a flash sale, AddressElsewhere,
    AddressIncomplete, NotYours for a strange address, ReservationLost, PromotionUsedUp; for retail imports into China
    IdentityNeeded, AllowanceSpent.
    SQL budget: 2; 2 when repeated. Retail imports: 4 more, and the transaction around the two writes.
    """
    shopper_id = viewer.shopper_id
    if shopper_id is None:
        raise NotYours
    try:
        found = _read(viewer, shopper_id, quote_ref, address_ref, key, at)
        placed = found if isinstance(found, PlacedOrder) else _written(found, key, at)
    except (KeyReused, QuoteUsed):
        raise
    except EntrepotError:
        # The same request beside this one may have become the order since, and emptied the basket.
        placed = _repeated(shopper_id, key, quote_ref)
        if placed is None:
            raise
        return placed
    placed = placed or _repeated(shopper_id, key, quote_ref)
    if placed is None:
        raise OrderUnknown
    return placed


def _read(
    viewer: Viewer, shopper_id: ShopperId, quote_ref: str, address_ref: str, key: str, at: datetime
) -> PlacedOrder | _Sale:
    known = orders.known_orders_ask(shopper_id=shopper_id, key=key, quote_ref=quote_ref)
    priced = landed.quote_ask(shopper_id=shopper_id, ref=quote_ref, at=at)
    where = parties.address_ask(shopper_id=shopper_id, ref=address_ref)
    chosen = basket.fingerprint_ask(shopper_id=shopper_id)
    claimed = orders.claim_ask(shopper_id=shopper_id, quote_ref=quote_ref)
    answer_all(known, priced, where, chosen, claimed)
    there = None if where.missing else where.answer
    before = rules.repeated(known=known.answer, key=key, quote_ref=quote_ref, address=there)
    if before is not None:
        return _as_placed(shopper_id, before)
    quote, address = priced.answer, where.answer
    check_address(address=address)
    rules.check_quote(quote=quote, basket_fingerprint=chosen.answer, address=address, language=viewer.language)
    counted, limit = landed.counted_parts(quote=quote), landed.annual_limit(at=at) or Money.zero("CNY")
    allowance.must_have_room(shopper_id=shopper_id, parts=counted, limit=limit, at=at)
    order_id = claimed.answer or new_id(owner=shopper_id)
    return _Sale(order_id, quote, address, counted, limit, promotion_uses(quote=quote), viewer.language)


def _written(sale: _Sale, key: str, at: datetime) -> PlacedOrder | None:
    """The order, or nothing when there is one with this key or quote by now."""
    try:
        return _write(sale, key, at)
    except SoldOut as short:
        if not _free(short, at):
            raise
        return _write(sale, key, at)


@transaction.atomic(durable=True)
def _free(short: SoldOut, at: datetime) -> bool:
    """Whether goods came back from orders that were never written."""
    return free_lapsed_reservations(at=at, variant_ids=[one.variant_id for one in short.lacking]) > 0


def _write(sale: _Sale, key: str, at: datetime) -> PlacedOrder | None:
    quote, order_id = sale.quote, sale.order_id
    shopper_id = quote.shopper_id
    parts = [(part.channel, line) for part in quote.consignments for line in part.lines]
    looking, promising = promising_calls(
        order_id=order_id,
        shopper_id=shopper_id,
        lines=[Wanted(line.merchant_id, line.variant_id, line.quantity) for _, line in parts],
        until=at + rules.PAY_WITHIN,
        at=at,
    )
    ref, writing = order_call(order_id=order_id, quote=quote, address=sale.address, key=key, at=at)
    payment, opening, asking = payment_calls(
        shopper_id=shopper_id, order_id=order_id, order_ref=ref, amount=quote.total, language=sale.language, at=at
    )
    ordered = [BasketLine(line.merchant_id, line.variant_id, channel, line.quantity) for channel, line in parts]
    clearing = clearing_call(shopper_id=shopper_id, lines=ordered)
    telling = news_call(News(PLACED, order_id, shopper_id), at=at)
    with _around(sale):
        try:
            stopped = run_calls(looking, writing, opening, asking, clearing, telling, promising)
        except Halted as halt:
            refused = unpromised(halt=halt)
            raise _named(refused, sale) if isinstance(refused, SoldOut | OverLimit) else refused from halt
        if stopped == ORDER_KNOWN:
            return None
        if stopped is not None:
            raise _named(lacking_of(told=stopped), sale)
        hold_uses(shopper_id=shopper_id, order_id=order_id, uses=sale.uses, at=at)
        # Last, since another order of the same person waits from here until this one is on disk.
        hold_allowance(shopper_id=shopper_id, order_id=order_id, parts=sale.counted, limit=sale.limit, at=at)
    return PlacedOrder(order_ref=ref, payment_ref=payment.ref)


def _around(sale: _Sale) -> AbstractContextManager[None]:
    """A transaction where a second statement follows; one alone is a transaction by itself."""
    return transaction.atomic(durable=True) if sale.counted or sale.uses else nullcontext()


def _named(short: SoldOut | OverLimit, sale: _Sale) -> SoldOut | OverLimit:
    titles = {line.variant_id: line.title for part in sale.quote.consignments for line in part.lines}
    named = [f"{pick(titles[one.variant_id], sale.language)} ({one.left}/{one.wanted})" for one in short.lacking]
    return type(short)(lacking=short.lacking, articles=", ".join(named))


def _repeated(shopper_id: ShopperId, key: str, quote_ref: str) -> PlacedOrder | None:
    found = orders.known_orders(shopper_id=shopper_id, key=key, quote_ref=quote_ref)
    known = rules.repeated(known=found, key=key, quote_ref=quote_ref)
    return None if known is None else _as_placed(shopper_id, known)


def _as_placed(shopper_id: ShopperId, known: KnownOrder) -> PlacedOrder:
    payment = payments.payment_of_order(shopper_id=shopper_id, order_id=known.id)
    return PlacedOrder(order_ref=known.ref, payment_ref=payment.ref, repeated=True)
