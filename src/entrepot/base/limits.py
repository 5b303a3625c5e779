"""How often somebody may ask in a minute: one count for all processes, read from the database a share at a time."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection

WINDOW: Final = timedelta(minutes=1)
# A process takes a twentieth of the minute's allowance at once, so that not every request costs a statement.
_SHARES: Final = 20
_TAKE: Final = """
INSERT INTO base_request_count AS known (slot, used, ends_at) VALUES (%s, %s::int, %s)
ON CONFLICT (slot) DO UPDATE SET used = known.used + EXCLUDED.used WHERE known.used < %s::int
RETURNING used
"""


class _Shares:
    """What this process has taken from the minute's allowances and not used yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute: datetime | None = None
        self._left: dict[str, int] = {}

    def use(self, slot: str, minute: datetime) -> bool:
        with self._lock:
            if self._minute != minute:
                self._minute, self._left = minute, {}
            left = self._left.get(slot, 0)
            if left > 0:
                self._left[slot] = left - 1
            return left > 0

    def add(self, slot: str, minute: datetime, count: int) -> None:
        with self._lock:
            if self._minute == minute:
                self._left[slot] = self._left.get(slot, 0) + count


_shares: Final = _Shares()


def wait_for(*, who: str, most: int, at: datetime) -> int:
    """0 when `who` may ask now, which counts as asking; else the seconds to wait, at least 1.

    most: requests in a minute of the clock, over all processes; 0 for no limit.
    """
    if most <= 0:
        return 0
    minute = at.astimezone(UTC).replace(second=0, microsecond=0)
    slot = f"{who[:100]}|{minute:%m%dT%H%M}"
    if _shares.use(slot, minute):
        return 0
    share = max(1, most // _SHARES)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [slot, share, minute + WINDOW, most])
        taken = cursor.fetchone()
    if taken is None:
        return max(1, int((minute + WINDOW - at).total_seconds()))
    # The last share may be smaller than the others.
    _shares.add(slot, minute, min(share, most - (int(taken[0]) - share)) - 1)
    return 0


def forget_counts(*, at: datetime) -> int:
    """Remove the counts of minutes that are over; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM base_request_count WHERE ends_at < %s", [at - WINDOW])
        return int(cursor.rowcount)
