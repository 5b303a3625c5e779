"""Disputes over HTTP: the pages of the three sides in both languages, and the API."""

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from entrepot.disputes import queries
from entrepot.disputes.terms import Reason, State, Verb
from entrepot.parties import queries as parties_queries
from entrepot.parties.models import Shopper
from entrepot.parties.terms import Viewer
from tests.api.test_door import bearer
from tests.disputes import make
from tests.edges.pages import BOTH, check_page
from tests.parties import make as parties

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def client_of(user_id: int | None) -> Client:
    client = Client()
    client.force_login(
        get_user_model().objects.get(pk=user_id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def signed_in(case: make.Case) -> tuple[Client, Client, Client, str]:
    """The shopper, the merchant and the operator at their browsers, and the merchant's name in addresses."""
    user = parties.user()
    Shopper.objects.filter(id=case.sale.shopper_id).update(user_id=user)
    slug = parties_queries.merchant(merchant_id=case.part.merchant_id).slug
    return client_of(user), client_of(case.merchant.user_id), client_of(case.operator.user_id), slug


@BOTH
def test_a_dispute_from_its_form_to_its_ruling(language: str) -> None:
    case = make.case()
    shopper, merchant, operator, slug = signed_in(case)
    order = case.sale.order()
    form = f"/{language}/orders/{order.ref}/parcels/{case.part.ref}/dispute/"
    check_page(shopper.get(form))
    given = {"reason": "damaged", "remedy": "refund", "amount": "9999999", "note": "It leaks.", "key": "k"}
    again = check_page(shopper.post(form, given), 422)
    assert "It leaks." in again
    upload = SimpleUploadedFile("seam.png", PNG, "image/png")
    answer = shopper.post(form, given | {"amount": "50.00", "files": [upload]})
    assert answer.status_code == 302
    (dispute,) = queries.disputes_of_shopper(viewer=case.shopper)
    case.ref = dispute.ref
    assert (dispute.reason, dispute.wanted) == (Reason.DAMAGED, make.refund(5_000))
    page = check_page(shopper.get(answer.headers["Location"]))
    assert "seam.png" in page
    (file,) = queries.evidence_of(dispute=dispute)
    address = f"/{language}/disputes/{case.ref}/files/{file.ref}/"
    for client in (shopper, merchant, operator):
        shown = client.get(address)
        assert (shown.content, shown.headers["X-Content-Type-Options"]) == (PNG, "nosniff")
    assert client_of(parties.shopper_viewer().user_id).get(address).status_code == 404

    desk = f"/{language}/merchant/{slug}/disputes/"
    assert case.ref in check_page(merchant.get(desk))
    check_page(merchant.get(f"{desk}?ended=1"))
    check_page(merchant.get(f"{desk}{case.ref}/"))
    check_page(merchant.post(f"{desk}{case.ref}/answer/reject/", {"note": "", "key": "m"}), 422)
    assert merchant.post(f"{desk}{case.ref}/answer/reject/", {"note": "It left whole.", "key": "m"}).status_code == 302
    check_page(shopper.get(f"/{language}/disputes/{case.ref}/"))
    way = f"/{language}/disputes/{case.ref}/answer/"
    assert shopper.post(f"{way}escalate/", {"note": "It did not.", "key": "s"}).status_code == 302

    queue = f"/{language}/operator/disputes/"
    assert case.ref in check_page(operator.get(queue))
    previewed = check_page(operator.get(f"{queue}{case.ref}/?remedy=refund&amount=40.00"))
    assert "40.00" in previewed
    ruling = {"remedy": "refund", "amount": "40.00", "note": "The pictures show it.", "key": "o"}
    assert operator.post(f"{queue}{case.ref}/rule/", ruling).status_code == 302
    assert (case.dispute.state, case.dispute.decided) == (State.RULED, make.refund(4_000))
    check_page(operator.get(f"{queue}?state=ruled"))
    check_page(shopper.get(f"/{language}/disputes/"))
    check_page(shopper.get(f"/{language}/disputes/{case.ref}/"))


def test_goods_go_back_by_the_pages() -> None:
    case = make.case()
    shopper, merchant, _, slug = signed_in(case)
    case.open(Reason.CHANGED_MIND, make.back())
    desk = f"/en/merchant/{slug}/disputes/{case.ref}/"
    assert merchant.post(f"{desk}answer/agree/", {"key": "a"}).status_code == 302
    check_page(shopper.get(f"/en/disputes/{case.ref}/"))
    sent = f"/en/disputes/{case.ref}/send-back/"
    check_page(shopper.post(sent, {"way": "label", "key": "b"}), 422)
    assert shopper.post(sent, {"way": "own", "carrier": "SF", "number": "SF1", "key": "c"}).status_code == 302
    check_page(merchant.get(desk))
    assert merchant.post(f"{desk}receive/", {"good": "1", "key": "d"}).status_code == 302
    assert case.dispute.state is State.SETTLING


def test_strangers_find_no_dispute() -> None:
    case = make.case()
    case.open()
    stranger = client_of(parties.shopper_viewer().user_id)
    for address in ("", "show/", "send-back/", "label/", "answer/agree/"):
        path = f"/en/disputes/{case.ref}/{address}"
        assert {stranger.get(path).status_code, stranger.post(path).status_code} <= {404, 405}
    # The merchant's team reads the dispute at its own desk, not at the shopper's, and cannot act for the shopper.
    merchant = client_of(case.merchant.user_id)
    assert merchant.get(f"/en/disputes/{case.ref}/").status_code == 404
    assert merchant.post(f"/en/disputes/{case.ref}/answer/withdraw/", {"key": "x"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_api_opens_answers_and_gives_money_back() -> None:
    from entrepot.channels.services import open_presets

    open_presets()
    case = make.case()
    user = parties.user()
    Shopper.objects.filter(id=case.sale.shopper_id).update(user_id=user)
    slug = parties_queries.merchant(merchant_id=case.part.merchant_id).slug
    client = Client()
    shop = bearer(client, scopes=["shop"], user_id=user)
    sell = bearer(client, scopes=["merchant"], user_id=case.merchant.user_id)

    def call(token: str, path: str, body: dict[str, object] | None = None, key: str = "k") -> dict[str, object]:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{path}{key}"}
        way = client.get if body is None else client.post
        answer = way(f"/api/v1/{path}", body, content_type="application/json", headers=headers)  # type: ignore[operator]
        found: dict[str, object] = answer.json()
        return found | {"status": answer.status_code}

    order = case.sale.order()
    opened = call(
        shop, "disputes",
        {"order": order.ref, "consignment": case.part.ref, "reason": "damaged", "remedy": "refund", "minor": 5_000, "note": "Leaks."},
    )  # fmt: skip
    assert (opened["state"], opened["may"]) == ("merchant", ["show", "withdraw"])
    ref = opened["ref"]
    assert call(sell, f"merchants/{slug}/disputes")["items"][0]["ref"] == ref  # type: ignore[index]
    refused = call(
        sell, f"merchants/{slug}/disputes/{ref}/answer", {"verb": "propose", "remedy": "refund", "minor": 10**9}
    )
    assert (refused["status"], refused["code"]) == (422, "disputes.outcome_unfit")
    body = {"verb": "propose", "remedy": "refund", "minor": 2_000}
    assert call(sell, f"merchants/{slug}/disputes/{ref}/answer", body, "2")["state"] == "shopper"
    assert call(shop, f"disputes/{ref}/answer", {"verb": "agree"})["state"] == "settling"
    assert call(shop, f"disputes/{ref}")["decided"]["amount"]["minor"] == 2_000  # type: ignore[index]
    given = call(sell, f"consignments/{case.part.ref}/refunds", {"minor": 300})
    assert (given["amount"]["minor"], given["state"]) == (300, "open")  # type: ignore[index]
    assert queries.dispute(viewer=Viewer(shopper_id=case.shopper.shopper_id), ref=str(ref)).state is State.SETTLING
    assert Verb.OPEN in {
        step.verb for step in queries.steps_of(dispute=queries.dispute(viewer=case.operator, ref=str(ref)))
    }
