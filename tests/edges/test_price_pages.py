"""How a price was made: the shopper's page, the merchant's and the operator's, and the API's answer, in both languages."""

import pytest
from django.test import Client
from tests.allowance import make as identity_make
from tests.depot import make as depot_make
from tests.edges import shop as make
from tests.edges.pages import check_page
from tests.parties import make as people

from entrepot.allowance import queries as allowance
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
    assert {"en": "Line 1", "zh-hans": "第 1 行"}[language] in page
    assert {"en": "Line 0", "zh-hans": "第 0 行"}[language] not in page
    if language == "zh-hans":
        assert "Cai Guan Shui" not in page
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


def test_the_depot_files_papers_with_the_number_in_full_and_is_written_down() -> None:
    world = depot_make.world()
    identity_make.identity(shopper_id=world.shopper_id)
    view = world.view()
    identity_make.hold(world.shopper_id, 10_000, order_id=view.order_id)
    box = depot_make.dispatched(world)
    worker = signed_in(world.staff.user_id)
    page = check_page(worker.get(f"/en/depot/boxes/{box.ref}/papers/"))
    assert identity_make.number() not in page
    assert identity_make.number()[-4:] in page
    (papers,) = worker.get(f"/en/depot/boxes/{box.ref}/papers.json").json()
    assert papers["fields"]["order"]["buyerIdNumber"] == identity_make.number()
    assert papers["fields"]["payment"]["payerName"] == "王芳"
    assert "order.buyerIdNumber" not in papers["missing"]
    (read,) = allowance.readings(viewer=people.operator())
    assert (read.reader_id, read.shopper_id, read.subject) == (world.staff.user_id, world.shopper_id, box.barcode)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_refused_parcel_tells_its_shopper_what_to_choose(language: str) -> None:
    world = depot_make.world()
    identity_make.identity(shopper_id=world.shopper_id)
    identity_make.hold(world.shopper_id, 10_000, order_id=world.view().order_id)
    depot_make.dispatched(world)
    worker, barcode = signed_in(world.staff.user_id), world.view().barcode
    form = f"/{language}/depot/parcels/{barcode}"
    check_page(worker.get(f"{form}/"))
    assert worker.post(f"{form}/refused/", {"total": "about 26 thousand"}).status_code == 302
    assert world.view().stage == "dispatched", "what cannot be read is not taken for nothing said"
    for day in ("", "soon", "2026-02-31"):
        assert worker.post(f"{form}/returned/", {"cleared": day}).status_code == 302
    assert allowance.use_of(shopper_id=world.shopper_id, at=people.AT).held.minor == 10_000
    assert worker.post(f"{form}/refused/", {"total": "25,990.50"}).status_code == 302
    assert world.view().stage == "refused"
    use = allowance.use_of(shopper_id=world.shopper_id, at=people.AT)
    assert use.elsewhere.minor == 2_599_050


def test_who_imports_is_kept_over_the_api_and_comes_back_masked(client: Client) -> None:
    _, viewer = make.shopper(known=False)
    client_id, secret = issue_client(user_id=viewer.user_id, name="Test", scopes=["shop"], at=people.AT)
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    token = client.post("/api/v1/token", asked).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/identity", headers=headers).json()["code"] == "allowance.identity_needed"

    def put(key: str, **changes):
        body = {"name": "王芳", "number": identity_make.number(), "pays_in_person": True, **changes}
        return client.put(
            "/api/v1/identity", body, content_type="application/json", headers={**headers, "Idempotency-Key": key}
        )

    assert put("a", number="123").json()["code"] == "allowance.number_mistyped"
    assert put("b", pays_in_person=False).json()["code"] == "allowance.payer_not_orderer"
    kept = put("c").json()
    assert (kept["name"], kept["number"][:14]) == ("王**", "*" * 14)
    assert kept["annual_limit"]["minor"] == 2_600_000
    assert client.get("/api/v1/identity", headers=headers).json() == kept
