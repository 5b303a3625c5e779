"""The last unit is sold once, whoever asks at the same moment; with the lock off it is sold twice."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from entrepot.base.identity import new_id
from entrepot.stock import services
from entrepot.stock.models import Position, Reservation
from entrepot.stock.terms import ReservationLost, SoldOut
from tests.parties import make as parties
from tests.parties.make import AT
from tests.race.threads import one_behind_the_other, together
from tests.stock import make
from tests.stock.make import UNTIL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unguarded() -> Iterator[None]:
    """The check constraint off: what the lock alone keeps."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE stock_position DROP CONSTRAINT stock_reserved_lies_there")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE stock_position")
        cursor.execute(
            """ALTER TABLE stock_position ADD CONSTRAINT stock_reserved_lies_there
               CHECK (reserved >= 0 AND reserved <= on_hand)"""
        )


def reserved(merchant_id: int) -> int:
    (counted,) = Position.objects.filter(merchant_id=merchant_id).values_list("reserved", flat=True)
    promised = Reservation.objects.filter(merchant_id=merchant_id, state="held").values_list("quantity", flat=True)
    assert counted == sum(promised), "the counter is the sum of what is promised"
    return counted


@pytest.fixture
def unlocked() -> Iterator[None]:
    """The function that reserves without the locks it takes."""
    sql = (Path(services.__file__).parent.parent / "stock_reserve.sql").read_text()
    with connection.cursor() as cursor:
        cursor.execute(re.sub(r"FOR NO KEY UPDATE( OF \w+| SKIP LOCKED)?", "", sql))
    yield
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_control_with_the_lock_off_the_last_unit_is_sold_twice(unguarded: None, unlocked: None) -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=1)
    answers = one_behind_the_other(
        lambda: make.reserve((merchant, variant, 1)), lambda: make.reserve((merchant, variant, 1))
    )
    assert not any(isinstance(answer, Exception) for answer in answers)
    assert reserved(merchant) == 2


def test_with_the_lock_the_second_is_told_that_it_is_sold_out(unguarded: None) -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=1)
    first, second = one_behind_the_other(
        lambda: make.reserve((merchant, variant, 1)), lambda: make.reserve((merchant, variant, 1))
    )
    assert isinstance(first, int)
    assert isinstance(second, SoldOut)
    assert reserved(merchant) == 1


def test_sixteen_threads_get_the_last_unit_once() -> None:
    merchant = parties.merchant()
    variant = make.article(merchant_id=merchant, pieces=1)
    answers = together(*[lambda: make.reserve((merchant, variant, 1))] * 16)
    assert sorted(type(answer).__name__ for answer in answers) == ["SoldOut"] * 15 + ["int"]
    assert reserved(merchant) == 1


def test_orders_that_name_the_same_articles_in_any_order_all_get_through() -> None:
    merchant = parties.merchant()
    articles = [make.article(merchant_id=merchant, pieces=60) for _ in range(3)]
    lines = [(merchant, variant, 1) for variant in articles]
    answers = together(*[lambda: make.reserve(*lines), lambda: make.reserve(*reversed(lines))] * 8)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    counted = Position.objects.filter(merchant_id=merchant).values_list("reserved", flat=True)
    assert list(counted) == [16, 16, 16]


def test_freeing_and_writing_the_same_order_agree_on_who_has_the_goods() -> None:
    one, other = parties.merchant(), parties.merchant()
    a, b = make.article(merchant_id=one, pieces=99), make.article(merchant_id=other, pieces=99)
    late = UNTIL + timedelta(seconds=1)
    for _ in range(8):
        order = make.reserve((one, a, 1), (other, b, 1))
        freed, bound = together(
            lambda: services.free_lapsed_reservations(at=late),
            lambda order=order: services.bind_reservations(order_id=order, merchant_ids=[one, other], until=late),
        )
        states = set(
            Reservation.objects.filter(merchant_id__in=[one, other], order_id=order).values_list("state", "bound")
        )
        if isinstance(bound, ReservationLost):
            assert (freed, states) == (2, {("released", False)})
        else:
            assert (freed, bound, states) == (0, None, {("held", True)})


def test_counts_of_one_place_do_not_lose_each_others_movements() -> None:
    merchant, variant = parties.merchant(), new_id()
    services.open_place(merchant_id=merchant, name="Main", country="US", at=AT)
    counts = range(1, 9)
    answers = together(
        *[
            lambda count=count: services.set_on_hand_all(merchant_id=merchant, quantities=[(variant, count)], at=AT)
            for count in counts
        ]
    )
    assert answers == [()] * 8
    (on_hand,) = Position.objects.filter(merchant_id=merchant).values_list("on_hand", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(delta) FROM stock_movement WHERE merchant_id = %s", [merchant])
        assert cursor.fetchone() == (on_hand,)
