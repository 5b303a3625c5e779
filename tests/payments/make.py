"""Payments, provider messages and merchants with money, for tests, made through the real services."""

import json
from datetime import UTC, datetime

from django.db import connection
from standardwebhooks import Webhook

from entrepot.base.identity import new_id, new_reference
from entrepot.kernel.money import Money
from entrepot.ledger.services import post_transfers
from entrepot.payments import services
from entrepot.payments.terms import IntentStatus, ProviderIntent, ProviderProof
from tests.ledger import make as book
from tests.parties import make as parties

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "whsec_dGVzdC1zZWNyZXQtb2YtZW50cmVwb3Q="
CNY = "CNY"


def payment(*, shopper_id=None, order_id=None, minor=12_140, currency=CNY, at=AT):
    """A payment in the state `created`; gives (payment id, shopper id)."""
    shopper_id = shopper_id or parties.shopper()
    opened = services.open_payment(
        shopper_id=shopper_id,
        order_id=order_id or new_id(owner=shopper_id),
        order_ref=new_reference("ord"),
        amount=Money(minor, currency),
        language="en",
        at=at,
    )
    return opened.id, shopper_id


def awaiting(*, intent_id="pi_1", at=AT, **more):
    """A payment whose page is open at the provider."""
    payment_id, shopper_id = payment(at=at, **more)
    asked = services.begin_opening(payment_id=payment_id, shopper_id=shopper_id, return_url="http://x/back")
    services.record_intent(payment_id=payment_id, shopper_id=shopper_id, intent=intent(asked, intent_id), at=at)
    return payment_id, shopper_id


def intent(asked, intent_id="pi_1", status=IntentStatus.REQUIRES_CARD):
    return ProviderIntent(
        id=intent_id, status=status, pay_url=f"http://pay/{intent_id}", amount=asked.amount, reference=asked.ref
    )


def proof(minor=12_140, currency=CNY, provider_id="pi_1"):
    return ProviderProof(provider_id, Money(minor, currency))


def merchant_with_money(minor=5_000, *, currency="USD", verified=True, account=True):
    merchant_id = parties.merchant(verified=verified, currency=currency)
    if account:
        parties.bank_account(merchant_id=merchant_id)
    give(merchant_id, minor, currency)
    return merchant_id


def give(merchant_id, minor, currency="USD"):
    key = new_reference("tst")
    transfers = [
        book.transfer(f"{key}a", credit=book.hold(new_id()), minor=minor, currency=currency),
    ]
    transfers.append(
        book.transfer(
            f"{key}b", debit=transfers[0].credit, credit=book.merchant(merchant_id), minor=minor, currency=currency
        )
    )
    post_transfers(transfers=transfers, at=AT)


def message(kind="intent.succeeded", data=None, *, event_id="evt_1", signed_at=None, secret=SECRET):
    """(body, headers) of a signed message of the provider."""
    at = signed_at or datetime.now(UTC)
    body = json.dumps(
        {"type": kind, "timestamp": at.isoformat(), "data": {"id": "pi_1"} if data is None else data}
    ).encode()
    return body, signed(body, event_id=event_id, at=at, secret=secret)


def signed(body, *, event_id="evt_1", at=None, secret=SECRET):
    at = at or datetime.now(UTC)
    return {
        "Webhook-Id": event_id,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(event_id, at, body.decode("utf-8", "replace")),
    }


def jobs():
    """(name, facts) of the jobs that wait, in the order they were queued."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", "args"))


def forget_jobs():
    """As if the jobs that wait had run."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {ProcrastinateJob._meta.db_table}")
