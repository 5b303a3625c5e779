"""Stripe through its own SDK: hosted checkout, separate charges and transfers, payouts of connected accounts.

Ids of ours: a payment is a Checkout Session, a payout is `account/payout`. Answers what Stripe said; decides nothing.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import Final, TypeVar, cast

import stripe
from django.conf import LazySettings
from stripe.params import DisputeUpdateParamsEvidence

from entrepot.kernel.money import Money
from entrepot.payments.adapters.stripe_said import chargeback_of, given, intent_of, money, payout_of, reference_of
from entrepot.payments.terms import (
    EvidenceFile,
    MissedMessage,
    ProviderChargeback,
    ProviderIntent,
    ProviderPayout,
    ProviderProof,
    ProviderRefused,
    ProviderSilent,
)

# Pinned: what the answers look like changes with it, never with the SDK or the account's own setting.
API_VERSION: Final = "2026-10-28.endive"
TIMEOUT: Final = 8
# The SDK asks again by itself, under the same key; after that our jobs do, ever later.
RETRIES: Final = 2

# Not a no: the effect is not known, or asking later may succeed.
_LATER: Final = frozenset({401, 403, 409, 429})
_LATER_CODES: Final = frozenset({"balance_insufficient", "lock_timeout", "rate_limit", "idempotency_key_in_use"})
_REASONS: Final[Mapping[str, str]] = {
    "resource_missing": "not_found",
    "charge_already_refunded": "refund_exceeds_captured",
    "amount_too_large": "bad_amount",
    "amount_too_small": "bad_amount",
    "parameter_invalid_integer": "bad_amount",
    "charge_disputed": "disputed",
    "account_invalid": "bad_destination",
    "no_account": "bad_destination",
    "bank_account_unusable": "bad_destination",
    "payouts_not_allowed": "bad_destination",
    "payment_intent_unexpected_state": "not_captured",
}
_LANGUAGES: Final = {"en": "en", "zh-hans": "zh", "zh-hant": "zh-TW"}
# Where Stripe takes a document of each kind; what has no free place goes to the next one.
_FIELDS: Final[Mapping[str, str]] = {
    "shipping": "shipping_documentation",
    "receipt": "receipt",
    "communication": "customer_communication",
    "other": "uncategorized_file",
}
_SPARE: Final = (
    "uncategorized_file",
    "service_documentation",
    "cancellation_policy",
    "refund_policy",
    *_FIELDS.values(),
)
_TEXT_MAX: Final = 20_000
# What we would not ask about by ourselves, so that a lost message must be fetched.
_MISSABLE: Final = [
    "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated", "payout.paid", "payout.failed", "payout.canceled",
]  # fmt: skip

_Said = TypeVar("_Said")


class StripeProvider:
    """The marketplace's own Stripe account; merchants are connected accounts that get transfers."""

    def __init__(
        self, *, api_key: str, url: str = "", retries: int = RETRIES, http: stripe.HTTPClient | None = None
    ) -> None:
        self._http = http or stripe.RequestsClient(timeout=TIMEOUT)
        self._api = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": url, "files": url} if url else {},
            max_network_retries=retries,
            http_client=self._http,
        ).v1

    # --- payments

    def open_intent(
        self, *, key: str, amount: Money, return_url: str, description: str, locale: str, manual: bool = False
    ) -> ProviderIntent:
        with _asking():
            said = self._api.checkout.sessions.create(
                {
                    "mode": "payment",
                    "client_reference_id": key,
                    "success_url": return_url,
                    "cancel_url": return_url,
                    "locale": _LANGUAGES.get(locale, "auto"),
                    # The shopper pays the very amount that we showed.
                    "adaptive_pricing": {"enabled": False},
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": amount.currency.lower(),
                                "unit_amount": given(amount),
                                "product_data": {"name": description},
                            },
                        }
                    ],
                    "metadata": {"reference": key},
                    "payment_intent_data": {
                        "description": description,
                        "transfer_group": key,
                        "metadata": {"reference": key},
                        **({"capture_method": "manual"} if manual else {}),
                    },
                },
                {"idempotency_key": key},
            )
        return intent_of(said, None)

    def intent(self, *, intent_id: str) -> ProviderIntent:
        session, paid = self._session(intent_id)
        return intent_of(session, paid)

    def capture_intent(self, *, key: str, intent_id: str, amount: Money) -> ProviderIntent:
        session, paid = self._session(intent_id)
        if paid is None or paid.status != "requires_capture":
            return intent_of(session, paid)
        self._unless_ended(
            lambda: self._api.payment_intents.capture(
                paid.id, {"amount_to_capture": given(amount)}, {"idempotency_key": key}
            )
        )
        return self.intent(intent_id=intent_id)

    def cancel_intent(self, *, key: str, intent_id: str) -> ProviderIntent:
        session, paid = self._session(intent_id)
        if session.status == "open":
            self._unless_ended(lambda: self._api.checkout.sessions.expire(intent_id, options={"idempotency_key": key}))
        elif paid is not None and paid.status in {"requires_capture", "requires_payment_method"}:
            self._unless_ended(lambda: self._api.payment_intents.cancel(paid.id, options={"idempotency_key": key}))
        else:
            return intent_of(session, paid)
        return self.intent(intent_id=intent_id)

    def refund(self, *, key: str, intent_id: str, amount: Money, reason: str) -> ProviderProof:
        _, paid = self._session(intent_id)
        if paid is None:
            raise ProviderRefused(reason="not_captured")
        with _asking():
            # Stripe forgets keys after a day; we may come back later than that.
            known = self._api.refunds.list({"payment_intent": paid.id, "limit": 100})
            said = next((one for one in known.auto_paging_iter() if reference_of(one) == key), None)
            if said is None:
                said = self._api.refunds.create(
                    {
                        "payment_intent": paid.id,
                        "amount": given(amount),
                        "metadata": {"reference": key, "why": reason[:100]},
                    },
                    {"idempotency_key": key},
                )
            if said.status not in {"succeeded", "failed", "canceled"}:
                # A repeated key repeats the first answer: how it stands now is asked anew.
                said = self._api.refunds.retrieve(said.id)
        if said.status in {"failed", "canceled"}:
            raise ProviderRefused(reason="refund_failed")
        if said.status != "succeeded":
            raise ProviderSilent(why=f"refund {said.status}")
        return ProviderProof(said.id, money(said.amount, said.currency))

    # --- payouts

    def send_payout(self, *, key: str, amount: Money, destination: str) -> ProviderPayout:
        if not destination.startswith("acct_"):
            raise ProviderRefused(reason="bad_destination")
        there: stripe.RequestOptions = {"stripe_account": destination}
        with _asking():
            known = self._transfer(key)
            if known is None:
                self._api.transfers.create(
                    {
                        "amount": given(amount),
                        "currency": amount.currency.lower(),
                        "destination": destination,
                        "transfer_group": key,
                        "metadata": {"reference": key},
                    },
                    {"idempotency_key": f"{key}/transfer"},
                )
            said = None
            if known is not None:
                recent = self._api.payouts.list({"limit": 100}, there)
                said = next((one for one in recent.data if reference_of(one) == key), None)
        if said is None:
            said = self._pay_out(key, amount, there)
        return payout_of(destination, said)

    def payout(self, *, payout_id: str) -> ProviderPayout:
        account, _, payout = payout_id.partition("/")
        with _asking():
            said = self._api.payouts.retrieve(payout, options={"stripe_account": account})
        return payout_of(account, said)

    def recall_payout(self, *, key: str, payout_id: str) -> None:  # noqa: ARG002 - the transfer is found by the key
        with _asking():
            sent = self._transfer(key)
            if sent is not None and sent.amount_reversed < sent.amount:
                self._api.transfers.reversals.create(
                    sent.id, {"metadata": {"reference": key}}, {"idempotency_key": f"{key}/reversal"}
                )

    # --- chargebacks, and what we may have missed

    def chargeback(self, *, chargeback_id: str) -> ProviderChargeback:
        with _asking():
            said = self._api.disputes.retrieve(chargeback_id, {"expand": ["payment_intent"]})
        return chargeback_of(said)

    def answer_chargeback(
        self, *, key: str, chargeback_id: str, text: str, files: Sequence[EvidenceFile]
    ) -> ProviderChargeback:
        evidence: dict[str, str] = {"uncategorized_text": text[:_TEXT_MAX]} if text else {}
        with _asking():
            for number, one in enumerate(files, start=1):
                fields = (_FIELDS.get(one.kind, "uncategorized_file"), *_SPARE)
                place = next((field for field in fields if field not in evidence), None)
                if place is None:
                    break
                document = BytesIO(one.body)
                document.name = one.name
                kept = self._api.files.create(
                    {"purpose": "dispute_evidence", "file": document}, {"idempotency_key": f"{key}/file/{number}"}
                )
                evidence[place] = kept.id
            said = self._api.disputes.update(
                chargeback_id,
                {
                    "evidence": cast(DisputeUpdateParamsEvidence, evidence),
                    "submit": True,
                    "expand": ["payment_intent"],
                },
                {"idempotency_key": key},
            )
        return chargeback_of(said)

    def messages(self, *, since: datetime) -> Iterator[MissedMessage]:
        with _asking():
            newest_first = self._api.events.list(
                {"created": {"gte": int(since.timestamp())}, "types": _MISSABLE, "limit": 100}
            )
            told = list(newest_first.auto_paging_iter())
        for event in reversed(told):
            yield MissedMessage(event.id, json.dumps(event.to_dict()).encode())

    def close(self) -> None:
        """Close the connections."""
        self._http.close()  # type: ignore[no-untyped-call]

    # --- how it is done

    def _session(self, intent_id: str) -> tuple[stripe.checkout.Session, stripe.PaymentIntent | None]:
        with _asking():
            session = self._api.checkout.sessions.retrieve(intent_id, {"expand": ["payment_intent"]})
        paid = session.payment_intent
        return session, None if isinstance(paid, str) else paid

    def _unless_ended(self, ask: Callable[[], _Said]) -> None:
        """What has ended another way meanwhile is an answer, not a failure: the caller looks at how it stands."""
        try:
            with _asking():
                ask()
        except ProviderRefused as no:
            if no.facts.get("reason") not in {"not_captured", ""}:
                raise

    def _transfer(self, key: str) -> stripe.Transfer | None:
        return next(iter(self._api.transfers.list({"transfer_group": key, "limit": 1}).data), None)

    def _pay_out(self, key: str, amount: Money, there: "stripe.RequestOptions") -> stripe.Payout:
        try:
            with _asking():
                return self._api.payouts.create(
                    {
                        "amount": given(amount),
                        "currency": amount.currency.lower(),
                        "metadata": {"reference": key},
                    },
                    {**there, "idempotency_key": f"{key}/payout"},
                )
        except ProviderRefused:
            # The merchant's account cannot pay out: its money does not stay there.
            self.recall_payout(key=key, payout_id="")
            raise


@contextmanager
def _asking() -> Iterator[None]:
    """Turns the SDK's errors into the two that we know: silence, and a no."""
    try:
        yield
    except stripe.APIConnectionError as silence:
        raise ProviderSilent(why="no answer") from silence
    except stripe.StripeError as no:
        status, code = no.http_status or 0, no.code or ""
        if isinstance(no, stripe.IdempotencyError):
            raise ProviderRefused(reason="idempotency_key_reused") from no
        if not 400 <= status < 500 or status in _LATER or code in _LATER_CODES:
            raise ProviderSilent(why=f"HTTP {status} {code}".strip()) from no
        raise ProviderRefused(reason=_REASONS.get(code, code)) from no


def from_settings(settings: LazySettings) -> StripeProvider:
    """The provider as the deployment has it set up."""
    return StripeProvider(api_key=settings.PAYMENT_API_KEY, url=settings.PAYMENT_URL)
