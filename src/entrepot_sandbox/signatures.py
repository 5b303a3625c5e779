"""How outside parties sign their webhooks: Standard Webhooks, and Stripe's own way."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime

from standardwebhooks import Webhook

Signer = Callable[[str, datetime, bytes], Mapping[str, str]]


def standard(secret: str) -> Signer:
    """Headers `webhook-id`, `webhook-timestamp`, `webhook-signature`."""
    webhook = Webhook(secret)

    def sign(event: str, at: datetime, body: bytes) -> Mapping[str, str]:
        return {
            "webhook-id": event,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": webhook.sign(event, at, body.decode()),
        }

    return sign


def stripe(secret: str, spoilt: set[str]) -> Signer:
    """Header `Stripe-Signature: t=...,v1=...`. Events in `spoilt` are signed wrongly once."""

    def sign(event: str, at: datetime, body: bytes) -> Mapping[str, str]:
        moment = int(at.timestamp())
        key = "somebody else" if event in spoilt else secret
        spoilt.discard(event)
        signature = hmac.new(key.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={moment},v1={signature}"}

    return sign
