"""The operator's desk: payments in trouble and odd messages, and what is done about them."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from tests.edges import shop as make
from tests.orders import make as order_make
from tests.parties import make as people

from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import About
from entrepot.orders import queries as orders
from entrepot.orders.terms import Stage, State, Verb
from entrepot.payments import queries as payments
from entrepot.payments.models import EventRow
from entrepot.payments.services import flag_payment
from entrepot.payments.terms import OperatorVerb, Outcome, ProviderRefused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def index_folder(settings, tmp_path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def desk() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=people.user(operator=True)))
    return client


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_payment_in_trouble_is_ended_from_its_order_and_the_page_tells_who_did_it(language: str) -> None:
    shop = make.opened()
    shopper, viewer = make.shopper()
    ref = make.ordered(shopper, viewer, shop)
    payment = make.provider_ready(viewer, ref)
    flag_payment(payment_id=payment.id, shopper_id=payment.shopper_id, trouble="The provider reports another amount.")
    client = desk()
    at = f"/{language}/operator/payments/{payment.ref}"

    page = client.get(f"/{language}/operator/orders/{ref}/").content.decode()
    for verb in ("ask", "handled", "give-back"):
        assert f'action="{at}/{verb}/"' in page
    assert client.post(f"{at}/give-back/", {"reason": "no"}).status_code == 422
    assert orders.order(viewer=viewer, ref=ref).state is State.PLACED
    assert client.post(f"{at}/give-back/", {"reason": "Paid the wrong amount"}).status_code == 302

    assert orders.order(viewer=viewer, ref=ref).state is State.CANCELLED
    after = client.get(f"/{language}/operator/orders/{ref}/").content.decode()
    assert "Paid the wrong amount" in after
    assert {"en": "Ended the order and had the money given back", "zh-hans": "取消订单并退款"}[language] in after
    assert "The provider reports another amount." not in after

    operator = people.operator()
    flag_payment(payment_id=payment.id, shopper_id=payment.shopper_id, trouble="Once more.")
    for _ in range(2):
        assert client.post(f"{at}/ask/").status_code == 302
    flag_payment(payment_id=payment.id, shopper_id=payment.shopper_id, trouble="Again.")
    assert client.post(f"{at}/handled/", {"reason": "Settled by bank transfer"}).status_code == 302
    assert [one.verb for one in payments.actions_on(viewer=operator, payment_id=payment.id)] == [
        OperatorVerb.HANDLED, OperatorVerb.ASK, OperatorVerb.GIVE_BACK,
    ]  # fmt: skip
    assert shopper.post(f"{at}/ask/").status_code == 404


def test_an_odd_message_is_put_away_with_a_reason() -> None:
    event = EventRow.objects.create(
        event_id="evt_1", kind="payout.paid", object_id="po_1", body=b'{"data": {}}', received_at=people.AT,
        processed_at=people.AT, outcome=Outcome.UNMATCHED,
    )  # fmt: skip
    client = desk()
    assert "payout.paid" in client.get("/en/operator/").content.decode()
    assert client.post(f"/en/operator/events/{event.id}/handled/", {"reason": "of the old sandbox"}).status_code == 302
    assert "payout.paid" not in client.get("/en/operator/").content.decode()


def test_money_that_is_held_names_its_consignment() -> None:
    shop = make.opened()
    shopper, viewer = make.shopper()
    ref = make.ordered(shopper, viewer, shop)
    make.paid(viewer, ref)
    (consignment,) = orders.order(viewer=viewer, ref=ref).consignments
    assert consignment.ref in desk().get("/en/operator/ledger/hold/CNY/").content.decode()


def test_a_trouble_is_told_in_the_readers_language() -> None:
    shop = make.opened()
    shopper, viewer = make.shopper()
    ref = make.ordered(shopper, viewer, shop)
    payment = make.provider_ready(viewer, ref)
    trouble = ProviderRefused(reason="not_found").text()
    flag_payment(payment_id=payment.id, shopper_id=payment.shopper_id, trouble=trouble)
    assert trouble in desk().get("/en/operator/").content.decode()
    assert "支付机构拒绝：" in desk().get(f"/zh-hans/operator/orders/{ref}/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_refused_parcels_money_goes_back_when_its_shopper_stays_silent(language: str) -> None:
    shop = make.opened()
    shopper, viewer = make.shopper()
    ref = make.ordered(shopper, viewer, shop)
    make.paid(viewer, ref)
    (part,) = orders.order(viewer=viewer, ref=ref).consignments
    client, page = desk(), f"/{language}/operator/orders/{ref}/"
    form = f"{page}parcels/{part.ref}/give-back/"
    assert form not in client.get(page).content.decode()
    assert client.post(form).status_code == 422
    order_make.move(part.id, part.merchant_id, Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, Verb.REFUSE)
    assert form in client.get(page).content.decode()
    assert shopper.post(form).status_code == 404
    for _ in range(2):
        assert client.post(form)["Location"] == page
    assert orders.order(viewer=viewer, ref=ref).consignments[0].stage is Stage.REFUNDED
    assert form not in client.get(page).content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_books_are_read_from_an_order_to_a_transfer_and_closed_only_after_a_look(language: str) -> None:
    shop = make.opened()
    shopper, viewer = make.shopper()
    ref = make.ordered(shopper, viewer, shop)
    make.paid(viewer, ref)
    order = orders.order(viewer=viewer, ref=ref)
    (first, *_rest) = ledger.transfers_of(about=About(order_id=order.id))
    client, books = desk(), f"/{language}/operator/ledger"
    money = client.get(f"/{language}/operator/orders/{ref}/money/").content.decode()
    assert f"{books}/transfers/{first.id}/" in money
    assert "badge refused" not in money
    for asked in (first.key, str(first.id)):
        assert client.get(f"{books}/find/", {"q": asked}).headers["Location"] == f"{books}/transfers/{first.id}/"
    assert first.key in client.get(f"{books}/find/", {"q": order.consignments[0].ref}).content.decode()
    page = client.get(f"{books}/transfers/{first.id}/").content.decode()
    assert ref in page
    assert order.consignments[0].merchant_name in page or first.about.merchant_id is None
    account = f"{books}/{first.debit_kind.value}/{first.amount.currency}/{first.debit_subject}/"
    assert first.key in client.get(account, {"code": first.code.value}).content.decode()
    assert first.key not in client.get(account, {"code": "adjusted"}).content.decode()
    assert first.key not in client.get(account, {"to": "2000-01-01"}).content.decode()
    assert "2020-01-31" in client.get(f"{books}/close/", {"day": "2020-01-31"}).content.decode()
    assert f"{books}/close/confirm/" not in client.get(f"{books}/close/", {"day": "2999-01-31"}).content.decode()
    assert ledger.closed_until() is None
    assert client.post(f"{books}/close/confirm/", {"day": "2020-01-31"}).status_code == 302
    assert ledger.closed_until() == datetime(2020, 2, 1, tzinfo=UTC)
