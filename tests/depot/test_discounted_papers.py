"""A code that customs do not deduct stays in the declared value and stands beside it as not paid."""

from dataclasses import replace

import pytest

from entrepot.depot.rules.handover import declarable
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.orders.terms import ConsignmentView
from entrepot.parties import queries as parties_read
from entrepot.parties.terms import Viewer
from tests.orders import make
from tests.orders.make import Asked
from tests.parties import make as parties

pytestmark = pytest.mark.django_db


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def consignment() -> ConsignmentView:
    shopper_id, merchant_id = parties.shopper(), parties.merchant()
    make.order(Asked(merchant_id, 5, 3), shopper_id=shopper_id)
    viewer = Viewer(shopper_id=shopper_id)
    (card,) = orders.orders_of(viewer=viewer)
    return orders.order(viewer=viewer, ref=card.ref).consignments[0]


def test_what_is_declared_less_what_was_not_paid_is_what_was_paid() -> None:
    plain = consignment()
    merchant = parties_read.merchants_by_id(merchant_ids=[plain.merchant_id])[plain.merchant_id]
    lines = tuple(replace(line, undeducted=cny(1_000), undeducted_freight=cny(200)) for line in plain.lines)
    made = declarable(consignment=replace(plain, lines=lines), payment=None, merchant=merchant)
    assert made.discount == cny(1_200)
    assert made.goods == plain.amounts.goods + cny(1_000)
    assert made.goods + made.freight + made.tax - cny(1_200) == made.paid
    assert Money.total((line.goods for line in made.lines), "CNY") == made.goods
    assert declarable(consignment=plain, payment=None, merchant=merchant).discount == cny(0)
