"""Messages of the provider that never reached us, and were fetched."""

import json
from datetime import datetime

from django.db import transaction

from entrepot.payments.rules import heard
from entrepot.payments.services.inbox import keep_provider_message
from entrepot.payments.terms import MissedMessage, ProviderMessage


@transaction.atomic
def keep_missed_message(*, message: MissedMessage, at: datetime) -> bool:
    """Put a message that was fetched into the inbox, as if it had come; answers whether it is new. Raises Unreadable."""
    told = heard(said=json.loads(message.body))
    known = ProviderMessage(message.event_id, told.kind, told.object_id, told.data, message.body)
    return keep_provider_message(message=known, at=at)
