"""The payment provider over HTTP. Answers what the provider said; decides nothing."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import httpx
from django.conf import settings

from entrepot.kernel.money import Money
from entrepot.payments.terms import (
    IntentStatus,
    ProviderIntent,
    ProviderPayout,
    ProviderProof,
    ProviderRefused,
    ProviderSilent,
    TransitStatus,
)

# A person waits behind an intent; a lost answer is asked for again with the same key, so waiting long gains nothing.
TIMEOUT: Final = httpx.Timeout(8, connect=3)
# The first request with the key still runs, or we ask too fast: not a no.
_LATER: Final = frozenset({408, 425, 429})


class HttpProvider:
    """The sandbox provider's protocol: bearer key, Idempotency-Key on every write, amounts in whole minor units."""

    def __init__(self, *, url: str, api_key: str, client: httpx.Client | None = None) -> None:
        self._client = client or httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {api_key}", "Accept": "application/json"},
            timeout=TIMEOUT,
            trust_env=False,
        )

    def open_intent(self, *, key: str, amount: Money, return_url: str, description: str, locale: str) -> ProviderIntent:
        said = self._ask("POST", "/v1/intents", key=key, body={
            "amount": amount.minor, "currency": amount.currency, "reference": key, "return_url": return_url,
            "description": description, "locale": locale,
        })  # fmt: skip
        return _intent(said)

    def intent(self, *, intent_id: str) -> ProviderIntent:
        return _intent(self._ask("GET", f"/v1/intents/{intent_id}"))

    def cancel_intent(self, *, key: str, intent_id: str) -> ProviderIntent:
        try:
            return _intent(self._ask("POST", f"/v1/intents/{intent_id}/cancel", key=key, body={}))
        except ProviderRefused:
            # Paid or being paid: that is an answer, not a failure.
            return self.intent(intent_id=intent_id)

    def refund(self, *, key: str, intent_id: str, amount: Money, reason: str) -> ProviderProof:
        body = {"amount": amount.minor, "reason": reason}
        said = self._ask("POST", f"/v1/intents/{intent_id}/refunds", key=key, body=body)
        if said.get("status") != "succeeded":
            raise ProviderSilent
        return ProviderProof(_text(said, "id"), Money(_minor(said), str(said.get("currency") or amount.currency)))

    def send_payout(self, *, key: str, amount: Money, destination: str) -> ProviderPayout:
        return _payout(self._ask("POST", "/v1/payouts", key=key, body={
            "amount": amount.minor, "currency": amount.currency, "reference": key, "destination": destination,
        }))  # fmt: skip

    def payout(self, *, payout_id: str) -> ProviderPayout:
        return _payout(self._ask("GET", f"/v1/payouts/{payout_id}"))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(
        self, method: str, path: str, *, key: str = "", body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        try:
            answer = self._client.request(
                method, path, json=body, headers={"Idempotency-Key": key} if method == "POST" else {}
            )
        except httpx.TransportError as silence:
            raise ProviderSilent(why=type(silence).__name__) from silence
        said = _json(answer)
        if answer.is_success and said is not None:
            return said
        error = (said or {}).get("error")
        code = str(error.get("code", "")) if isinstance(error, dict) else ""
        if (
            not 400 <= answer.status_code < 500
            or answer.status_code in _LATER
            or code in {"", "idempotency_in_flight", "unauthorized"}
        ):
            raise ProviderSilent(why=f"HTTP {answer.status_code} {code}".strip())
        raise ProviderRefused(reason=code)


def _json(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        said = answer.json()
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _intent(said: dict[str, Any]) -> ProviderIntent:
    try:
        status = IntentStatus(str(said.get("status")))
    except ValueError as unknown:
        raise ProviderSilent(why=f"status {said.get('status')}") from unknown
    return ProviderIntent(
        id=_text(said, "id"),
        status=status,
        pay_url=_text(said, "pay_url"),
        amount=Money(_minor(said), _text(said, "currency")),
        reference=_text(said, "reference"),
        reason=str(said.get("reason") or ""),
    )


def _payout(said: dict[str, Any]) -> ProviderPayout:
    try:
        status = TransitStatus(str(said.get("status")))
    except ValueError as unknown:
        raise ProviderSilent(why=f"status {said.get('status')}") from unknown
    return ProviderPayout(
        id=_text(said, "id"),
        status=status,
        amount=Money(_minor(said), _text(said, "currency")),
        reference=_text(said, "reference"),
        reason=str(said.get("failure") or ""),
    )


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderSilent(why=f"{name} is missing")
    return value


def _minor(said: dict[str, Any]) -> int:
    value = said.get("amount")
    if type(value) is not int:
        raise ProviderSilent(why="amount is missing")
    return value


@cache
def provider() -> HttpProvider:
    """The provider that the settings name; one pool of connections for the process."""
    return HttpProvider(url=settings.PAYMENT_URL, api_key=settings.PAYMENT_API_KEY)
