"""Secrets at rest: sealed with AES-256-GCM under a named key, and found again by a keyed digest.

The keys come from the settings (`IDENTITY_KEYS`, `IDENTITY_INDEX_KEY`), never from the database. The first of them
seals; all of them open, so a key is changed by putting a new one in front.
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from entrepot.kernel.must import must

_NONCE = 12


def sealed(*, text: str, bound_to: str) -> bytes:
    """`text` encrypted; it opens only with the same `bound_to`, so that a row cannot be passed off as another's."""
    name, key = next(iter(settings.IDENTITY_KEYS.items()))
    nonce = secrets.token_bytes(_NONCE)
    head = name.encode()
    return bytes([len(head)]) + head + nonce + AESGCM(key).encrypt(nonce, text.encode(), bound_to.encode())


def opened(*, envelope: bytes, bound_to: str) -> str:
    """What was sealed. Raises Broken when the key is gone or the envelope was tampered with or moved."""
    head = 1 + envelope[0]
    name = envelope[1:head].decode()
    must(name in settings.IDENTITY_KEYS, f"the key {name} that sealed this is among the settings")
    nonce, body = envelope[head : head + _NONCE], envelope[head + _NONCE :]
    try:
        return AESGCM(settings.IDENTITY_KEYS[name]).decrypt(nonce, body, bound_to.encode()).decode()
    except InvalidTag:
        must(condition=False, why="a sealed text is what was sealed, in the place it was sealed for")
        raise


def digest(*, text: str) -> str:
    """The same for the same text, and no way back without the key: for finding what is sealed."""
    return hmac.new(settings.IDENTITY_INDEX_KEY, text.encode(), hashlib.sha256).hexdigest()
