"""Promotions on the pages: made with a preview, joined, entered in the basket, seen in the price, ended."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from tests.edges import shop as make
from tests.edges.pages import BOTH, check_page, text_of
from tests.edges.test_merchant_pages import desk
from tests.parties import make as people
from tests.promotions import make as promotions

from entrepot.base import clock
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.promotions.terms import Kind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path) -> None:
    settings.HOME, settings.MEDIA_ROOT, settings.SEARCH_INDEX = tmp_path, tmp_path / "media", tmp_path / "index"


def operator() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=people.user(operator=True)))
    return client


def form(page: str, **changed: str) -> dict[str, str]:
    """The form as it opened, with some fields typed."""
    fields = dict(re.findall(r'<input class="input[^"]*" id="\w+" name="(\w+)"[^>]* value="([^"]*)"', page))
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key is not None
    return {**fields, "key": key[1], "kind": "percent", "currency": "USD", **changed}


def test_a_merchant_previews_puts_up_and_ends_a_promotion() -> None:
    shop = make.opened()
    client, at = desk(shop.merchant_id)
    here = f"/en/{at}/promotions/"
    assert "No promotions yet" in check_page(client.get(here))
    page = check_page(client.get(f"{here}new/"))

    wrong = client.post(f"{here}new/", form(page, title_en="Spring", percent="100", preview="1"))
    assert "off the goods it is less than 100" in check_page(wrong, 422)
    assert 'value="Spring"' in text_of(wrong)

    typed = form(page, title_en="Spring", title_zh="春日", percent="25", code="spring-25", uses_max="9")
    preview = check_page(client.post(f"{here}new/", {**typed, "preview": "1"}))
    assert "The shopper pays for the goods" in preview
    assert "CN¥149.25" in preview
    for _ in range(2):
        assert client.post(f"{here}new/", {**typed, "make": "1"}).status_code == 302
    rows = check_page(client.get(here))
    assert rows.count("SPRING-25") == 1
    assert "0 of 9 taken" in rows
    again = client.post(
        f"{here}new/", {**form(check_page(client.get(f"{here}new/")), title_en="X", code="SPRING-25"), "make": "1"}
    )
    assert "You have used the code SPRING-25 before." in check_page(again, 422)

    ref = re.search(r"promotions/(prm_\w+)/", rows)
    assert ref is not None
    assert "The merchant bears it" in check_page(client.get(f"{here}{ref[1]}/"))
    assert client.post(f"{here}{ref[1]}/end/").status_code == 302
    assert "Stopped" in check_page(client.get(here))


@BOTH
def test_a_shared_promotion_holds_for_merchants_who_take_part(language: str) -> None:
    shop = make.opened()
    marketplace = operator()
    page = check_page(marketplace.get("/en/operator/promotions/new/"))
    typed = form(page, title_en="Shared", title_zh="共享", percent="10", platform_percent="60", make="1")
    assert marketplace.post("/en/operator/promotions/new/", typed).status_code == 302
    listed = check_page(marketplace.get(f"/{language}/operator/promotions/"))
    ref = re.search(r"promotions/(prm_\w+)/", listed)
    assert ref is not None

    client, at = desk(shop.merchant_id)
    shopper, _ = make.shopper()
    shopper.post("/en/basket/put/", shop.form())
    assert "Shared" not in text_of(shopper.get("/en/basket/"))
    offer = check_page(client.get(f"/{language}/{at}/promotions/"))
    assert ("60%" in offer, "prm_" in offer) == (True, True)
    assert client.post(f"/en/{at}/promotions/{ref[1]}/consent/", {"give": "1"}).status_code == 302
    assert "Columbia Orchards" in check_page(marketplace.get(f"/{language}/operator/promotions/{ref[1]}/"))
    shopper.post("/en/basket/put/", shop.form(quantity=2))
    for page in ("basket/", f"listings/{shop.listing.ref}/"):
        assert ("Shared" if language == "en" else "共享") in text_of(shopper.get(f"/{language}/{page}"))


@BOTH
def test_codes_are_entered_answered_and_taken_out_and_the_order_shows_them(language: str) -> None:
    shop = make.opened()
    promotions.put_up(
        Kind.AMOUNT,
        amount=Money(2_000, "CNY"),
        code="TWENTY",
        at=clock.now(),
        title={"en": "Twenty", "zh-hans": "减二十"},
    )
    promotions.put_up(minimum=Money(99_900, "CNY"), code="LATER", at=clock.now())
    shopper, viewer = make.shopper()
    shopper.post("/en/basket/put/", shop.form())
    for code in ("twenty", "LATER"):
        assert shopper.post("/en/basket/code/", {"code": code}).status_code == 302
    wrong = shopper.post(f"/{language}/basket/code/", {"code": "1%"})
    assert 'value="1%"' in check_page(wrong, 422)
    page = check_page(shopper.get(f"/{language}/basket/"))
    assert ("Twenty" if language == "en" else "减二十") in page
    assert ("Add goods for" if language == "en" else "还差") in page
    shopper.post("/en/basket/code/", {"remove": "LATER"})
    assert "LATER" not in text_of(shopper.get("/en/basket/"))

    ref = make.ordered_here(shopper, viewer)
    (taken,) = orders.order(viewer=viewer, ref=ref).promotions
    assert (taken.code, taken.total) == ("TWENTY", Money(2_000, "CNY"))
    assert "TWENTY" in check_page(shopper.get(f"/{language}/orders/{ref}/"))
    assert shopper.get("/en/basket/").status_code == 200
