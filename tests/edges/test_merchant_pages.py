"""The merchant's desk: consignments and money as the merchant reads them."""

import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.test import Client
from tests.edges import shop as make
from tests.parties import make as people

from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.parties.services import add_member
from entrepot.parties.terms import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path) -> None:
    settings.HOME, settings.MEDIA_ROOT, settings.SEARCH_INDEX = tmp_path, tmp_path / "media", tmp_path / "index"


def desk(merchant_id: int) -> tuple[Client, str]:
    """An owner of the merchant, signed in, and where the desk begins."""
    user = people.user()
    add_member(merchant_id=merchant_id, user_id=user, role=Role.OWNER)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=user))
    return client, f"merchant/{parties.merchant(merchant_id=merchant_id).slug}"


def test_a_consignment_paid_in_another_currency_shows_both_and_the_rate_it_was_made_with() -> None:
    shop = make.opened()
    shopper, viewer = make.shopper()
    ref = make.ordered(shopper, viewer, shop)
    make.paid(viewer, ref)
    consignment = orders.order(viewer=viewer, ref=ref).consignments[0]
    rate = orders.frozen_rate(consignment=consignment)
    assert rate is not None
    assert (rate.base, rate.quote, rate.value) == ("USD", "CNY", consignment.lines[0].fx)

    client, at = desk(shop.merchant_id)
    english = client.get(f"/en/{at}/consignments/{consignment.ref}/").content.decode()
    assert f"US$1.00 = {rate.value:.4f} CNY" in english
    assert rate.source in english
    assert f"CN¥{consignment.amounts.goods.decimal:,.2f} for the goods" in english

    chinese = client.get(f"/zh-hans/{at}/consignments/{consignment.ref}/").content.decode()
    assert f"US$1.00 = {rate.value:.4f} CNY" in chinese
    assert "来源: 欧洲央行参考汇率" in chinese


def test_the_import_page_shows_where_a_file_may_be_dropped() -> None:
    client, at = desk(people.merchant())
    page = client.get(f"/en/{at}/imports/").content.decode()
    assert re.search(r'<input class="input"[^>]* type="file"', page)
    parts = finders.find("css/parts.css")
    assert isinstance(parts, str)
    rule = re.search(r'input\[type="file"\]\.input \{([^}]*)\}', Path(parts).read_text(encoding="utf-8"))
    assert rule
    assert "dashed" in rule[1]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_owner_enters_a_bank_account_and_sees_only_its_end_again(language: str) -> None:
    client, at = desk(people.merchant())
    money = f"/{language}/{at}/money/"
    account = {"holder": "Columbia Orchards", "country": "US", "number": "1234567890", "bank_code": "021000022"}

    wrong = client.post(f"{money}account/", account)
    assert wrong.status_code == 422
    assert {"en": "routing number is not right", "zh-hans": "应为九位数字"}[language] in wrong.content.decode()
    assert "1234567890" not in wrong.content.decode()

    assert client.post(f"{money}account/", {**account, "bank_code": "021000021"}).status_code == 302
    for page in (money, f"{money}account/"):
        text = client.get(page).content.decode()
        assert "7890" in text
        assert "1234567890" not in text
