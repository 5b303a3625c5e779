"""How a price was made: the shopper's page, the merchant's and the operator's, and the API's answer, in both languages."""

import pytest
from django.test import Client
from tests.edges import shop as make
from tests.edges.test_shopper_pages import check_page
from tests.parties import make as people

from entrepot.orders import queries as orders
from entrepot.parties.models import Merchant, User
from entrepot.parties.services import issue_client

pytestmark = pytest.mark.django_db


def signed_in(user_id: int) -> Client:
    client, email = Client(), User.objects.values_list("email", flat=True).get(id=user_id)
    assert client.post("/en/account/login/", {"login": email, "password": people.PASSWORD}).status_code == 302
    return client


def ordered():
    shop = make.opened()
    client, viewer = make.shopper()
    ref = make.ordered(client, viewer, shop)
    return shop, client, viewer, orders.order(viewer=viewer, ref=ref)


@pytest.mark.parametrize(("language", "said", "part"), [("en", "VAT", "Base"), ("zh-hans", "增值税", "计税基数")])
def test_the_shopper_reads_every_part_with_its_law(language: str, said: str, part: str) -> None:
    _, client, _, order = ordered()
    page = check_page(client.get(f"/{language}/orders/{order.ref}/"))
    assert f"/{language}/prices/{order.quote_ref}/" in page
    page = check_page(client.get(f"/{language}/prices/{order.quote_ref}/"))
    for words in (said, part, order.data_version, "70%"):
        assert words in page
    assert make.visitor().get(f"/{language}/prices/{order.quote_ref}/").status_code == 404
    stranger, _ = make.shopper("zhou@example.com")
    assert stranger.get(f"/{language}/prices/{order.quote_ref}/").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_merchant_reads_their_own_part(language: str) -> None:
    shop, _, _, order = ordered()
    (consignment,) = order.consignments
    viewer = people.merchant_viewer(merchant_id=shop.merchant_id)
    slug = Merchant.objects.get(id=shop.merchant_id).slug
    client = signed_in(viewer.user_id)
    page = check_page(client.get(f"/{language}/merchant/{slug}/consignments/{consignment.ref}/price/"))
    assert "70%" in page
    assert order.address.phone not in page
    other = people.merchant_viewer(merchant_id=people.merchant())
    answer = signed_in(other.user_id).get(f"/{language}/merchant/{slug}/consignments/{consignment.ref}/price/")
    assert answer.status_code in {403, 404}


@pytest.mark.parametrize(("language", "said"), [("en", "The same to the cent"), ("zh-hans", "核对一致")])
def test_the_operator_checks_it_against_the_law_it_was_made_with(language: str, said: str) -> None:
    _, _, _, order = ordered()
    client = signed_in(people.user(operator=True))
    page = check_page(client.get(f"/{language}/operator/prices/{order.quote_ref}/"))
    assert said not in page
    assert said in check_page(client.get(f"/{language}/operator/prices/{order.quote_ref}/?check=1"))


def test_the_api_explains_in_the_language_asked_for(client: Client) -> None:
    _, _, viewer, order = ordered()
    client_id, secret = issue_client(user_id=viewer.user_id, name="Test", scopes=["shop"], at=people.AT)
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    token = client.post("/api/v1/token", asked).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    def told(language: str) -> dict:
        answer = client.get(f"/api/v1/quotes/{order.quote_ref}", headers={**headers, "Accept-Language": language})
        assert answer.status_code == 200, answer.content
        return answer.json()

    english, chinese = told("en"), told("zh-Hans")
    assert english["sums"] == chinese["sums"]
    one, other = english["consignments"][0], chinese["consignments"][0]
    assert [part["amount"] for part in one["parts"]] == [part["amount"] for part in other["parts"]]
    assert one["parts"][-1]["label"] == "VAT"
    assert other["parts"][-1]["label"] == "增值税"
    assert one["trace"] != other["trace"]
    assert client.get("/api/v1/quotes/qt_0000000000000000", headers=headers).status_code == 404


def test_an_answer_is_reasoned_in_the_language_asked_for(client: Client) -> None:
    asked = {
        "id": "a", "on": "2026-11-22", "destination": "CN", "ship_from": "US", "mode": "cbec_direct", "currency": "CNY",
        "lines": [{"origin": "US", "value": "100", "currency": "CNY", "given": {"vat_pct": "13", "consumption_tax_pct": "0", "listed": True}}],
    }  # fmt: skip

    def trace(language: str) -> list[str]:
        answer = client.post(
            "/api/v1/quotes", asked, content_type="application/json", headers={"Accept-Language": language}
        )
        return answer.json()["trace"]

    assert trace("en")[-1].startswith("Duty 0.00")
    assert trace("zh-Hans")[-1].startswith("关税 0.00")
