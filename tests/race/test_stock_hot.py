"""Buckets, limits and tickets at the worst moment; with the guard off each of them is passed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from entrepot.base.identity import new_id
from entrepot.stock import queries, services
from entrepot.stock.models import Article, Bucket, Position, Reservation, Sale, Wait
from entrepot.stock.services import SalePlan
from entrepot.stock.terms import OverLimit, SoldOut, Spread, TicketNeeded, Wanted
from tests.parties import make as parties
from tests.parties.make import AT
from tests.race.threads import one_behind_the_other, together
from tests.stock import make
from tests.stock.make import UNTIL

pytestmark = pytest.mark.django_db(transaction=True)

FOLDER = Path(services.__file__).parent.parent
LOCKS = r"FOR NO KEY UPDATE( OF \w+)?( SKIP LOCKED)?"
CHECKS = {
    "stock_bucket": ("stock_bucket_holds_its_own", "reserved >= 0 AND reserved <= pieces"),
    "stock_sale": ("stock_sale_allots_its_own", "allotted >= 0 AND allotted <= pieces"),
}


@contextmanager
def without(name: str, guard: str, *, check: str = "") -> Iterator[None]:
    """The functions of a file without a guard; check: the table whose constraint is off too."""
    sql = (FOLDER / name).read_text()
    assert re.search(guard, sql)
    with connection.cursor() as cursor:
        cursor.execute(re.sub(guard, "", sql))
        if check:
            cursor.execute(f"ALTER TABLE {check} DROP CONSTRAINT {CHECKS[check][0]}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            if check:
                cursor.execute(f"TRUNCATE {check}")
                cursor.execute(f"ALTER TABLE {check} ADD CONSTRAINT {CHECKS[check][0]} CHECK ({CHECKS[check][1]})")


def taking(merchant: int, variant: int, pieces: int = 1, shopper: int = 1) -> Callable[[], int]:
    def take() -> int:
        order_id = new_id()
        services.reserve_stock(
            order_id=order_id, lines=[Wanted(merchant, variant, pieces)], until=UNTIL, at=AT, shopper_id=shopper
        )
        return order_id

    return take


def promised(merchant: int) -> int:
    return sum(Reservation.objects.filter(merchant_id=merchant, state="held").values_list("quantity", flat=True))


def test_the_last_piece_of_a_bucket_is_sold_once_and_twice_without_the_lock() -> None:
    for guarded in (False, True):
        merchant = parties.merchant()
        variant = make.article(merchant_id=merchant, pieces=1)
        services.spread_stock(merchant_id=merchant, variant_id=variant, how=Spread.ALWAYS, buckets=4)
        if guarded:
            first, second = one_behind_the_other(taking(merchant, variant), taking(merchant, variant))
            assert isinstance(first, int)
            assert isinstance(second, SoldOut)
        else:
            with without("stock_reserve.sql", LOCKS, check="stock_bucket"):
                one_behind_the_other(taking(merchant, variant), taking(merchant, variant))
        assert promised(merchant) == (1 if guarded else 2)


def test_a_crowd_takes_every_piece_once_in_any_quantity() -> None:
    merchant, pieces = parties.merchant(), 90
    variant = make.article(merchant_id=merchant, pieces=pieces)
    services.spread_stock(merchant_id=merchant, variant_id=variant, how=Spread.ALWAYS, buckets=8)
    other = make.article(merchant_id=merchant, pieces=400)
    services.spread_stock(merchant_id=merchant, variant_id=other, how=Spread.ALWAYS, buckets=8)

    def shopping(number: int) -> int:
        got = 0
        for turn in range(12):
            quantity = 1 + (number + turn) % 3
            lines = [Wanted(merchant, variant, quantity), Wanted(merchant, other, 1)]
            try:
                services.reserve_stock(
                    order_id=new_id(), lines=lines if turn % 2 else lines[::-1], until=UNTIL, at=AT, shopper_id=number
                )
            except SoldOut:
                continue
            got += quantity
        return got

    answers = together(*[lambda number=number: shopping(number) for number in range(8)])
    assert all(isinstance(one, int) for one in answers), answers
    sold = sum(one for one in answers if isinstance(one, int))
    # Somebody may be told that too little is left while another one's order is being taken back, never the reverse.
    assert pieces - 3 < sold <= pieces
    assert queries.available(variant_ids=[variant]) == {variant: pieces - sold}
    assert queries.differences() == ()


def test_an_article_that_sixteen_stood_in_line_for_is_spread_by_the_next() -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=100)
    Wait.objects.bulk_create(Wait(merchant_id=merchant, variant_id=variant, at=AT) for _ in range(15))
    first, second = one_behind_the_other(taking(merchant, variant), taking(merchant, variant))
    assert isinstance(first, int)
    assert isinstance(second, int)
    assert Article.objects.get(merchant_id=merchant, variant_id=variant).buckets == 24
    assert Bucket.objects.filter(merchant_id=merchant).count() == 24
    assert queries.available(variant_ids=[variant]) == {variant: 98}
    assert queries.differences() == ()


def test_who_waited_while_the_goods_were_spread_finds_them_in_the_buckets() -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=40)
    spread, took = one_behind_the_other(
        lambda: services.spread_stock(merchant_id=merchant, variant_id=variant, how=Spread.ALWAYS, buckets=4),
        taking(merchant, variant, 3),
    )
    assert spread is None
    assert isinstance(took, int)
    assert list(Position.objects.filter(merchant_id=merchant).values_list("reserved", "pooled")) == [(40, 40)]
    assert queries.available(variant_ids=[variant]) == {variant: 37}


def test_two_orders_of_one_shopper_do_not_pass_the_limit_and_do_without_the_lock() -> None:
    for guarded in (False, True):
        merchant = parties.merchant()
        variant = make.article(merchant_id=merchant, pieces=9)
        services.limit_shoppers(merchant_id=merchant, variant_id=variant, limit_each=1)
        if guarded:
            first, second = one_behind_the_other(taking(merchant, variant), taking(merchant, variant))
            assert isinstance(first, int)
            assert isinstance(second, OverLimit)
        else:
            with without("stock_reserve.sql", r"PERFORM pg_advisory_xact_lock[^;]*;"):
                one_behind_the_other(taking(merchant, variant), taking(merchant, variant))
        assert promised(merchant) == (1 if guarded else 2)


def flash(pieces: int) -> tuple[int, int, str]:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=9)
    plan = SalePlan("lst_x", [variant], AT, AT, AT + timedelta(hours=1), pieces)
    return merchant, variant, services.set_sale(merchant_id=merchant, plan=plan, at=AT)


def test_a_ticket_is_used_once_and_twice_without_its_lock() -> None:
    for guarded in (False, True):
        merchant, variant, ref = flash(5)
        services.take_ticket(sale=queries.sale(ref=ref), shopper_id=1, at=AT)
        if guarded:
            first, second = one_behind_the_other(taking(merchant, variant), taking(merchant, variant))
            assert isinstance(first, int)
            assert isinstance(second, TicketNeeded)
        else:
            with without("stock_reserve.sql", r"(?<=admitted_until > seen_at\n           )FOR NO KEY UPDATE"):
                one_behind_the_other(taking(merchant, variant), taking(merchant, variant))
        assert promised(merchant) == (1 if guarded else 2)


def test_sixteen_who_arrive_at_once_are_admitted_for_as_many_pieces_as_there_are() -> None:
    for guarded in (False, True):
        merchant, _, ref = flash(3)
        sale = queries.sale(ref=ref)

        def arriving(shopper: int, sale: object = sale) -> str:
            return str(services.take_ticket(sale=sale, shopper_id=shopper, at=AT))  # type: ignore[arg-type]

        if not guarded:
            with without("stock_sale.sql", LOCKS, check="stock_sale"):
                answers = one_behind_the_other(lambda: arriving(1), lambda: arriving(2))
                answers += one_behind_the_other(lambda: arriving(3), lambda: arriving(4))
                assert answers == ["admitted"] * 4, "one more than there are pieces"
            continue
        answers = together(*[lambda shopper=shopper: arriving(shopper) for shopper in range(16)])
        assert {str(one) for one in answers} <= {"admitted", "waiting"}
        services.tend_stock(at=AT)
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT array_agg(state ORDER BY id) FROM stock_ticket WHERE merchant_id = %s AND sale_id = %s""",
                [merchant, sale.id],
            )
            assert cursor.fetchone()[0] == ["admitted"] * 3 + ["waiting"] * 13, "in the order in which they came"
        assert Sale.objects.get(merchant_id=merchant, ref=ref).allotted == 3
