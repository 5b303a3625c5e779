"""The price shown, ordered, asked for, captured and booked is one number, in every currency, whichever way the news comes."""

from decimal import Decimal
from itertools import permutations

import pytest

from entrepot.flows.settle_payment import settle_payment
from entrepot.kernel.money import Money
from entrepot.landed.rules import told_rates
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import About, Code
from entrepot.ledger.terms import Kind as Account
from entrepot.orders import queries as orders
from entrepot.orders.terms import State as OrderState
from entrepot.parties.terms import ShopperId, Viewer
from entrepot.payments.terms import State
from tests.flows.test_promotions import basket, ordered, paid
from tests.flows.test_quote_basket import NOV, quoted
from tests.jobs.desk import end_of, hear, opened
from tests.jobs.desk import jobs as payment_jobs
from tests.parties import make as parties
from tests.parties.make import AMERICAN
from tests.promotions import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("country", "currency"), [("US", "USD"), ("GB", "GBP"), ("DE", "EUR")])
def test_one_number_from_the_price_to_the_books_and_the_rate_behind_it_is_kept(country: str, currency: str) -> None:
    viewer = Viewer(shopper_id=ShopperId(parties.shopper(country=country, currency=currency)))
    basket(viewer, "seven", quantity=2)
    make.put_up(percent=Decimal(7), platform_percent=100, code="SEVEN", at=NOV)
    where = AMERICAN if country == "US" else make.abroad(country)
    quote = quoted(viewer, destination=country, currency=currency, region=where.region)
    order = ordered(viewer, quote, where=where)
    payment = paid(viewer, order)

    taken = [
        entry.amount
        for entry in ledger.transfers_of(about=About(order_id=order.id), limit=50)
        if entry.code is Code.CAPTURED
    ]
    assert quote.total == order.amounts.total == payment.amount == Money.total(taken, currency)
    held = ledger.balance(kind=Account.HOLD, subject=order.consignments[0].id, currency=currency).posted
    assert held == quote.total + Money.total((one.promoted for one in quote.promotions), currency)
    # The merchant's prices are in renminbi: the rate, its source and its day stand on the quote, the order and the lines.
    (rate,) = told_rates(quote=quote)
    assert rate in order.fx
    assert (rate.base, rate.quote, bool(rate.source)) == ("CNY", currency, True)
    assert order.consignments[0].lines[0].fx == rate.value
    assert orders.frozen_rate(consignment=order.consignments[0]) == rate


def test_whatever_comes_first_message_answer_or_proof_there_is_one_paid_order(desk) -> None:
    for ways in permutations(("message", "poll", "proof")):
        sale = opened()
        known = len(desk.signed())
        desk.pay(sale.payment().intent_id)
        for way in ways:
            if way == "message":
                hear(desk.signed()[known:])
            elif way == "poll":
                payment_jobs.check_payment(payment_id=sale.payment_id)
            else:
                settle_payment(payment_id=sale.payment_id, proof=sale.proof(), at=NOV)
        assert end_of(sale) == (State.CAPTURED, OrderState.PAID)
        captured = ledger.transfers_of(about=About(order_id=sale.order_id), limit=50)
        assert [entry.amount for entry in captured if entry.code is Code.CAPTURED] == [sale.total]
