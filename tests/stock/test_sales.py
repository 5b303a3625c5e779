from datetime import datetime, timedelta

import pytest
from django.db import transaction

from entrepot.base.identity import new_id
from entrepot.jobs.audit.goods import GOODS
from entrepot.jobs.audit.report import audited
from entrepot.stock import queries, services
from entrepot.stock.models import Sale, Ticket
from entrepot.stock.services import SalePlan
from entrepot.stock.terms import (
    FlashSale,
    OverLimit,
    SaleClosed,
    SaleImpossible,
    SaleOverlaps,
    SaleSoldOut,
    SaleUnknown,
    TicketNeeded,
    Wanted,
)
from tests.parties import make as parties
from tests.parties.make import AT
from tests.stock import make

pytestmark = pytest.mark.django_db

START = AT + timedelta(minutes=10)
NOW = START + timedelta(minutes=1)
TURN = timedelta(seconds=60)


def sold_out_soon(*, pieces: int = 3, limit_each: int = 1, at_once: int = 100) -> tuple[FlashSale, int, int]:
    """A sale of one article, of which more lies there; with its merchant and variant."""
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=pieces + 5)
    plan = SalePlan("lst_x", [variant], AT, START, START + timedelta(hours=1), pieces, limit_each, at_once, 60)
    ref = services.set_sale(merchant_id=merchant, plan=plan, at=AT)
    assert services.set_sale(merchant_id=merchant, plan=plan, at=AT) == ref, "the same plan is the same sale"
    return queries.sale(ref=ref), merchant, variant


def enter(sale: FlashSale, shopper: int, at: datetime = NOW) -> str:
    return str(services.take_ticket(sale=sale, shopper_id=shopper, at=at))


def order(merchant: int, variant: int, shopper: int, pieces: int = 1, at: datetime = NOW) -> int:
    order_id = new_id()
    with transaction.atomic():
        services.reserve_stock(
            order_id=order_id,
            lines=[Wanted(merchant, variant, pieces)],
            until=at + timedelta(minutes=30),
            at=at,
            shopper_id=shopper,
        )
    return order_id


def before(sale: FlashSale, shopper: int) -> int:
    ticket = queries.ticket(sale=sale, shopper_id=shopper, at=NOW)
    assert ticket is not None
    return ticket.before


def sound() -> None:
    checks = [check for check in GOODS if check.name != "stock.orders"]
    found = audited(checks=checks, at=NOW, patience=timedelta(days=9))
    assert {one.check.name: one.offenders for one in found if not one.clean} == {}


def test_who_comes_first_orders_first_and_after_the_last_piece_the_answer_is_clean() -> None:
    sale, merchant, variant = sold_out_soon(pieces=2)
    assert [enter(sale, shopper, at=AT) for shopper in (1, 2, 3)] == ["waiting"] * 3, "before the start all wait"
    assert [before(sale, shopper) for shopper in (1, 2, 3)] == [0, 1, 2]
    with pytest.raises(TicketNeeded):
        order(merchant, variant, 1, at=AT)
    assert enter(sale, 3) == "waiting", "asking again is the same place"
    services.tend_stock(at=NOW)
    assert [enter(sale, shopper) for shopper in (1, 2, 3)] == ["admitted", "admitted", "waiting"]
    with pytest.raises(TicketNeeded):
        order(merchant, variant, 3)
    with pytest.raises(OverLimit):
        order(merchant, variant, 1, pieces=2)
    first = order(merchant, variant, 1)
    services.reserve_stock(
        order_id=first, lines=[Wanted(merchant, variant, 1)], until=NOW, at=NOW, shopper_id=1
    )  # a repeat
    with pytest.raises(TicketNeeded):
        order(merchant, variant, 1)
    order(merchant, variant, 2)
    services.tend_stock(at=NOW)
    assert enter(sale, 3) == "waiting", "somebody may yet give an order up"
    assert enter(sale, 1) == "used"
    with pytest.raises(SaleSoldOut):
        enter(sale, 4)
    sound()
    services.release_reservations(order_ids=[first], merchant_ids=[merchant], at=NOW)
    services.tend_stock(at=NOW)
    assert enter(sale, 3) == "admitted", "what comes back goes to who waits"
    sound()


def test_a_turn_that_is_not_used_goes_to_the_next() -> None:
    sale, merchant, variant = sold_out_soon(pieces=1)
    assert [enter(sale, shopper) for shopper in (1, 2)] == ["admitted", "waiting"]
    late = NOW + TURN
    with pytest.raises(TicketNeeded):
        order(merchant, variant, 1, at=late)
    ticket = queries.ticket(sale=sale, shopper_id=1, at=late)
    assert ticket is not None
    assert ticket.state == "lapsed"
    assert enter(sale, 1, at=late) == "waiting", "behind everybody"
    assert enter(sale, 2, at=late) == "admitted"
    order(merchant, variant, 2, at=late)
    sound()


def test_admission_keeps_to_the_pieces_the_limit_and_the_room_at_the_checkout() -> None:
    sale, merchant, variant = sold_out_soon(pieces=5, limit_each=2, at_once=2)
    assert [enter(sale, shopper) for shopper in (1, 2, 3, 4)] == ["admitted", "admitted", "waiting", "waiting"]
    order(merchant, variant, 1, pieces=1)
    services.tend_stock(at=NOW)
    assert [enter(sale, shopper) for shopper in (3, 4)] == ["admitted", "waiting"]
    order(merchant, variant, 2, pieces=2)
    order(merchant, variant, 3, pieces=1)
    services.tend_stock(at=NOW)
    last = queries.ticket(sale=sale, shopper_id=4, at=NOW)
    assert last is not None
    assert (last.state, last.pieces) == ("admitted", 1), "the last one is good for what is left"
    with pytest.raises(OverLimit):
        order(merchant, variant, 4, pieces=2)
    order(merchant, variant, 4)
    services.tend_stock(at=NOW)
    assert queries.sale(ref=sale.ref).sold_out
    (seen,) = queries.sales_of(viewer=parties.merchant_viewer(merchant_id=merchant), merchant_id=merchant)
    assert (seen.waiting, seen.admitted, seen.ordered) == (0, 0, 5)
    sound()


def test_before_it_opens_and_after_it_ends_the_article_is_sold_to_anybody() -> None:
    sale, merchant, variant = sold_out_soon(pieces=3)
    order(merchant, variant, 9, at=AT - timedelta(seconds=1))
    with pytest.raises(SaleClosed):
        enter(sale, 1, at=AT - timedelta(seconds=1))
    assert services.end_sale(merchant_id=merchant, ref=sale.ref, at=NOW)
    assert not services.end_sale(merchant_id=merchant, ref=sale.ref, at=NOW)
    with pytest.raises(SaleClosed):
        enter(sale, 1)
    order(merchant, variant, 9)
    with pytest.raises(SaleUnknown):
        services.end_sale(merchant_id=parties.merchant(), ref=sale.ref, at=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"pieces": 99},
        {"pieces": 0},
        {"limit_each": 9},
        {"ends_at": START},
        {"starts_at": AT - timedelta(1)},
        {"at_once": 0},
    ],
)
def test_a_sale_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant)
    plan = {"listing_ref": "l", "variant_ids": [variant], "opens_at": AT, "starts_at": START, "pieces": 3}
    plan |= {"ends_at": START + timedelta(hours=1)} | change
    with pytest.raises(SaleImpossible):
        services.set_sale(merchant_id=merchant, plan=SalePlan(**plan), at=AT)  # type: ignore[arg-type]
    assert not Sale.objects.filter(merchant_id=merchant).exists()


def test_an_article_is_in_one_sale_at_a_time() -> None:
    _, merchant, variant = sold_out_soon()
    plan = SalePlan("lst_x", [variant], AT, START, START + timedelta(hours=2), 1)
    with pytest.raises(SaleOverlaps):
        services.set_sale(merchant_id=merchant, plan=plan, at=AT)
    services.tend_stock(at=START + timedelta(hours=1))
    services.set_sale(merchant_id=merchant, plan=plan, at=START + timedelta(hours=1, minutes=1))
    assert Ticket.objects.filter(merchant_id=merchant).count() == 0
