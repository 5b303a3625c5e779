"""The inbox of the provider's messages: signature checked, kept once as it came, worked off by a job."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F
from standardwebhooks import Webhook, WebhookVerificationError

from entrepot.base.identity import new_id
from entrepot.base.outbox import defer
from entrepot.payments import models
from entrepot.payments.terms import BadSignature, Outcome, Unreadable

BODY_MAX: Final = 256 * 1024
_KIND: Final = re.compile(r"[a-z_]{1,30}\.[a-z_]{1,30}")
_NAME: Final = re.compile(r"[\x21-\x7e]{1,64}")


@transaction.atomic
def take_provider_event(*, body: bytes, headers: Mapping[str, str], secret: str, at: datetime) -> bool:
    """Keep a signed message of the provider and queue the job that acts on it; answers whether it is new.

    A message that came before, by its id, changes nothing. What it is about need not be known to us.
    Raises BadSignature (wrong, missing, older than five minutes), Unreadable.
    """
    event_id = _verified(body, {name.lower(): value for name, value in headers.items()}, secret)
    kind, object_id = _shape(body)
    row, made = models.EventRow.objects.get_or_create(
        event_id=event_id,
        defaults={"id": new_id(), "kind": kind, "object_id": object_id, "body": body, "received_at": at},
    )
    if made:
        defer("payments.take_event", event_id=row.id)
    return made


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
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError) as wrong:
        raise BadSignature from wrong
    event_id = headers["webhook-id"]
    if not re.fullmatch(r"[\x21-\x7e]{1,128}", event_id):
        raise BadSignature
    return event_id


def _shape(body: bytes) -> tuple[str, str]:
    try:
        said = json.loads(body)
    except ValueError as wrong:
        raise Unreadable(why="it is not JSON") from wrong
    data = said.get("data") if isinstance(said, dict) else None
    if not isinstance(data, dict):
        raise Unreadable(why="data is missing")
    kind, object_id = said.get("type"), data.get("id")
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise Unreadable(why="type is missing")
    if not isinstance(object_id, str) or not _NAME.fullmatch(object_id):
        raise Unreadable(why="data.id is missing")
    return kind, object_id
