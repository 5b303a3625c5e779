"""The basket: what is put in, changed, taken out and put back, and what cannot be had."""

import re

import pytest
from django.test import Client
from tests.edges import shop as make
from tests.edges.pages import BOTH, check_page, text_of

from entrepot.basket import queries as baskets
from entrepot.landed.models import QuoteRow

pytestmark = pytest.mark.django_db


def lines_of(client: Client):
    return baskets.basket_of_shopper(shopper_id=client.session["shopper"]).lines


@BOTH
def test_an_empty_basket_leads_to_the_goods(language):
    assert f"/{language}/search/" in check_page(make.visitor().get(f"/{language}/basket/"))


def test_putting_in_twice_from_the_same_page_adds_once():
    shop, client = make.opened(), make.visitor()
    for _ in range(2):
        assert client.post("/en/basket/put/", shop.form(quantity=2)).status_code == 302
    assert [line.quantity for line in lines_of(client)] == [2]
    page = check_page(client.get("/en/basket/"))
    assert "To pay" in page
    assert '<span class="count">2</span>' in text_of(client.get("/en/"))


def test_the_basket_keeps_its_quote_while_nothing_changes():
    shop, client = make.opened(), make.visitor()
    client.post("/en/basket/put/", shop.form())
    for _ in range(3):
        client.get("/en/basket/")
    shopper_id = client.session["shopper"]
    assert QuoteRow.objects.filter(shopper_id=shopper_id).count() == 1
    client.cookies["place"] = "CN.USD"
    client.get("/en/basket/")
    assert QuoteRow.objects.filter(shopper_id=shopper_id).count() == 2


def change(client: Client, **sent):
    fingerprint = baskets.basket_of_shopper(shopper_id=client.session["shopper"]).fingerprint
    return client.post("/en/basket/change/", {"line": 0, "fingerprint": fingerprint, **sent})


def test_a_quantity_is_changed_an_article_removed_and_put_back():
    shop, client = make.opened(), make.visitor()
    client.post("/en/basket/put/", shop.form())
    change(client, quantity=3)
    assert [line.quantity for line in lines_of(client)] == [3]
    gone = change(client, remove=1)
    assert lines_of(client) == ()
    page = text_of(client.get(gone["Location"]))
    token = re.search(r'name="undo" value="([^"]+)"', page)[1]
    client.post("/en/basket/change/", {"undo": token})
    assert [line.quantity for line in lines_of(client)] == [3]


def test_a_change_to_a_basket_that_moved_meanwhile_changes_nothing():
    shop, client = make.opened(), make.visitor()
    client.post("/en/basket/put/", shop.form())
    client.post("/en/basket/change/", {"line": 0, "fingerprint": "older", "quantity": 9})
    assert [line.quantity for line in lines_of(client)] == [1]
    assert "another window" in text_of(client.get("/en/basket/"))


def test_a_forged_undo_puts_nothing_in():
    client = make.visitor()
    client.post("/en/basket/change/", {"undo": "eyJtIjoxfQ:1:x"})
    assert lines_of(client) == ()


def test_too_many_pieces_are_refused_in_the_readers_language():
    shop, client = make.opened(), make.visitor()
    for typed in ("2 tons", "100", "-1", "", "１２"):
        page = check_page(client.post("/zh-hans/basket/put/", shop.form(quantity=typed)), 422)
        assert "/zh-hans/basket/" in page
    assert lines_of(client) == ()


def test_more_than_is_left_is_said_beside_the_article():
    shop, client = make.opened(pieces=2), make.visitor()
    client.post("/en/basket/put/", shop.form(quantity=3))
    page = check_page(client.get("/zh-hans/basket/"))
    assert "仅剩 2 件，请减少数量。" in page
    assert "去结算" in page
    assert "/zh-hans/checkout/" not in page


def test_a_variant_of_another_listing_cannot_be_slipped_in():
    shop, client = make.opened(), make.visitor()
    assert client.post("/en/basket/put/", shop.form(variant="var_other")).status_code == 404
    assert client.post("/en/basket/put/", shop.form(channel="export")).status_code == 404


def test_an_article_that_cannot_be_sent_there_blocks_the_checkout_and_says_why():
    shop, client = make.opened(), make.visitor()
    client.post("/en/basket/put/", shop.form())
    client.cookies["place"] = "DE.EUR"
    page = check_page(client.get("/en/basket/"))
    assert "The channel does not send to that country." in page
    assert "/en/checkout/" not in page


def test_a_visitors_basket_comes_along_at_sign_in():
    shop, client = make.opened(), make.visitor()
    client.post("/en/basket/put/", shop.form(quantity=2))
    client.get("/en/basket/")
    client, viewer = make.shopper(client=client)
    assert [line.quantity for line in baskets.basket(viewer=viewer).lines] == [2]
    check_page(client.get("/en/basket/"))
