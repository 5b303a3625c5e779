"""A chargeback's pages: the merchant answers it, the operator sees it; nobody sees another's evidence."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from tests.edges import shop as make
from tests.edges.pages import check_page
from tests.parties import make as people

from entrepot.flows.open_chargeback import open_chargeback
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.parties.services import add_member
from entrepot.parties.terms import Role
from entrepot.payments import queries as payments
from entrepot.payments.terms import ChargebackStatus, ProviderChargeback

pytestmark = pytest.mark.django_db
SOON = datetime.now(UTC) + timedelta(days=5)


@pytest.fixture(autouse=True)
def home(settings, tmp_path) -> None:
    settings.HOME, settings.MEDIA_ROOT, settings.SEARCH_INDEX = tmp_path, tmp_path / "media", tmp_path / "index"


def signed_in(merchant_id):
    user = people.user()
    add_member(merchant_id=merchant_id, user_id=user, role=Role.OWNER)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=user))
    return client


def disputed():
    """A paid order whose card holder disputes it; gives the shop, the order's reference and the merchant's part."""
    shop = make.opened()
    shopper, viewer = make.shopper()
    ref = make.ordered(shopper, viewer, shop)
    make.paid(viewer, ref)
    order = orders.order(viewer=viewer, ref=ref)
    payment = payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id)
    said = ProviderChargeback(
        id="dp_1", reference=payment.ref, status=ChargebackStatus.NEEDS_RESPONSE, amount=payment.amount,
        fee=Money(1_500, payment.amount.currency), fee_back=Money.zero(payment.amount.currency), taken=True,
        reason="product_not_received", due_by=SOON,
    )  # fmt: skip
    open_chargeback(payment_id=payment.id, said=said, at=datetime.now(UTC))
    (part,) = payments.chargebacks_to_answer(viewer=people.operator(), merchant_id=shop.merchant_id)
    return shop, ref, part


def test_a_merchant_sees_the_date_and_hands_in_evidence_once() -> None:
    shop, ref, part = disputed()
    client = signed_in(shop.merchant_id)
    at = f"/en/merchant/{parties.merchant(merchant_id=shop.merchant_id).slug}"
    one = f"{at}/money/chargebacks/{part.ref}/"
    for page in (f"{at}/money/", f"{at}/money/chargebacks/", one):
        assert part.ref in check_page(client.get(page))
    consignment = orders.order(viewer=people.operator(), ref=ref).consignments[0]
    assert "Do not send the goods" in check_page(client.get(f"{at}/consignments/{consignment.ref}/"))
    chinese = check_page(client.get(one.replace("/en/", "/zh-hans/")))
    assert "持卡人称没有收到商品。" in chinese

    wrong = BytesIO(b"MZ not a paper")
    wrong.name = "paper.pdf"
    answer = client.post(one, {"text": "It arrived on Monday.", "kind": "shipping", "document": wrong})
    assert "It arrived on Monday." in check_page(answer, 422)
    paper = BytesIO(b"%PDF-1.7 the waybill")
    paper.name = "waybill <1>.pdf"
    assert client.post(one, {"text": "It arrived.", "kind": "shipping", "document": paper}).status_code == 302
    (kept,) = payments.part_by_ref(merchant_id=shop.merchant_id, ref=part.ref).files
    document = client.get(f"{one}documents/{kept.id}/")
    assert (document.content, document["Content-Disposition"]) == (b"%PDF-1.7 the waybill", "attachment")
    stranger = signed_in(people.merchant())
    assert stranger.get(f"{one}documents/{kept.id}/").status_code == 404
    assert client.post(one, {"text": "It arrived.", "complete": "1"}).status_code == 302
    assert payments.part_by_ref(merchant_id=shop.merchant_id, ref=part.ref).handed_in_at


def test_an_operator_sees_chargebacks_in_a_list_and_on_their_order() -> None:
    _, ref, _ = disputed()
    operator = Client()
    operator.force_login(get_user_model().objects.get(pk=people.user(operator=True)))
    for language in ("en", "zh-hans"):
        assert ref in check_page(operator.get(f"/{language}/operator/chargebacks/"))
        assert "dp_1" in check_page(operator.get(f"/{language}/operator/orders/{ref}/"))
    assert "No chargebacks" not in check_page(operator.get("/en/operator/chargebacks/?state=all"))
