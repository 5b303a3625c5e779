"""Where the payment provider tells its news, and where it sends the shopper back."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from entrepot.base import clock
from entrepot.base.problems import showing
from entrepot.kernel.errors import EntrepotError
from entrepot.payments import queries as payments
from entrepot.payments.services import BODY_MAX, take_provider_event
from entrepot.payments.terms import BadSignature, PaymentUnknown


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """202 when the message is kept, also when it was kept before; a problem document otherwise."""
    body = request.read(BODY_MAX + 1)
    if len(body) > BODY_MAX:
        return _problem(413, "payments.event_too_large", f"A message has at most {BODY_MAX} bytes.")
    try:
        take_provider_event(body=body, headers=request.headers, secret=settings.PAYMENT_WEBHOOK_SECRET, at=clock.now())
    except BadSignature as unsigned:
        return _problem(401, unsigned.code, unsigned.text())
    except EntrepotError as refusal:
        return _problem(showing(refusal).status, refusal.code, refusal.text())
    return HttpResponse(status=202)


@never_cache
@require_GET
def come_back(request: HttpRequest, ref: str) -> HttpResponse:
    """From the provider's page to the order's, in the language it was paid in; whose it is, is asked there."""
    found = payments.payment_at_provider(reference=ref)
    if found is None:
        raise PaymentUnknown
    with translation.override(found.language):
        return redirect(reverse("order_return", args=(found.order_ref,)))


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    document = {"type": f"/docs/errors#{code}", "status": status, "code": code, "detail": detail}
    return JsonResponse(document, status=status, content_type="application/problem+json")
