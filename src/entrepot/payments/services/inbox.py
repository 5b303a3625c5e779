"""The inbox of the provider's messages: signature checked, kept once as it came, worked off by a job."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final, cast

import msgspec
from django.db import transaction
from django.db.models import F
from standardwebhooks import Webhook, WebhookVerificationError

from entrepot.base.calls import Call
from entrepot.base.identity import new_id
from entrepot.base.outbox import defer
from entrepot.kernel.must import must
from entrepot.payments import models
from entrepot.payments.rules import check_stripe_signature, heard
from entrepot.payments.terms import BadSignature, Outcome, ProviderMessage, Unreadable

BODY_MAX: Final = 256 * 1024
_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")


def provider_message(
    *, body: bytes, headers: Mapping[str, str], secret: str, scheme: str = "sandbox", moment: datetime | None = None
) -> ProviderMessage:
    """A message of the provider whose signature holds. What it is about need not be known to us. Writes nothing.

    scheme: how the provider signs, `sandbox` or `stripe`; moment: the machine's own time, which Stripe's is held against.
    Raises BadSignature (wrong, missing, older than five minutes), Unreadable.
    """
    known = {name.lower(): value for name, value in headers.items()}
    if scheme == "stripe":
        must(moment is not None, "Stripe's signatures are held against a moment")
        check_stripe_signature(
            body=body, header=known.get("stripe-signature", ""), secret=secret, at=cast(datetime, moment)
        )
        said = _decoded(body)
        event_id = str(said.get("id", "")) if isinstance(said, dict) else ""
    else:
        event_id = _verified(body, known, secret)
        said = _decoded(body)
    if not _ID.fullmatch(event_id):
        raise BadSignature
    told = heard(said=said)
    return ProviderMessage(event_id, told.kind, told.object_id, told.data, body)


@transaction.atomic
def keep_provider_message(*, message: ProviderMessage, at: datetime) -> bool:
    """Keep a message and queue the job that acts on it; answers whether it is new.

    One that came before, by its id, changes nothing.
    """
    row, made = models.EventRow.objects.get_or_create(
        event_id=message.event_id,
        defaults={
            "id": new_id(),
            "kind": message.kind,
            "object_id": message.object_id,
            "body": message.body,
            "received_at": at,
        },
    )
    if made:
        defer("payments.take_event", event_id=row.id)
    return made


def take_provider_event(*, body: bytes, headers: Mapping[str, str], secret: str, at: datetime) -> bool:
    """Keep a signed message of the provider and queue the job that acts on it; answers whether it is new.

    Raises BadSignature, Unreadable.
    """
    return keep_provider_message(message=provider_message(body=body, headers=headers, secret=secret), at=at)


def heard_call(*, message: ProviderMessage, outcome: Outcome, at: datetime) -> Call:
    """A message that was acted on as it came, as a part of the statement that does so: no job looks at it again."""
    return Call(
        "payments_heard(%s, %s, %s, %s, %s, %s, %s)",
        (new_id(), message.event_id, message.kind, message.object_id, message.body, outcome, at),
    )


@transaction.atomic
def finish_event(*, event_id: int, outcome: Outcome, at: datetime, trouble: str = "") -> None:
    """Note what came of a message; it is not looked at again."""
    models.EventRow.objects.filter(id=event_id, processed_at__isnull=True).update(
        processed_at=at, outcome=outcome, trouble=trouble[:200], tries=F("tries") + 1
    )


@transaction.atomic
def note_try(*, event_id: int, trouble: str) -> None:
    """Note why a message could not be worked off this time; it stays in the inbox."""
    models.EventRow.objects.filter(id=event_id).update(trouble=trouble[:200], tries=F("tries") + 1)


def _verified(body: bytes, headers: dict[str, str], secret: str) -> str:
    # The library compares the timestamp with the machine's own clock, not with the market's, and fails in its own
    # ways on headers and bodies that are no base64 or no UTF-8.
    try:
        _verifier(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError) as wrong:
        raise BadSignature from wrong
    return headers["webhook-id"]


@lru_cache(maxsize=4)
def _verifier(secret: str) -> Webhook:
    return Webhook(secret)


def _decoded(body: bytes) -> object:
    try:
        said: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Unreadable(why="it is not JSON") from wrong
    return said
