"""Sixteen shoppers want the last unit; one shopper sends the same order sixteen times; giving up meets paying."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from entrepot.channels import queries as channels
from entrepot.channels.services import open_presets
from entrepot.flows.cancel_order import cancel_order
from entrepot.flows.place_order import place_order
from entrepot.orders import queries as orders
from entrepot.orders.models import Line
from entrepot.orders.services import mark_order_paid
from entrepot.orders.terms import CancelReason, PlacedOrder, State, WrongMoment
from entrepot.parties.terms import Viewer
from entrepot.payments.models import PaymentRow
from entrepot.stock import queries as stock
from entrepot.stock.models import Position
from entrepot.stock.terms import SoldOut
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties
from tests.parties.make import AT
from tests.race.threads import one_behind_the_other, together
from tests.stock.make import article

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def presets() -> None:
    """The tables are emptied after each of these tests, the preset channels with them."""
    channels.forget()
    open_presets()


def ready(asked: Asked) -> tuple[Viewer, str, str]:
    """A shopper with a quote and an address."""
    viewer = parties.shopper_viewer()
    assert viewer.shopper_id
    return viewer, make.quoted(asked, shopper_id=viewer.shopper_id), parties.address(shopper_id=viewer.shopper_id)


def test_the_last_unit_goes_to_one_of_sixteen_shoppers() -> None:
    merchant = parties.merchant()
    variant = article(merchant_id=merchant, pieces=1)
    shoppers = [ready(Asked(merchant, variant)) for _ in range(16)]
    answers = together(
        *[
            lambda viewer=viewer, quote=quote, address=address: place_order(
                viewer=viewer, quote_ref=quote, address_ref=address, key="k", at=AT
            )
            for viewer, quote, address in shoppers
        ]
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["PlacedOrder"] + ["SoldOut"] * 15
    assert all("(0/1)" in str(answer) for answer in answers if isinstance(answer, SoldOut))
    assert list(Position.objects.filter(merchant_id=merchant).values_list("on_hand", "reserved")) == [(1, 1)]
    assert Line.objects.filter(merchant_id=merchant).count() == 1
    assert (
        PaymentRow.objects.filter(shopper_id__gt=0, shopper_id__in=[one.shopper_id for one, _, _ in shoppers]).count()
        == 1
    )


@pytest.mark.parametrize("keys", [["k"] * 16, [f"k{number}" for number in range(16)]])
def test_the_same_order_sixteen_times_is_one_order(keys: list[str]) -> None:
    merchant = parties.merchant()
    variant = article(merchant_id=merchant, pieces=1)
    viewer, quote, address = ready(Asked(merchant, variant))
    answers = together(
        *[
            lambda key=key: place_order(viewer=viewer, quote_ref=quote, address_ref=address, key=key, at=AT)
            for key in keys
        ]
    )
    assert {type(answer) for answer in answers} == {PlacedOrder}
    assert len(set(answers)) == 1
    assert len(orders.orders_of(viewer=viewer)) == 1
    assert PaymentRow.objects.filter(shopper_id=viewer.shopper_id).count() == 1
    assert stock.available(variant_ids=[variant]) == {variant: 0}


@pytest.mark.parametrize("moment", ["basket_line", "orders_write"])
@pytest.mark.parametrize("keys", [("k", "k"), ("k", "another")])
def test_a_repeat_that_finds_the_basket_emptied_meanwhile_gets_the_order_too(
    keys: tuple[str, str], moment: str
) -> None:
    merchant = parties.merchant()
    viewer, quote, address = ready(Asked(merchant, article(merchant_id=merchant, pieces=1)))
    faster: list[PlacedOrder | Exception] = []

    def overtaken(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        # The repeat comes to read its basket, or has seen that there is no order yet and comes to write one.
        if moment in sql and not faster:
            faster.append(RuntimeError("under way"))
            faster[:] = together(
                lambda: place_order(viewer=viewer, quote_ref=quote, address_ref=address, key=keys[0], at=AT)
            )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtaken):
        slower = place_order(viewer=viewer, quote_ref=quote, address_ref=address, key=keys[1], at=AT)
    assert faster == [slower]
    assert len(orders.orders_of(viewer=viewer)) == 1


@pytest.mark.parametrize("paid_first", [True, False])
def test_giving_up_and_paying_at_once_leave_one_of_the_two(paid_first: bool) -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    variant = article(merchant_id=merchant, pieces=1)
    order_id = make.placed(Asked(merchant, variant), shopper_id=shopper)

    def pay() -> bool:
        return mark_order_paid(order_id=order_id, shopper_id=shopper, at=AT)

    def give_up() -> bool:
        # As the flow does: it may not be called inside the transaction that holds it at the worst moment.
        return cancel_order.__wrapped__(order_id=order_id, shopper_id=shopper, reason=CancelReason.SHOPPER, at=AT)

    first, second = one_behind_the_other(*((pay, give_up) if paid_first else (give_up, pay)))
    assert first is True
    assert isinstance(second, WrongMoment)
    state = orders.order_for_payment(order_id=order_id, shopper_id=shopper).state
    assert state is (State.PAID if paid_first else State.CANCELLED)
    assert stock.available(variant_ids=[variant]) == {variant: 0 if paid_first else 1}
