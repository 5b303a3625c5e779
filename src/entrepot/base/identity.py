"""New ids and references: `kernel.ids` with a clock, a per-process sequence and chance put in."""

import itertools
import os
import secrets
import threading
import time

from entrepot.kernel import ids

_lock = threading.Lock()
_sequence = itertools.count(secrets.randbelow(ids.SEQUENCES))
_last_ms = 0
_made_in_ms = 0
# Processes start at different places of the sequence; a clash is refused by the primary key, never silently merged.
_ = os.getpid()


def new_id(*, owner: int = 0) -> int:
    """A fresh 63-bit id, later than all made before it in this process; at most 4,096 a millisecond."""
    global _last_ms, _made_in_ms
    with _lock:
        at_ms = max(time.time_ns() // 1_000_000, _last_ms)
        if at_ms == _last_ms:
            _made_in_ms += 1
            if _made_in_ms >= ids.SEQUENCES:
                at_ms += 1
        if at_ms != _last_ms:
            _last_ms, _made_in_ms = at_ms, 1
        return ids.packed(at_ms=at_ms, owner=owner, sequence=next(_sequence))


def new_reference(prefix: str) -> str:
    """A fresh public reference, 80 bits of chance behind `prefix`: what people and the API see."""
    return ids.reference(prefix, secrets.token_bytes(10))
