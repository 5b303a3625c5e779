"""Sign-up, sign-in, the account and its addresses, in both languages."""

import html
import re
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.edges import shop as make

from entrepot.base import clock
from entrepot.basket import queries as baskets
from entrepot.jobs.mail import send
from entrepot.parties import queries as parties
from entrepot.parties.services import open_merchant, register_user
from entrepot.web.account.sign_in import Accounts

pytestmark = pytest.mark.django_db
PASSWORD = "plain harbour lamp"


def person(email="li@example.com", **more):
    return register_user(email=email, password=PASSWORD, **more)


def signed_in(email="li@example.com", **more):
    user_id = person(email, **more)
    client = Client()
    answer = client.post("/en/account/login/", {"login": email, "password": PASSWORD})
    assert answer.status_code == 302
    return client, user_id, answer["Location"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "page", ["login", "signup", "password/reset", "password/reset/done", "sell", "password/reset/key/1-bad-key"]
)
def test_visitors_see_the_account_pages(language, page, client):
    answer = client.get(f"/{language}/account/{page}/", follow=True)
    assert answer.status_code == 200
    assert "style=" not in answer.content.decode()


@pytest.mark.parametrize(
    "page",
    [
        "",
        "email/",
        "password/change/",
        "addresses/new/",
        "addresses/new/?country=CN",
        "logout/",
        "sell/",
        "reauthenticate/",
    ],
)
def test_people_see_their_account_pages(page):
    client, _, _ = signed_in()
    assert client.get(f"/zh-hans/account/{page}", follow=True).status_code == 200


def test_everybody_lands_at_their_own_desk():
    assert signed_in("shopper@example.com")[2] == "/en/"
    assert signed_in("op@example.com", operator=True)[2] == "/en/operator/"
    assert signed_in("depot@example.com", depot=True)[2] == "/en/depot/"
    owner = person("owner@example.com")
    open_merchant(
        name="Cherries", country="US", region="WA", city="Yakima", currency="USD", channels=["mall"], about={},
        owner_user_id=owner, at=clock.now(),
    )  # fmt: skip
    assert signed_in("owner@example.com")[2] == "/en/merchant/"


def test_sign_in_leads_back_to_the_page_that_asked_for_it(client):
    person()
    asked = client.get("/en/orders/")
    assert asked["Location"] == "/en/account/login/?next=%2Fen%2Forders%2F"
    answer = client.post("/en/account/login/", {"login": "li@example.com", "password": PASSWORD, "next": "/en/orders/"})
    assert answer["Location"] == "/en/orders/"


def test_sign_in_never_leads_to_a_stranger(client):
    person()
    answer = client.post(
        "/en/account/login/", {"login": "li@example.com", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/en/"


def delivered() -> mail.EmailMessage:
    """The one mail that waits, after the job has sent it."""
    (job,) = ProcrastinateJob.objects.filter(task_name="mail.send")
    send(**job.args)
    return mail.outbox[-1]


def test_a_sign_up_that_breaks_leaves_neither_an_account_nor_a_mail(client, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(Accounts, "login", broken)
    with pytest.raises(RuntimeError):
        client.post("/en/account/signup/", {"email": "zhao@example.com", "password1": PASSWORD})
    assert not get_user_model().objects.filter(email="zhao@example.com").exists()
    assert not ProcrastinateJob.objects.filter(task_name="mail.send").exists()


def test_sign_up_keeps_the_language_and_signs_in(client):
    answer = client.post("/zh-hans/account/signup/", {"email": "wang@example.com", "password1": PASSWORD})
    assert answer.status_code == 302
    page = client.get("/zh-hans/account/").content.decode()
    assert "wang@example.com" in page
    # The page does not wait for a mail server; a job sends what it wrote.
    assert mail.outbox == []
    sent = delivered()
    assert sent.to == ["wang@example.com"]
    assert "/zh-hans/account/confirm-email/" in sent.body
    assert re.fullmatch(r"<msg_\w+@[\w.]+>", sent.extra_headers["Message-ID"])


def test_a_wrong_password_is_said_and_the_eleventh_try_is_locked_out(client):
    person()
    for _ in range(9):
        answer = client.post("/en/account/login/", {"login": "li@example.com", "password": "not it at all"})
        assert answer.status_code == 200
    locked = client.post("/en/account/login/", {"login": "li@example.com", "password": "not it at all"})
    assert locked.status_code == 429
    assert "fifteen minutes" in locked.content.decode()
    right = client.post("/en/account/login/", {"login": "li@example.com", "password": PASSWORD})
    assert right.status_code == 429


def test_a_forgotten_password_is_replaced_by_mail(client):
    person()
    client.post("/en/account/password/reset/", {"email": "li@example.com"})
    link = re.search(r"http://testserver(/\S+)", delivered().body)[1]
    form = client.get(link, follow=True)
    done = client.post(form.request["PATH_INFO"], {"password1": "another fine lamp", "password2": "another fine lamp"})
    assert done.status_code == 302
    assert (
        client.post("/en/account/login/", {"login": "li@example.com", "password": "another fine lamp"}).status_code
        == 302
    )


CHINESE = {
    "country": "CN", "name": "李娜", "phone": "138 0013 8000", "region": "ZJ", "city": "杭州市", "district": "西湖区",
    "line1": "文三路 90 号 2 幢 301 室", "postal_code": "310012",
}  # fmt: skip
AMERICAN = {
    "country": "US", "name": "Ann Lee", "phone": "206 555 0100", "region": "WA", "city": "Seattle", "line1": "400 Pine St",
    "line2": "Apt 9", "postal_code": "98101",
}  # fmt: skip


def test_chinese_and_american_addresses_are_kept_and_written_in_their_own_order():
    client, user_id, _ = signed_in()
    for typed in (CHINESE, AMERICAN):
        assert client.post("/zh-hans/account/addresses/new/", typed).status_code == 302
    page = client.get("/zh-hans/account/").content.decode()
    assert "浙江省 杭州市 西湖区 文三路 90 号 2 幢 301 室" in page
    assert "Seattle, WA 98101" in page
    kept = parties.addresses(viewer=parties.viewer_of_user(user_id=user_id))
    assert {address.country for address in kept} == {"CN", "US"}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({**CHINESE, "postal_code": "3100"}, "postal_code"),
        ({**CHINESE, "district": ""}, "district"),
        ({**AMERICAN, "postal_code": "981"}, "postal_code"),
        ({**AMERICAN, "region": ""}, "region"),
        ({**AMERICAN, "line1": "", "line2": ""}, "line1"),
        ({**AMERICAN, "phone": "call me"}, "phone"),
    ],
)
def test_an_incomplete_address_says_which_field_and_keeps_the_rest(typed, wrong):
    client, user_id, _ = signed_in()
    answer = client.post("/en/account/addresses/new/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in page
    assert f'href="#{wrong}"' in page
    assert typed["city"] in page
    assert parties.addresses(viewer=parties.viewer_of_user(user_id=user_id)) == ()


def test_an_address_can_be_changed_and_removed_but_not_a_strangers():
    client, user_id, _ = signed_in()
    client.post("/en/account/addresses/new/", AMERICAN)
    ref = parties.addresses(viewer=parties.viewer_of_user(user_id=user_id))[0].ref
    stranger, _, _ = signed_in("stranger@example.com")
    assert stranger.get(f"/en/account/addresses/{ref}/").status_code == 404
    stranger.post(f"/en/account/addresses/{ref}/remove/")
    client.post(f"/en/account/addresses/{ref}/", {**AMERICAN, "city": "Tacoma"})
    kept = parties.addresses(viewer=parties.viewer_of_user(user_id=user_id))
    assert [address.city for address in kept] == ["Tacoma"]
    client.post(f"/en/account/addresses/{ref}/remove/")
    assert parties.addresses(viewer=parties.viewer_of_user(user_id=user_id)) == ()


def test_a_business_signs_up_once_even_when_the_form_is_sent_twice():
    client, user_id, _ = signed_in()
    form = {
        "name": "Yakima Cherries",
        "country": "US",
        "city": "Yakima",
        "region": "WA",
        "currency": "USD",
        "channels": ["mall"],
        "about": "Rainier",
    }
    assert client.post("/en/account/sell/", {**form, "channels": []}).status_code == 422
    for _ in range(2):
        answer = client.post("/en/account/sell/", form)
        assert answer["Location"] == "/en/merchant/"
    assert len(parties.viewer_of_user(user_id=user_id).merchants) == 1


def test_the_destination_is_chosen_once_and_remembered(client):
    answer = client.post("/en/place/", {"country": "DE", "currency": "EUR", "next": "/en/search/?q=tea"})
    assert answer["Location"] == "/en/search/?q=tea"
    assert "Germany</strong> · EUR" in client.get("/en/").content.decode()
    assert (
        client.post("/en/place/", {"country": "DE", "currency": "EUR", "next": "//evil.example"})["Location"] == "/en/"
    )


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_visitor_with_a_basket_goes_on_to_the_checkout_after_signing_up(language, settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "index"
    shop = make.opened()
    visitor = make.visitor()
    visitor.post(f"/{language}/basket/put/", shop.form())
    checkout = f"/{language}/checkout/"

    door = visitor.get(checkout)
    assert door["Location"] == f"/{language}/account/login/?next={quote(checkout, safe='')}"
    sign_in = visitor.get(door["Location"]).content.decode()
    way = html.unescape(re.search(r'href="([^"]*/account/signup/[^"]*)"', sign_in)[1])
    sign_up = visitor.get(way).content.decode()
    for page in (sign_in, sign_up):
        assert {"en": "Your basket is kept", "zh-hans": "购物车已保留"}[language] in page
    back = re.search(r'name="next" value="([^"]*)"', sign_up)[1]
    email = f"guest-{language}@example.com"
    done = visitor.post(way, {"email": email, "password1": PASSWORD, "next": html.unescape(back)})

    assert (done.status_code, done["Location"]) == (302, checkout)
    address = visitor.get(checkout)
    assert address.status_code == 200
    viewer = parties.viewer_of_user(user_id=get_user_model().objects.get(email=email).pk)
    assert [line.quantity for line in baskets.basket(viewer=viewer).lines] == [1]


def test_signing_in_at_the_checkout_joins_the_visitors_basket_with_the_persons_own(settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "index"
    shop = make.opened()
    client, viewer = make.shopper()
    client.post("/en/basket/put/", shop.form())
    client.post("/en/account/logout/")
    client.post("/en/basket/put/", shop.form())
    done = client.post(
        "/en/account/login/", {"login": "li@example.com", "password": make.PASSWORD, "next": "/en/checkout/"}
    )
    assert done["Location"] == "/en/checkout/"
    pieces = sum(line.quantity for line in baskets.basket(viewer=viewer).lines)
    assert pieces >= 1
    assert f'<span class="count">{pieces}</span>' in client.get("/en/checkout/?new=1").content.decode()
