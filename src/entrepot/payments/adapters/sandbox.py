"""The sandbox provider over HTTP. Answers what the provider said; decides nothing."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import httpx
from django.conf import LazySettings

from entrepot.kernel.money import Money
from entrepot.payments.terms import (
    ChargebackStatus,
    EvidenceFile,
    IntentStatus,
    MissedMessage,
    ProviderChargeback,
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
# What we would not ask about by ourselves, so that a lost message must be fetched.
_MISSABLE: Final = frozenset({"chargeback", "payout"})


class HttpProvider:
    """The sandbox provider's protocol: bearer key, Idempotency-Key on every write, amounts in whole minor units."""

    def __init__(self, *, url: str, api_key: str, client: httpx.Client | None = None) -> None:
        self._client = client or httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {api_key}", "Accept": "application/json"},
            timeout=TIMEOUT,
            trust_env=False,
        )

    def open_intent(
        self, *, key: str, amount: Money, return_url: str, description: str, locale: str, manual: bool = False
    ) -> ProviderIntent:
        said = self._ask("POST", "/v1/intents", key=key, body={
            "amount": amount.minor, "currency": amount.currency, "reference": key, "return_url": return_url,
            "description": description, "locale": locale, **({"capture": "manual"} if manual else {}),
        })  # fmt: skip
        return _intent(said)

    def capture_intent(self, *, key: str, intent_id: str, amount: Money) -> ProviderIntent:
        try:
            return _intent(
                self._ask("POST", f"/v1/intents/{intent_id}/capture", key=key, body={"amount": amount.minor})
            )
        except ProviderRefused:
            # Taken before, or given free: that is an answer, not a failure.
            return self.intent(intent_id=intent_id)

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

    def recall_payout(self, *, key: str, payout_id: str) -> None:
        """Here what fails comes back by itself."""

    def chargeback(self, *, chargeback_id: str) -> ProviderChargeback:
        return _chargeback(self._ask("GET", f"/v1/chargebacks/{chargeback_id}"))

    def answer_chargeback(
        self, *, key: str, chargeback_id: str, text: str, files: Sequence[EvidenceFile]
    ) -> ProviderChargeback:
        handed = [
            {"name": one.name, "kind": one.kind, "body": base64.b64encode(one.body).decode()} for one in files
        ]  # fmt: skip
        body = {"text": text, "files": handed}
        return _chargeback(self._ask("POST", f"/v1/chargebacks/{chargeback_id}/evidence", key=key, body=body))

    def messages(self, *, since: datetime) -> Iterator[MissedMessage]:
        after = ""
        while True:
            said = self._ask("GET", "/v1/events", query={"after": after, "limit": "500"})
            page = said.get("data")
            if not isinstance(page, list):
                raise ProviderSilent(why="data is missing")
            for one in page:
                told = datetime.fromisoformat(_text(one, "timestamp"))
                if told >= since and _text(one, "type").partition(".")[0] in _MISSABLE:
                    body = {name: value for name, value in one.items() if name != "id"}
                    yield MissedMessage(_text(one, "id"), json.dumps(body, ensure_ascii=False).encode())
            if len(page) < 500:
                return
            after = _text(page[-1], "id")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(
        self,
        method: str,
        path: str,
        *,
        key: str = "",
        body: Mapping[str, object] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        try:
            answer = self._client.request(
                method, path, json=body, params=query, headers={"Idempotency-Key": key} if method == "POST" else {}
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
    currency, captured = _text(said, "currency"), said.get("amount_captured")
    return ProviderIntent(
        id=_text(said, "id"),
        status=IntentStatus(_one_of(IntentStatus, said)),
        pay_url=_text(said, "pay_url"),
        amount=Money(_minor(said), currency),
        reference=_text(said, "reference"),
        reason=str(said.get("reason") or ""),
        captured=Money(captured, currency) if type(captured) is int and captured else None,
    )


def _payout(said: dict[str, Any]) -> ProviderPayout:
    # What came back after it had arrived has failed as well.
    known = {**said, "status": "failed"} if said.get("status") == "returned" else said
    return ProviderPayout(
        id=_text(said, "id"),
        status=TransitStatus(_one_of(TransitStatus, known)),
        amount=Money(_minor(said), _text(said, "currency")),
        reference=_text(said, "reference"),
        reason=str(said.get("failure") or ""),
    )


def _chargeback(said: dict[str, Any]) -> ProviderChargeback:
    currency, due_by = _text(said, "currency"), said.get("due_by")
    return ProviderChargeback(
        id=_text(said, "id"),
        reference=_text(said, "reference"),
        status=ChargebackStatus(_one_of(ChargebackStatus, said)),
        amount=Money(_minor(said), currency),
        fee=Money(_minor(said, "fee"), currency),
        fee_back=Money(_minor(said, "fee_refunded"), currency),
        taken=True,
        reason=str(said.get("reason") or ""),
        due_by=datetime.fromisoformat(due_by) if isinstance(due_by, str) else None,
    )


def _one_of(known: type[StrEnum], said: dict[str, Any]) -> str:
    status = str(said.get("status"))
    if status not in set(known):
        raise ProviderSilent(why=f"status {status}")
    return status


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderSilent(why=f"{name} is missing")
    return value


def _minor(said: dict[str, Any], name: str = "amount") -> int:
    value = said.get(name)
    if type(value) is not int:
        raise ProviderSilent(why=f"{name} is missing")
    return value


def from_settings(settings: LazySettings) -> HttpProvider:
    """The provider as the deployment has it set up."""
    return HttpProvider(url=settings.PAYMENT_URL, api_key=settings.PAYMENT_API_KEY)
