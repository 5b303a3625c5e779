"""The shop, page by page: what is shown, in both languages, in how many statements, and what bad input gets."""

import pytest
from django.test import Client
from django.utils import translation
from tests.catalogue import make as catalogue_make
from tests.edges import shop as make
from tests.edges.pages import BOTH, check_page, text_of
from tests.flows.budget import at_most

from entrepot.base import clock
from entrepot.jobs.index import rebuild_index
from entrepot.kernel.money import Money
from entrepot.web.templating import money

pytestmark = pytest.mark.django_db


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
    pages = {"/en/": 3, "/en/search/?q=cherries&category=food": 3, shop.page: 5}
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
    with translation.override("zh-hans"):
        assert money(Money(123450, "CNY")) == "¥1,234.50"
        assert money(Money(-500, "USD")) == "−US$5.00"
    with translation.override("en"):
        assert money(Money(123450, "CNY")) == "CN¥1,234.50"
        assert money(Money(1234, "JPY"), plus=True) == "+JP¥1,234"
