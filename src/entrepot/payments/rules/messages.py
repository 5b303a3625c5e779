"""What a provider's message is about, in our words: the sandbox's as it is, Stripe's translated."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from entrepot.payments.terms import BadSignature, Unreadable

# Older than this a signed message proves nothing: somebody may have kept it.
TOLERANCE: Final = timedelta(minutes=5)
_KIND: Final = re.compile(r"[a-z_]{1,30}(\.[a-z_]{1,30}){1,3}")
_NAME: Final = re.compile(r"[\x21-\x7e]{1,128}")
# What of Stripe's news we act on, by the start of its kind; the rest is kept and has no effect.
_STRIPE: Final[Mapping[str, str]] = {
    "checkout.session.": "intent",
    "payment_intent.": "intent",
    "refund.": "refund",
    "charge.refunded": "refund",
    "charge.dispute.": "chargeback",
    "payout.": "payout",
}
# Stripe counts these in hundredths though they have none: such a message is no proof by itself, it is asked.
_OTHERWISE_COUNTED: Final = frozenset({"isk", "ugx"})


@dataclass(frozen=True, slots=True)
class Heard:
    """A message in our words. kind: as `intent.succeeded`; data: what it is about, as the sandbox would say it."""

    kind: str
    object_id: str
    data: Mapping[str, object]


def heard(*, said: object) -> Heard:
    """What a message says. Raises Unreadable."""
    if not isinstance(said, dict):
        raise Unreadable(why="it is not an object")
    kind, data = said.get("type"), said.get("data")
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise Unreadable(why="type is missing")
    if not isinstance(data, dict):
        raise Unreadable(why="data is missing")
    if said.get("object") == "event":
        thing = data.get("object")
        return _translated(kind, _named(thing), str(said.get("account") or ""))
    return Heard(kind, str(_named(data)["id"]), data)


def _named(thing: object) -> Mapping[str, object]:
    name = thing.get("id") if isinstance(thing, dict) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Unreadable(why="data.id is missing")
    return thing if isinstance(thing, dict) else {}


def _translated(kind: str, thing: Mapping[str, object], account: str) -> Heard:
    about = next((ours for start, ours in _STRIPE.items() if kind.startswith(start)), "other")
    key, metadata = str(thing["id"]), thing.get("metadata")
    reference = str(metadata.get("reference", "")) if isinstance(metadata, dict) else ""
    change = kind.rpartition(".")[2]
    if kind.startswith("checkout.session."):
        return _session(change, key, thing)
    if about == "payout" and account:
        key = f"{account}/{key}"
    data = {"id": key, "reference": reference}
    if about == "intent":
        # The payment we know is the session; its intent is found by our reference alone.
        data["session"] = ""
    return Heard(f"{about}.{change}", key, data)


def _session(change: str, key: str, thing: Mapping[str, object]) -> Heard:
    reference, minor, currency = thing.get("client_reference_id"), thing.get("amount_total"), thing.get("currency")
    data: dict[str, object] = {"id": key, "reference": reference}
    if thing.get("payment_status") == "paid" and isinstance(currency, str) and currency not in _OTHERWISE_COUNTED:
        data |= {"status": "succeeded", "amount": minor, "currency": currency.upper()}
        return Heard("intent.succeeded", key, data)
    return Heard(f"intent.{change}", key, data)


def check_stripe_signature(*, body: bytes, header: str, secret: str, at: datetime) -> None:
    """`Stripe-Signature: t=...,v1=...`, by any of its signatures. Raises BadSignature: wrong, missing, or too old.

    secret: one, or several parted by commas: Stripe gives each endpoint its own, ours and the connected accounts'.

    Source: docs.stripe.com/webhooks, "Verify webhook signatures manually", read 2026-11.
    """
    parts = [part.partition("=") for part in header.split(",")]
    moment = next((value for name, _, value in parts if name.strip() == "t"), "")
    if not re.fullmatch(r"[0-9]{1,12}", moment) or not secret:
        raise BadSignature
    signed = moment.encode() + b"." + body
    given = [value.strip().encode() for name, _, value in parts if name.strip() == "v1"]
    expected = [hmac.new(one.encode(), signed, hashlib.sha256).hexdigest().encode() for one in secret.split(",")]
    if not any(hmac.compare_digest(mine, theirs) for mine in expected for theirs in given):
        raise BadSignature
    if abs(at.timestamp() - int(moment)) > TOLERANCE.total_seconds():
        raise BadSignature
