"""From the basket to the order: address, who imports, review, paying, and what went wrong meanwhile."""

from datetime import timedelta

import pytest
from tests.edges import shop as make
from tests.edges.pages import BOTH, check_page, text_of

from entrepot.base import clock
from entrepot.basket import queries as baskets
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.payments.services import record_failure

pytestmark = pytest.mark.django_db


def test_the_checkout_asks_for_sign_in_and_for_goods():
    make.opened()
    assert make.visitor().get("/en/checkout/")["Location"].startswith("/en/account/login/")
    client, _ = make.shopper()
    assert client.get("/en/checkout/")["Location"] == "/en/basket/"


@BOTH
def test_address_review_and_order(language):
    shop = make.opened()
    client, viewer = make.shopper()
    client.post("/en/basket/put/", shop.form())
    assert "518057" in check_page(client.get(f"/{language}/checkout/"))
    where = make.reviewed(client, viewer).replace("/en/", f"/{language}/")
    page = check_page(client.get(where))
    assert {"en": "For Chinese customs", "zh-hans": "清关提示"}[language] in page
    quote, address = where.rstrip("/").split("/")[-2:]
    for _ in range(2):
        answer = client.post(
            f"/{language}/checkout/place/", {"quote": quote, "address": address, "key": f"web-{quote}"}
        )
        assert answer.status_code == 302
    assert len(orders.orders_of(viewer=viewer)) == 1
    assert baskets.basket(viewer=viewer).lines == ()


def test_a_new_address_at_the_checkout_is_checked_and_kept():
    shop = make.opened()
    client, viewer = make.shopper()
    client.post("/en/basket/put/", shop.form())
    check_page(client.get("/en/checkout/?new=1&country=US"))
    form = {
        "country": "CN",
        "name": "王芳",
        "phone": "13800138000",
        "region": "ZJ",
        "city": "杭州市",
        "district": "西湖区",
        "line1": "",
    }
    page = check_page(client.post("/zh-hans/checkout/", form), 422)
    assert "请输入详细街道地址。" in page
    assert client.post("/zh-hans/checkout/", {**form, "line1": "文三路 90 号"}).status_code == 302
    assert len(parties.addresses(viewer=viewer)) == 2


def test_an_expired_quote_is_calculated_anew_on_the_page_and_refused_at_the_order(monkeypatch):
    shop = make.opened()
    client, viewer = make.shopper()
    client.post("/en/basket/put/", shop.form())
    where = make.reviewed(client, viewer)
    quote, address = where.rstrip("/").split("/")[-2:]
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr("entrepot.base.clock.now", lambda: later)
    assert client.get(where)["Location"] == "/en/checkout/"
    answer = client.post("/zh-hans/checkout/place/", {"quote": quote, "address": address, "key": f"web-{quote}"})
    page = check_page(answer, 409)
    assert "/zh-hans/basket/" in page
    assert orders.orders_of(viewer=viewer) == ()


def test_an_article_that_sold_out_meanwhile_is_named_and_nothing_is_ordered():
    shop = make.opened(pieces=1)
    client, viewer = make.shopper()
    client.post("/en/basket/put/", shop.form())
    where = make.reviewed(client, viewer)
    other, other_viewer = make.shopper("wang@example.com")
    make.ordered(other, other_viewer, shop)
    quote, address = where.rstrip("/").split("/")[-2:]
    answer = client.post("/en/checkout/place/", {"quote": quote, "address": address, "key": f"web-{quote}"})
    assert answer.status_code in {409, 422}
    assert "To the basket" in text_of(answer)
    assert orders.orders_of(viewer=viewer) == ()


@BOTH
def test_the_checkout_asks_once_who_imports(language: str):
    shop = make.opened()
    client, viewer = make.shopper(known=False)
    client.post("/en/basket/put/", shop.form())
    where = make.reviewed(client, viewer).replace("/en/", f"/{language}/")
    page = check_page(client.get(where))
    assert 'name="number"' in page
    assert f"/{language}/checkout/place/" not in page
    _, quote, address, _ = where.rsplit("/", 3)
    form = f"/{language}/checkout/identity/{quote}/{address}/"
    wrong = check_page(client.post(form, {"name": "王芳", "kind": "resident", "number": "110105194912310021"}), 422)
    assert "110105194912310021" not in wrong
    assert 'id="payer-error"' in wrong
    answer = client.post(form, {"name": "王芳", "kind": "resident", "number": "11010519491231002x", "payer": "1"})
    page = check_page(client.get(answer["Location"]))
    assert "**************002X" in page
    assert "11010519491231002" not in page
    assert f"/{language}/checkout/place/" in page
    assert 'name="number"' in check_page(client.get(answer["Location"] + "?identity=1"))


# Paying -------------------------------------------------------------------------------------------------------------


@BOTH
def test_the_payment_page_waits_for_the_provider_then_leads_there(language):
    shop = make.opened()
    client, viewer = make.shopper()
    ref = make.ordered(client, viewer, shop)
    page = f"/{language}/orders/{ref}/pay/"
    assert 'http-equiv="refresh" content="3"' in check_page(client.get(page))
    assert "hx-trigger" in text_of(client.get(page, headers={"HX-Request": "true"}))
    make.provider_ready(viewer, ref)
    assert client.get(page, headers={"HX-Request": "true"})["HX-Redirect"] == make.PAY_URL
    assert f"0;url={make.PAY_URL}" in check_page(client.get(page))


@BOTH
def test_a_declined_payment_can_be_tried_again(language):
    shop = make.opened()
    client, viewer = make.shopper()
    ref = make.ordered(client, viewer, shop)
    record_failure(payment=make.provider_ready(viewer, ref), reason="declined")
    page = check_page(client.get(f"/{language}/orders/{ref}/return/"))
    assert make.PAY_URL in page
    assert "hx-trigger" not in page


def test_coming_back_converges_to_the_paid_order():
    shop = make.opened()
    client, viewer = make.shopper()
    ref = make.ordered(client, viewer, shop)
    make.provider_ready(viewer, ref)
    assert "hx-trigger" in check_page(client.get(f"/en/orders/{ref}/return/"))
    make.paid(viewer, ref)
    assert client.get(f"/en/orders/{ref}/return/")["Location"] == f"/en/orders/{ref}/?paid=1"
    answer = client.get(f"/en/orders/{ref}/return/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/en/orders/{ref}/?paid=1"
