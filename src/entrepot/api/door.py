"""What every API route goes through: who calls, what may they, was this asked before, and how a no is said.

Bearer tokens (OAuth2 client credentials), scopes, RFC 9457 problems, and an Idempotency-Key on every write.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, ClassVar, Final, Self, TypedDict

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext
from dmr import Controller
from dmr.endpoint import Endpoint
from dmr.errors import ErrorType
from dmr.metadata import EndpointMetadata
from dmr.openapi.objects import SecurityScheme
from dmr.plugins.msgspec import MsgspecSerializer
from dmr.security.base import SyncAuth
from dmr.serializer import BaseSerializer

from entrepot.base import clock, idempotency, limits
from entrepot.base.problems import facts_of, said, showing
from entrepot.kernel.errors import EntrepotError, NotFound, Refused
from entrepot.parties import queries as parties
from entrepot.parties.terms import Viewer

PROBLEM_TYPE: Final = "/docs/errors#"
WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEY_LENGTH_MAX: Final = 255


class KeyMissing(Refused):
    """A write came without its key."""

    code = "api.key_missing"
    message = "Every write needs an Idempotency-Key header of 1 to 255 characters."
    remedy = "Make a fresh random key for each new request, and send the same key when you repeat one."


class ScopeMissing(Refused):
    """The token is good, but not for this."""

    code = "api.scope_missing"
    message = "This needs a token with the scope {scope}."
    remedy = "Ask for a token with that scope, or give the client the scope."


class TokenMissing(Refused):
    """No token, or one that is unknown or has ended."""

    code = "api.token_missing"
    message = "This needs a bearer token that has not ended."
    remedy = "Get one from POST /api/v1/token with your client id and secret."


class TooMany(Refused):
    """More requests in a minute than the market takes from one caller."""

    code = "api.too_many"
    message = "These were more than {limit} requests in one minute."
    remedy = "Wait {wait} seconds, as the header Retry-After says, and ask again."


_STATUS: Final[Mapping[type[EntrepotError], int]] = {
    KeyMissing: 400, TokenMissing: 401, ScopeMissing: 403, TooMany: 429,
}  # fmt: skip


class Problem(TypedDict, total=False):
    """RFC 9457: `type` is stable and documented, `title` and `detail` follow Accept-Language."""

    type: str
    status: int
    title: str
    detail: str
    code: str
    remedy: str
    facts: dict[str, Any]
    errors: list[dict[str, Any]]


class Bearer(SyncAuth):
    """A token of an API client, checked before the verb."""

    __slots__ = ()

    @property
    def www_authenticate_challenge(self) -> str | None:
        """What a 401 asks for."""
        return 'Bearer realm="entrepot"'

    def security_schemes(
        self, metadata: EndpointMetadata, controller_cls: type[Controller[BaseSerializer]]
    ) -> dict[str, Any]:
        """For the OpenAPI document."""
        return {"bearer": SecurityScheme(type="http", scheme="bearer", description="OAuth2 client credentials")}

    def security_requirements(
        self, metadata: EndpointMetadata, controller_cls: type[Controller[BaseSerializer]]
    ) -> list[dict[str, list[str]]]:
        """For the OpenAPI document."""
        return [{"bearer": []}]

    def __call__(self, endpoint: Endpoint, controller: Controller[BaseSerializer]) -> Self | None:
        """Whether `Door.dispatch` found a person behind the token."""
        return self if isinstance(controller, Door) and controller.viewer.user_id is not None else None


class Door(Controller[MsgspecSerializer]):
    """The base of every route. A subclass names its `scope`, or none for routes open to all.

    keyed: a write takes a key, and its answer is kept under it for repeats. own_key: the verb itself takes the key into
    a unique column and answers a repeat; nothing else is kept then.
    """

    scope: ClassVar[str | None] = None
    keyed: ClassVar[bool] = True
    own_key: ClassVar[bool] = False
    replayed: bool = False
    error_model = Problem
    validate_responses = False
    viewer: Viewer

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find out who calls, then run the verb once under its key."""
        try:
            check_pace(f"address:{request.META.get('REMOTE_ADDR', '')}", most=settings.API_PER_MINUTE_ADDRESS)
            self.viewer = self._viewer(request)
            response = self._once(request, lambda: super(Door, self).dispatch(request, *args, **kwargs))
        except EntrepotError as refusal:
            response = problem_response(refusal)
        response.headers["Cache-Control"] = "no-store" if self.scope else "public, max-age=5"
        if response.status_code >= 400:
            response.headers["Content-Type"] = "application/problem+json"
            response.headers["Cache-Control"] = "no-store"
        return response

    def handle_error(
        self, endpoint: Endpoint, controller: "Controller[MsgspecSerializer]", exc: Exception
    ) -> HttpResponse:
        """An anticipated failure becomes its problem; a bug stays one."""
        if isinstance(exc, EntrepotError):
            return problem_response(exc)
        raise exc

    def format_error(
        self,
        error: str | Exception,
        *,
        loc: str | list[str | int] | None = None,
        error_type: str | ErrorType | None = None,
    ) -> Any:
        """The framework's own refusals (a body that does not parse, a method there is none for) as problems."""
        plain: Mapping[str, Any] = super().format_error(error, loc=loc, error_type=error_type)
        errors = [
            {"detail": found["msg"], "pointer": "/" + "/".join(str(step) for step in found.get("loc", []))}
            for found in plain["detail"]
        ]
        status = getattr(error, "status_code", None)
        found = Problem(
            type=PROBLEM_TYPE + "api.malformed",
            title=gettext("The request is not what this route takes"),
            detail="; ".join(one["detail"] for one in errors),
            code="api.malformed",
            remedy=gettext("Compare it with the description under /api/."),
            errors=errors,
        )
        if status is not None:
            found["status"] = int(status)
        return found

    def _viewer(self, request: HttpRequest) -> Viewer:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            if self.scope:
                raise TokenMissing
            return Viewer(language=request.LANGUAGE_CODE)
        # Counted before it is looked up, so that guessing is no faster than asking.
        check_pace(f"token:{sha256(token.encode()).hexdigest()[:32]}", most=settings.API_PER_MINUTE)
        known = parties.viewer_of_token(token=token.strip(), at=clock.now())
        if known is None:
            raise TokenMissing
        viewer, scopes = known
        if self.scope and self.scope not in scopes:
            raise ScopeMissing(scope=self.scope)
        return viewer

    def _once(self, request: HttpRequest, verb: Callable[[], HttpResponseBase]) -> HttpResponseBase:
        if not self.keyed or request.method not in WRITES:
            return verb()
        key = request.headers.get("Idempotency-Key", "").strip().strip('"')
        if not 0 < len(key) <= KEY_LENGTH_MAX:
            raise KeyMissing
        self.key = f"{self.viewer.user_id}:{key}"
        if self.own_key:
            response = verb()
            if self.replayed:
                response.headers["Idempotent-Replayed"] = "true"
            return response
        principal = f"user:{self.viewer.user_id}"
        mark = idempotency.fingerprint(request.method or "", request.get_full_path(), request.body)
        known = idempotency.begin(principal=principal, key=key, fingerprint=mark)
        if known is not None:
            replay = HttpResponse(known.body, status=known.status, headers=known.headers)
            replay.headers["Idempotent-Replayed"] = "true"
            return replay
        answer: idempotency.Answer | None = None
        try:
            response = verb()
            if response.status_code < 500 and isinstance(response, HttpResponse):
                kept = {
                    name: response.headers[name] for name in ("Content-Type", "Location") if name in response.headers
                }
                answer = idempotency.Answer(response.status_code, kept, response.content)
            return response
        finally:
            idempotency.finish(principal=principal, key=key, answer=answer)


def check_pace(who: str, *, most: int) -> None:
    """Count one request of a caller. Raises TooMany."""
    wait = limits.wait_for(who=who, most=most, at=clock.now())
    if wait:
        raise TooMany(limit=most, wait=wait)


def problem_response(error: EntrepotError) -> HttpResponse:
    """The problem document of an anticipated failure, in the caller's language."""
    shown = showing(error)
    status = _STATUS.get(type(error), shown.status)
    detail, remedy = said(error)
    response = JsonResponse(
        Problem(
            type=PROBLEM_TYPE + error.code,
            status=status,
            title=gettext(shown.title),
            detail=detail,
            code=error.code,
            remedy=remedy,
            facts=dict(facts_of(error)),
        ),
        status=status,
    )
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.facts["wait"])
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="entrepot"'
    return response


class NoSuchRoute(NotFound):
    """There is nothing at this address of the API."""

    code = "api.no_such_route"
    message = "There is nothing at this address of the API."
    remedy = "See /api/ for the routes there are."
