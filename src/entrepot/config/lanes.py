"""Two ways into Django: pages pass all its middleware, machines (the API, the webhooks) only what they have a use for.

A machine brings no session, no form and no cookie, and nobody frames its answers; a sale is two such requests, and the
middleware of pages would be a fifth of what they cost.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from entrepot.base.csp import POLICY

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

MACHINES: Final = ("/api/v1/", "/webhooks/")
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
    **(
        {"Strict-Transport-Security": f"max-age={settings.SECURE_HSTS_SECONDS}"} if settings.SECURE_HSTS_SECONDS else {}
    ),
}


class Machines(WSGIHandler):
    """Django's own handler with one thin layer around the view: the reader's language before, the headers after."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - Django's own signature
        """There is none to load."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = convert_exception_to_response(self._answer)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response: HttpResponseBase = self._get_response(request)  # type: ignore[attr-defined]
        headers = response.headers
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        if isinstance(response, HttpResponse) and "Content-Length" not in headers:
            headers["Content-Length"] = str(len(response.content))
        return response


def two_lanes(pages: Application) -> Application:
    """An application that takes machines past the middleware of `pages`."""
    machines = Machines()

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        lane = machines if environ["PATH_INFO"].startswith(MACHINES) else pages
        return lane(environ, start_response)

    return application
