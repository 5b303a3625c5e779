"""Same caller, same key, same request: same answer, one effect.

The edge asks `begin` before the verb and tells `finish` after it. The verb itself carries the key into a unique
column (an order's, a payout's), so a crash between the effect and `finish` is healed by the repeat: after
STALE_AFTER the row may be taken over, the verb finds its own earlier effect and answers the same.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from entrepot.kernel.errors import Conflict, Refused

STALE_AFTER: Final = timedelta(seconds=30)
# Nobody repeats a request later than that; what the verb itself has kept under the key stays.
KEPT: Final = timedelta(days=30)
_BATCH: Final = 10_000


class KeyReused(Refused):
    """The key came before with another request."""

    code = "idempotency.key_reused"
    message = "This Idempotency-Key was used before with a different request."
    remedy = "Use a new key for a new request."


class StillRunning(Conflict):
    """The first request under this key has not ended."""

    code = "idempotency.still_running"
    message = "The first request with this Idempotency-Key is still running."
    remedy = "Wait a moment and send the same request again."


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time."""

    status: int
    headers: dict[str, str]
    body: bytes


def fingerprint(*parts: bytes | str) -> str:
    """A digest of the request (method, path, body) that tells a repeat from another request."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8) + raw)
    return digest.hexdigest()


@transaction.atomic(durable=True)
def begin(*, principal: str, key: str, fingerprint: str) -> Answer | None:
    """Claim the key; None means go on, an Answer means it was done before.

    Raises KeyReused for another request under the key, StillRunning while the first one has not ended.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO base_idempotency (principal, key, fingerprint, headers) VALUES (%s, %s, %s, '{}')
               ON CONFLICT (principal, key) DO UPDATE SET started_at = now()
               WHERE base_idempotency.status IS NULL AND base_idempotency.started_at < now() - make_interval(secs => %s)
                 AND base_idempotency.fingerprint = EXCLUDED.fingerprint
               RETURNING id""",
            [principal, key, fingerprint, STALE_AFTER.total_seconds()],
        )
        if cursor.fetchone():
            return None
        cursor.execute(
            "SELECT fingerprint, status, headers::text, body FROM base_idempotency WHERE principal = %s AND key = %s",
            [principal, key],
        )
        known = cursor.fetchone()
    if known is None or (known[0] == fingerprint and known[1] is None):
        raise StillRunning
    if known[0] != fingerprint:
        raise KeyReused

    return Answer(known[1], json.loads(known[2]), bytes(known[3] or b""))


@transaction.atomic(durable=True)
def finish(*, principal: str, key: str, answer: Answer | None) -> None:
    """Keep the answer for repeats; None (a breakdown) frees the key so that the repeat may try again."""
    with connection.cursor() as cursor:
        if answer is None:
            cursor.execute(
                "DELETE FROM base_idempotency WHERE principal = %s AND key = %s AND status IS NULL", [principal, key]
            )
            return
        cursor.execute(
            "UPDATE base_idempotency SET status = %s, headers = %s::jsonb, body = %s WHERE principal = %s AND key = %s",
            [answer.status, json.dumps(answer.headers), answer.body, principal, key],
        )


def forget_answers(*, at: datetime) -> int:
    """Forget what was answered more than thirty days ago, some thousands at a time; gives how many."""
    gone, more = 0, True
    while more:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM base_idempotency WHERE id IN (
                       SELECT id FROM base_idempotency WHERE started_at < %s ORDER BY id LIMIT %s)""",
                [at - KEPT, _BATCH],
            )
            more = cursor.rowcount == _BATCH
            gone += cursor.rowcount
    return gone
