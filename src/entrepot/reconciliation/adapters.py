"""Where reports are fetched: our sandbox provider over HTTP, Stripe through its own SDK."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import httpx
import stripe
from django.conf import settings
from stripe.params import BalanceTransactionListParamsCreated

from entrepot.base import failpoints
from entrepot.kernel.must import must
from entrepot.reconciliation.terms import ReportSilent, ReportSource

_TIMEOUT: Final = httpx.Timeout(30, connect=3)
API_VERSION: Final = "2026-10-28.endive"


class SandboxReports:
    """`GET /v1/reports/<day>` and `POST /v1/settlements` of the sandbox provider."""

    def __init__(self, *, url: str, api_key: str, client: httpx.Client | None = None) -> None:
        self._client = client or httpx.Client(
            base_url=url.rstrip("/"), headers={"Authorization": f"Bearer {api_key}"}, timeout=_TIMEOUT, trust_env=False
        )

    def report(self, *, day: date) -> bytes:
        """The day's settlement report."""
        try:
            answer = self._client.get(f"/v1/reports/{day.isoformat()}")
        except httpx.TransportError as silence:
            raise ReportSilent from silence
        if not answer.is_success:
            raise ReportSilent
        return answer.content

    def settle(self, *, currency: str, minor: int, key: str) -> None:
        """Have so much paid into our bank."""
        body = {"currency": currency, "amount": minor}
        try:
            answer = self._client.post("/v1/settlements", json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError as silence:
            raise ReportSilent from silence
        if not answer.is_success:
            raise ReportSilent


class StripeReports:
    """Balance transactions of the marketplace's own account, with what each is about."""

    def __init__(self, *, api_key: str, url: str = "", http: stripe.HTTPClient | None = None) -> None:
        self._api = stripe.StripeClient(
            api_key, stripe_version=API_VERSION, base_addresses={"api": url} if url else {}, max_network_retries=2,
            http_client=http or stripe.RequestsClient(timeout=30),
        ).v1  # fmt: skip

    def report(self, *, day: date) -> bytes:
        """The day's balance transactions, oldest first, as Stripe's own list."""
        start = datetime.combine(day, time.min, UTC)
        span: BalanceTransactionListParamsCreated = {
            "gte": int(start.timestamp()),
            "lt": int((start + timedelta(days=1)).timestamp()),
        }
        try:
            page = self._api.balance_transactions.list({"created": span, "limit": 100, "expand": ["data.source"]})
            rows = [row.to_dict() for row in page.auto_paging_iter()]
        except stripe.StripeError as silence:
            raise ReportSilent from silence
        return json.dumps({"object": "list", "has_more": False, "data": rows[::-1]}, sort_keys=True).encode()

    def settle(self, *, currency: str, minor: int, key: str) -> None:
        """A payout of our own account."""
        try:
            self._api.payouts.create({"currency": currency.lower(), "amount": minor}, {"idempotency_key": key})
        except stripe.StripeError as silence:
            raise ReportSilent from silence


def source() -> ReportSource:
    """Reports of the provider that the settings name."""
    if settings.PAYMENT_PROVIDER == "stripe":
        stripes: ReportSource = StripeReports(api_key=settings.PAYMENT_API_KEY, url=settings.PAYMENT_URL)
        return failpoints.outside(stripes, "reports")
    must(settings.PAYMENT_PROVIDER == "sandbox", "reports come from the provider that takes the payments")
    sandboxes: ReportSource = SandboxReports(url=settings.PAYMENT_URL, api_key=settings.PAYMENT_API_KEY)
    return failpoints.outside(sandboxes, "reports")
