"""Where the payment provider tells its news: signed, kept once, acted on at once where it proves itself, else by a job."""

import logging
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.problems import showing
from entrepot.flows.settle_payment import settle_payment
from entrepot.kernel.errors import EntrepotError
from entrepot.kernel.must import Broken
from entrepot.payments.rules import proof_in
from entrepot.payments.services import BODY_MAX, keep_provider_message, provider_message
from entrepot.payments.terms import BadSignature, ProviderMessage

logger: Final = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def take(request: HttpRequest, scheme: str) -> HttpResponse:
    """scheme: whose messages come here. 202 when the message is kept, also when it was kept before; a problem document otherwise."""
    if scheme != settings.PAYMENT_PROVIDER:
        # Another provider's secret proves nothing here.
        return _problem(404, "payments.other_provider", "This market uses another payment provider.")
    body = request.read(BODY_MAX + 1)
    if len(body) > BODY_MAX:
        return _problem(413, "payments.event_too_large", f"A message has at most {BODY_MAX} bytes.")
    try:
        message = provider_message(
            body=body, headers=request.headers, secret=settings.PAYMENT_WEBHOOK_SECRET, scheme=scheme,
            moment=datetime.now(UTC),
        )  # fmt: skip
        at = clock.now()
        if not _settled(message, at):
            keep_provider_message(message=message, at=at)
    except BadSignature as unsigned:
        return _problem(401, unsigned.code, unsigned.text())
    except EntrepotError as refusal:
        return _problem(showing(refusal).status, refusal.code, refusal.text())
    return HttpResponse(status=202)


def _settled(message: ProviderMessage, at: datetime) -> bool:
    """Whether the message proved a payment by itself and was acted on. What went wrong is the job's to look into."""
    proven = proof_in(message=message)
    if proven is None:
        return False
    reference, proof = proven
    try:
        settle_payment(reference=reference, proof=proof, message=message, at=at)
    except (EntrepotError, DatabaseError, Broken) as trouble:
        logger.warning("Message %s is left to the job: %r", message.event_id, trouble)
        return False
    return True


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    document = {"type": f"/docs/errors#{code}", "status": status, "code": code, "detail": detail}
    return JsonResponse(document, status=status, content_type="application/problem+json")
