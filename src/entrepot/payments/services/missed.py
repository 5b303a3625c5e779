"""Messages of the provider that never reached us, and were fetched."""

import json
from datetime import datetime

from django.db import transaction

from entrepot.base.identity import new_id
from entrepot.base.outbox import defer
from entrepot.payments import models, rules
from entrepot.payments.terms import MissedMessage


@transaction.atomic
def keep_missed_message(*, message: MissedMessage, at: datetime) -> bool:
    """Put a message that was fetched into the inbox, as if it had come; answers whether it is new. Raises Unreadable."""
    told = rules.heard(said=json.loads(message.body))
    row, made = models.EventRow.objects.get_or_create(
        event_id=message.event_id,
        defaults={
            "id": new_id(), "kind": told.kind, "object_id": told.object_id, "body": message.body, "received_at": at,
        },
    )  # fmt: skip
    if made:
        defer("payments.take_event", event_id=row.id)
    return made
