"""Where the payment provider tells its news: signed, kept once, taken by a job."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.problems import showing
from entrepot.kernel.errors import EntrepotError
from entrepot.payments.services import BODY_MAX, take_provider_event
from entrepot.payments.terms import BadSignature


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


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    document = {"type": f"/docs/errors#{code}", "status": status, "code": code, "detail": detail}
    return JsonResponse(document, status=status, content_type="application/problem+json")
