"""Where the carrier tells its news: signed, kept once, taken by a job."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.problems import showing
from entrepot.carriage.services import take_carrier_message
from entrepot.carriage.terms import EventUnsigned
from entrepot.kernel.errors import EntrepotError

BYTES_MAX: Final = 64 * 1024


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """202 when the message is kept, also when it was kept before; a problem document otherwise."""
    if int(request.headers.get("Content-Length") or 0) > BYTES_MAX:
        return _problem(413, "carriage.event_too_large", f"A message has at most {BYTES_MAX} bytes.")
    try:
        take_carrier_message(
            body=request.body,
            headers={name.lower(): value for name, value in request.headers.items()},
            secret=settings.CARRIER_WEBHOOK_SECRET,
            at=clock.now(),
        )
    except EventUnsigned as unsigned:
        return _problem(401, unsigned.code, unsigned.text())
    except EntrepotError as refusal:
        return _problem(showing(refusal).status, refusal.code, refusal.text())
    return HttpResponse(status=202)


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    document = {"type": f"/docs/errors#{code}", "status": status, "code": code, "detail": detail}
    return JsonResponse(document, status=status, content_type="application/problem+json")
