"""OAuth2 client credentials (RFC 6749 section 4.4): a client's id and secret for a bearer token."""

import base64
import binascii

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from entrepot.api.door import TooMany, check_pace, problem_response
from entrepot.base import clock
from entrepot.parties.services import TOKEN_LIFE, issue_token
from entrepot.parties.terms import ClientUnknown


class Token(msgspec.Struct):
    """What the token endpoint answers."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Form POST with grant_type=client_credentials; the client by HTTP Basic or in the body."""
    try:
        check_pace(f"address:{request.META.get('REMOTE_ADDR', '')}", most=settings.API_PER_MINUTE_ADDRESS)
    except TooMany as too_many:
        return problem_response(too_many)
    if request.POST.get("grant_type") != "client_credentials":
        return _refused("unsupported_grant_type", 400)
    client, secret = _credentials(request)
    try:
        granted, scopes = issue_token(
            client_ref=client, secret=secret, scopes=request.POST.get("scope", "").split(), at=clock.now()
        )
    except ClientUnknown:
        return _refused("invalid_client", 401)
    answer = Token(granted, "Bearer", int(TOKEN_LIFE.total_seconds()), " ".join(scopes))
    return HttpResponse(
        msgspec.json.encode(answer), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _credentials(request: HttpRequest) -> tuple[str, str]:
    kind, _, packed = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(packed, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return client, secret
    return request.POST.get("client_id", ""), request.POST.get("client_secret", "")


def _refused(error: str, status: int) -> HttpResponse:
    response = JsonResponse({"error": error}, status=status, headers={"Cache-Control": "no-store"})
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="entrepot"'
    return response
