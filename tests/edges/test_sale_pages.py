"""Goods to come, limits and flash sales as shoppers, merchants and programs meet them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from tests.api.test_door import bearer
from tests.edges import shop as make
from tests.edges.test_merchant_pages import desk

from entrepot.base import clock
from entrepot.orders import queries as orders
from entrepot.stock import queries as stock
from entrepot.stock.services import SalePlan, commit_reservations, set_on_hand_all, set_sale, tend_stock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path) -> None:
    settings.HOME, settings.MEDIA_ROOT, settings.SEARCH_INDEX = tmp_path, tmp_path / "media", tmp_path / "index"


def under_way(shop: make.Shop, *, pieces: int = 1) -> str:
    """A flash sale of the cherries that began an hour ago."""
    at = clock.now()
    began = at - timedelta(hours=1)
    plan = SalePlan(
        shop.listing.ref, [shop.listing.variants[0].id], began, began, at + timedelta(hours=1), pieces, 1, 100, 600
    )
    return set_sale(merchant_id=shop.merchant_id, plan=plan, at=began)


def test_a_shopper_goes_through_the_waiting_room_and_the_next_one_waits() -> None:
    shop = make.opened()
    sale = under_way(shop)
    room = f"/en/sales/{sale}/"
    assert "It is had only with a ticket now" in make.visitor().get(shop.page).content.decode()
    assert make.visitor().post(f"{room}ticket/")["Location"].startswith("/en/account/login/")
    first, viewer = make.shopper()
    second, _ = make.shopper("wu@example.com")
    assert "Take a ticket" in first.get(room).content.decode()
    for client in (first, second):
        assert client.post(f"{room}ticket/")["Location"] == room
    assert "You may order 1 piece until" in first.get(room).content.decode()
    waiting = second.get(f"/zh-hans/sales/{sale}/", headers={"HX-Request": "true"}).content.decode()
    assert "您正在排队" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert "<html" not in waiting, "the poll gets its part alone"
    assert "It is your turn" in first.get(shop.page).content.decode()
    make.ordered(first, viewer, shop)
    assert "You have ordered" in first.get(room).content.decode()
    tend_stock(at=clock.now())
    third, _ = make.shopper("xu@example.com")
    assert "Sold out" in third.get(room).content.decode()


def test_without_a_ticket_the_checkout_says_why_not() -> None:
    shop = make.opened()
    client, viewer = make.shopper()
    client.post("/en/basket/put/", shop.form())
    under_way(shop)
    _, quote, address, _ = make.reviewed(client, viewer).rsplit("/", 3)
    said = client.post("/en/checkout/place/", {"quote": quote, "address": address, "key": "k"})
    assert said.status_code == 422
    assert "it is not your turn" in said.content.decode()
    assert orders.orders_of(viewer=viewer) == ()


def test_a_merchant_sets_a_sale_sees_it_and_ends_it() -> None:
    shop = make.opened()
    client, at = desk(shop.merchant_id)
    form = f"/en/{at}/listings/{shop.listing.ref}/sale/"
    assert "Announce the sale" in client.get(form).content.decode()
    typed = {
        "variant": shop.listing.variants[0].ref, "starts_at": "2031-05-01T10:00", "ends_at": "2031-05-01T12:00",
        "pieces": "999", "limit_each": "2", "minutes": "5", "at_once": "50", "room_minutes": "30",
    }  # fmt: skip
    wrong = client.post(form, typed)
    assert wrong.status_code == 422
    assert "There are 20 pieces that can be sold" in wrong.content.decode()
    assert 'value="2031-05-01T10:00"' in wrong.content.decode(), "what was typed is kept"
    assert client.post(form, {**typed, "pieces": "5"})["Location"] == f"/en/{at}/sales/"
    (sale,) = stock.sales_of(
        viewer=make.people.merchant_viewer(merchant_id=shop.merchant_id), merchant_id=shop.merchant_id
    )
    assert (sale.pieces, sale.limit_each, sale.ticket_seconds) == (5, 2, 300)
    assert sale.starts_at - sale.opens_at == timedelta(minutes=30)
    shown = client.get(f"/en/{at}/sales/").content.decode()
    assert sale.ref in shown
    assert "Announced" in shown
    client.post(f"/en/{at}/sales/{sale.ref}/stop/")
    assert stock.sale(ref=sale.ref).ends_at <= clock.now()


def test_an_article_to_come_is_agreed_to_ordered_and_given_when_it_arrives() -> None:
    shop = make.opened()
    small, large = shop.listing.variants
    client, at = desk(shop.merchant_id)
    form = f"/en/{at}/listings/{shop.listing.ref}/handout/"
    day = (clock.now() + timedelta(days=30)).date()
    ahead = {"variant": large.ref, "ahead": "backorder", "ahead_limit": "5", "ahead_on": day.isoformat()}
    assert client.post(form, {**ahead, "ahead_on": "2020-01-01"}).status_code == 422
    assert client.post(form, ahead).status_code == 302
    assert client.post(form, {"variant": small.ref, "limit": "1", "limit_each": "2"}).status_code == 302
    assert day.isoformat() in client.get(form).content.decode()
    assert "2 pieces at most" in make.visitor().get(f"{shop.page}?v={small.ref}").content.decode()

    buyer, viewer = make.shopper()
    page = buyer.get(f"{shop.page}?v={large.ref}").content.decode()
    assert "Order ahead" in page
    assert "more is expected on" in page
    buyer.post("/en/basket/put/", shop.form(1))
    basket = buyer.get("/en/basket/").content.decode()
    assert "I will wait for it" in basket
    assert buyer.post(f"{shop.page}ahead/", {**shop.form(1), "due_on": "2031-01-01"}).status_code == 422
    assert buyer.post(f"{shop.page}ahead/", {**shop.form(1), "due_on": day.isoformat()}).status_code == 302
    assert "Sent when it arrives" in buyer.get("/en/basket/").content.decode()
    review = make.reviewed(buyer, viewer)
    assert "Sent when it arrives" in buyer.get(review).content.decode()
    _, quote, address, _ = review.rsplit("/", 3)
    placed = buyer.post("/en/checkout/place/", {"quote": quote, "address": address, "key": f"web-{quote}"})
    assert placed.status_code == 302, placed.content.decode()
    (card,) = orders.orders_of(viewer=viewer)
    assert "1 piece is expected on" in buyer.get(f"/en/orders/{card.ref}/").content.decode()
    order = orders.order(viewer=viewer, ref=card.ref)
    commit_reservations(order_id=order.id, merchant_ids=[shop.merchant_id], at=clock.now())
    set_on_hand_all(merchant_id=shop.merchant_id, quantities=[(large.id, 3)], at=clock.now())
    assert stock.awaited(order_id=order.id, merchant_ids=[shop.merchant_id]) == ()
    assert stock.available(variant_ids=[large.id]) == {large.id: 2}


def test_programs_take_tickets_and_merchants_programs_set_sales(client: Client) -> None:
    shop = make.opened()
    sale = under_way(shop)
    _, viewer = make.shopper()
    assert client.get(f"/api/v1/sales/{sale}").json()["pieces"] == 1
    token = {"Authorization": f"Bearer {bearer(client, scopes=['shop'], user_id=viewer.user_id)}"}
    assert client.get(f"/api/v1/sales/{sale}/ticket", headers=token).json()["code"] == "stock.no_ticket"
    for _ in range(2):
        taken = client.post(f"/api/v1/sales/{sale}/ticket", headers=token)
        assert (taken.status_code, taken.json()["state"], taken.json()["pieces"]) == (201, "admitted", 1)
    owner = make.people.merchant_viewer(merchant_id=shop.merchant_id).user_id
    token = {"Authorization": f"Bearer {bearer(client, scopes=['merchant'], user_id=owner)}", "Idempotency-Key": "k"}
    slug = desk(shop.merchant_id)[1].rpartition("/")[2]
    asked = {
        "listing": shop.listing.ref, "variants": [shop.listing.variants[0].ref], "pieces": 2,
        "starts_at": "2031-01-01T00:00:00Z", "ends_at": "2031-01-02T00:00:00Z",
    }  # fmt: skip
    said = client.post(f"/api/v1/merchants/{slug}/sales", asked, content_type="application/json", headers=token)
    assert (said.status_code, said.json()["code"]) == (422, "stock.sale_overlaps")
    assert [one["ref"] for one in client.get(f"/api/v1/merchants/{slug}/sales", headers=token).json()] == [sale]
    limit = {"listing": shop.listing.ref, "variant": shop.listing.variants[1].ref, "pieces": 3}
    answer = client.put(
        f"/api/v1/merchants/{slug}/limits", limit, content_type="application/json",
        headers={**token, "Idempotency-Key": "k2"},
    )  # fmt: skip
    assert answer.status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT limit_each FROM stock_article WHERE merchant_id = %s AND limit_each > 0", [shop.merchant_id]
        )
        assert cursor.fetchall() == [(3,)]
