"""The shop, page by page: what is shown, in both languages, in how many statements, and what bad input gets."""
# long: one page after another, each with its own few facts

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.catalogue import make as catalogue_make
from tests.edges import shop as make
from tests.flows.budget import at_most
from tests.orders import make as order_make

from entrepot.base import clock
from entrepot.basket import queries as baskets
from entrepot.jobs.index import rebuild_index
from entrepot.landed.models import QuoteRow
from entrepot.orders import queries as orders
from entrepot.orders.terms import State, Verb
from entrepot.parties import queries as parties
from entrepot.payments.services import record_failure
from entrepot.stock import queries as stock
from entrepot.web.templating import money

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("language", ["en", "zh-hans"])
# Pages without their pictures; styles and script are about 45 kB more, kept by the browser.
HEAVIEST = 60_000


@pytest.fixture(autouse=True)
def index_folder(settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def text_of(answer) -> str:
    return answer.content.decode()


def check_page(answer, status: int = 200) -> str:
    """The page is there, light, and holds nothing the content policy would block."""
    page = text_of(answer)
    assert answer.status_code == status, page[:2000]
    assert len(page) < HEAVIEST
    assert " style=" not in page
    assert "<style" not in page
    assert re.search(r"<script(?![^>]* src=)", page) is None
    assert re.search(r" on(click|submit|change|load)=", page) is None
    assert page.count("<h1") == 1
    return page


# What there is ------------------------------------------------------------------------------------------------------


@BOTH
def test_home_search_and_listing_show_the_landed_price(language):
    shop, client = make.opened(), make.visitor()
    included = {"en": "duty, tax and delivery included", "zh-hans": "含税"}[language]
    for page in ("", "search/", f"listings/{shop.listing.ref}/"):
        shown = check_page(client.get(f"/{language}/{page}"))
        assert included in shown
        assert {"en": "Bing cherries", "zh-hans": "美国车厘子"}[language] in shown


def test_a_visitor_without_a_session_costs_few_statements():
    shop, client = make.opened(), make.visitor()
    pages = {"/en/": 3, "/en/search/?q=cherries&category=food": 3, shop.page: 3}
    for page in pages:
        client.get(page)
    for page, most in pages.items():
        with at_most(most):
            check_page(client.get(page))


def test_the_listings_price_is_explained_part_by_part():
    shop = make.opened()
    page = check_page(make.visitor().get(shop.page))
    for part in ("Goods", "Delivery", "CBEC consolidated tax", "VAT", "Landed price", "Origin", "Buyer protection"):
        assert part in page
    assert "escrow" not in page.lower()


def test_a_sold_out_size_says_so_and_offers_no_button():
    shop = make.opened()
    page = check_page(make.visitor().get(f"{shop.page}?v={shop.listing.variants[1].ref}"))
    assert "Sold out." in page
    assert "basket/put" not in page


@BOTH
def test_an_article_that_cannot_be_sent_there_says_why(language):
    shop = make.opened()
    page = check_page(make.visitor("DE", "EUR").get(f"/{language}/listings/{shop.listing.ref}/"))
    assert {"en": "The channel does not send to that country.", "zh-hans": "该频道不支持送达该国家。"}[language] in page
    assert "basket/put" not in page


def test_an_unknown_listing_is_a_page_of_its_own():
    answer = make.visitor().get("/zh-hans/listings/lst_nothing/")
    assert "<form" in check_page(answer, 404)


# Searching ----------------------------------------------------------------------------------------------------------


def test_the_filters_of_the_address_narrow_and_can_be_lifted():
    make.opened()
    client = make.visitor()
    page = check_page(client.get("/en/search/?q=cherries&category=food/fruit&origin=US&channel=mall&price=10000-20000"))
    assert "<mark>cherries</mark>" in page
    assert "/en/search/?q=cherries&amp;origin=US&amp;channel=mall&amp;price=10000-20000" in page
    assert check_page(client.get("/en/search/?q=cherries&origin=FR")).count("Nothing found") == 1


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "sort=up",
        "price=a-b",
        "price=9-",
        "from=12,50",
        "category=no/such",
        "ships_to=any",
        "q=" + "x" * 300,
    ],
)
def test_a_strange_address_still_gives_a_page(query):
    make.opened()
    check_page(make.visitor().get(f"/en/search/?{query}"))


def test_a_search_with_nothing_found_helps_on():
    make.opened()
    page = check_page(make.visitor().get("/zh-hans/search/?q=挖掘机"))
    assert "没有找到相关商品" in page
    assert "category=food" in page


def test_the_search_box_is_told_how_words_may_go_on():
    make.opened()
    visitor = make.visitor()
    for language, typed, whole in (("en", "Bing CH", "bing cherries"), ("zh-hans", "车厘", "车厘子")):
        answer = visitor.get(f"/{language}/search/suggestions/", {"q": typed})
        assert answer.json() == {"suggestions": [whole]}
        assert answer["Cache-Control"] == "public, max-age=60"
    assert visitor.get("/en/search/suggestions/", {"q": " "}).json() == {"suggestions": []}
    assert visitor.post("/en/search/suggestions/").status_code == 405


def test_what_has_most_of_the_words_follows_what_has_all():
    shop = make.opened()
    catalogue_make.listing(
        merchant_id=shop.merchant_id, handle="bing-jam", title="Bing jam", chinese="果酱",
        prices=(("mall", "4900", "CNY"),), sizes=("",), category="toys",
    )  # fmt: skip
    rebuild_index(at=clock.now())
    page = check_page(make.visitor().get("/en/search/?q=bing+cherries&ships_to=any"))
    assert page.index("cherries</mark>") < page.index("Close to it") < page.index("jam</a>")
    assert "Close to it" not in check_page(make.visitor().get("/en/search/?q=bing&ships_to=any"))


def test_no_index_yet_is_said_and_not_an_error():
    assert make.visitor().get("/en/search/suggestions/?q=che").json() == {"suggestions": []}
    check_page(make.visitor().get("/en/search/?q=cherries"))
    check_page(make.visitor().get("/en/"))


# The basket ---------------------------------------------------------------------------------------------------------


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


# The checkout -------------------------------------------------------------------------------------------------------


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


# Orders -------------------------------------------------------------------------------------------------------------


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
    with at_most(9):
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


# What goes wrong ----------------------------------------------------------------------------------------------------


@BOTH
def test_a_missing_page_and_an_expired_form_are_designed(language):
    check_page(make.visitor().get(f"/{language}/no/such/page/"), 404)
    strict = Client(enforce_csrf_checks=True)
    page = check_page(strict.post(f"/{language}/basket/put/", {}), 403)
    assert {"en": "This form has expired", "zh-hans": "页面已过期"}[language] in page


def test_a_refusal_inside_a_part_of_a_page_becomes_a_notice():
    answer = make.visitor().get("/en/listings/lst_nothing/", headers={"HX-Request": "true"})
    assert answer["HX-Retarget"] == "#notices"
    assert "<html" not in text_of(answer)


def test_our_own_mistake_is_a_page_that_needs_no_database(settings):
    client = Client(raise_request_exception=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("entrepot.web.shopper.home.catalogue.categories", lambda: 1 / 0)
        page = text_of(client.get("/zh-hans/"))
    assert "系统出了点问题" in page


def test_amounts_are_written_for_their_reader(settings):
    from django.utils import translation

    from entrepot.kernel.money import Money

    with translation.override("zh-hans"):
        assert money(Money(123450, "CNY")) == "¥1,234.50"
        assert money(Money(-500, "USD")) == "−US$5.00"
    with translation.override("en"):
        assert money(Money(123450, "CNY")) == "CN¥1,234.50"
        assert money(Money(1234, "JPY"), plus=True) == "+JP¥1,234"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
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
