"""The shopper's orders: what they show, cancelling, confirming receipt, and whose they are."""

import pytest
from tests.edges import shop as make
from tests.edges.pages import BOTH, check_page
from tests.flows.budget import at_most
from tests.orders import make as order_make

from entrepot.base import clock
from entrepot.landed.models import QuoteRow
from entrepot.orders import queries as orders
from entrepot.orders.terms import State, Verb
from entrepot.parties import queries as parties
from entrepot.stock import queries as stock

pytestmark = pytest.mark.django_db


@BOTH
def test_a_paid_order_shows_its_account_its_way_and_the_protection(language):
    shop = make.opened()
    client, viewer = make.shopper()
    ref = make.ordered(client, viewer, shop)
    amount = make.paid(viewer, ref)
    page = check_page(client.get(f"/{language}/orders/{ref}/?paid=1"))
    assert f"{abs(amount.decimal):,.2f}" in page
    for said in {"en": ("Buyer protection", "CBEC consolidated tax"), "zh-hans": ("买家保障", "跨境电商综合税")}[
        language
    ]:
        assert said in page
    assert ref in check_page(client.get(f"/{language}/orders/"))


def test_an_order_costs_a_bounded_number_of_statements():
    shop = make.opened()
    client, viewer = make.shopper()
    ref = make.ordered(client, viewer, shop)
    client.get(f"/en/orders/{ref}/")
    with at_most(12):
        client.get(f"/en/orders/{ref}/")
    with at_most(8):
        client.get("/en/orders/")


def test_an_unpaid_order_is_cancelled_and_its_goods_are_free_again():
    shop = make.opened(pieces=5)
    client, viewer = make.shopper()
    ref = make.ordered(client, viewer, shop)
    variant_id = shop.listing.variants[0].id
    assert stock.available(variant_ids=[variant_id])[variant_id] == 4
    for _ in range(2):
        assert client.post(f"/en/orders/{ref}/cancel/").status_code == 302
    assert orders.order(viewer=viewer, ref=ref).state is State.CANCELLED
    assert stock.available(variant_ids=[variant_id])[variant_id] == 5
    assert "Nothing was charged" in check_page(client.get(f"/en/orders/{ref}/"))


def test_a_paid_order_is_not_cancelled_and_says_so():
    shop = make.opened()
    client, viewer = make.shopper()
    ref = make.ordered(client, viewer, shop)
    make.paid(viewer, ref)
    answer = client.post(f"/zh-hans/orders/{ref}/cancel/")
    assert answer.status_code == 422
    assert orders.order(viewer=viewer, ref=ref).state is State.PAID


def test_receipt_is_confirmed_once_there_is_something_to_confirm():
    shop = make.opened()
    client, viewer = make.shopper()
    ref = make.ordered(client, viewer, shop)
    make.paid(viewer, ref)
    assert client.post(f"/en/orders/{ref}/confirm/").status_code == 422
    consignment = orders.order(viewer=viewer, ref=ref).consignments[0]
    way = (Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH)
    order_make.move(consignment.id, consignment.merchant_id, *way, at=clock.now())
    assert "I have everything" in check_page(client.get(f"/en/orders/{ref}/"))
    assert client.post(f"/en/orders/{ref}/confirm/").status_code == 302
    page = check_page(client.get(f"/en/orders/{ref}/"))
    assert "I have everything" not in page
    # Nothing has gone to a bank yet, and the page does not say so.
    assert "due at once and goes out with their next payout" in page
    assert "part is due and goes out with their next payout" in page
    assert "Protected until" not in page


def test_another_shoppers_order_does_not_exist():
    shop = make.opened()
    client, viewer = make.shopper()
    ref = make.ordered(client, viewer, shop)
    stranger, _ = make.shopper("wang@example.com")
    for page in ("", "pay/", "return/"):
        assert stranger.get(f"/en/orders/{ref}/{page}").status_code == 404
    for verb in ("cancel", "confirm"):
        assert stranger.post(f"/en/orders/{ref}/{verb}/").status_code == 404
    quote = next(iter(QuoteRow.objects.filter(shopper_id=viewer.shopper_id).values_list("ref", flat=True)))
    address = parties.addresses(viewer=viewer)[0].ref
    assert stranger.get(f"/en/checkout/review/{quote}/{address}/").status_code == 404


@BOTH
def test_no_orders_yet_leads_to_the_goods(language):
    make.opened()
    client, _ = make.shopper()
    assert f"/{language}/search/" in check_page(client.get(f"/{language}/orders/"))
