"""Identity: 63-bit time-ordered ids that are never shown, and random references that are.

An id is 41 bits of milliseconds since EPOCH_MS, 10 bits of owner slot and 12 bits of sequence, so rows arrive in
key order and an owner's rows can be told apart when tables are distributed. A reference is a prefix and 80 random
bits in base32 without look-alikes: `ord_7k3m...`. The clock and the chance come in as arguments (see `base.identity`).
"""

import re
from typing import Final

EPOCH_MS: Final = 1_735_689_600_000  # 2025-01-01T00:00:00Z
SLOTS: Final = 1 << 10
SEQUENCES: Final = 1 << 12
# Crockford's order: no i, l, o, u, so a reference survives being read over the phone.
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
REFERENCE: Final = re.compile(r"[a-z]{2,4}_[0-9a-hjkmnp-tv-z]{16}")


def packed(*, at_ms: int, owner: int, sequence: int) -> int:
    """The id for a row made at `at_ms` (Unix milliseconds). Raises ValueError outside 2025 to 2094."""
    since = at_ms - EPOCH_MS
    if not 0 <= since < 1 << 41:
        raise ValueError("moment outside the range of ids")
    return (since << 22) | (slot(owner) << 12) | (sequence % SEQUENCES)


def slot(owner: int) -> int:
    """The owner's slot of 1,024: spreads time-ordered owner ids evenly (Fibonacci hashing)."""
    return ((owner * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF) >> 54


def made_at_ms(value: int) -> int:
    """The Unix millisecond in which the id was made."""
    return (value >> 22) + EPOCH_MS


def reference(prefix: str, noise: bytes) -> str:
    """`prefix_` and ten bytes of chance as sixteen letters. Raises ValueError for other lengths."""
    if len(noise) != 10:
        raise ValueError("a reference takes ten random bytes")
    bits = int.from_bytes(noise)
    return f"{prefix}_" + "".join(ALPHABET[(bits >> shift) & 31] for shift in range(75, -1, -5))
