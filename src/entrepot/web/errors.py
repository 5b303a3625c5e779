"""Anticipated refusals as designed pages, in the reader's language: what happened, why, what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from entrepot.base.problems import said, showing
from entrepot.kernel.errors import EntrepotError, NotFound

_TO_BASKET: Final = frozenset(
    {"landed.quote_expired", "landed.quote_missing", "landed.nothing_to_quote", "orders.basket_changed",
     "allowance.spent", "orders.not_deliverable", "orders.quote_used", "orders.key_reused"}
)  # fmt: skip
_TO_CHECKOUT: Final = frozenset({"orders.address_elsewhere"})
_TO_IMPORTER: Final = frozenset({"allowance.identity_needed"})
_TO_ORDERS: Final = frozenset({"orders.wrong_moment", "orders.unknown", "payments.unknown"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal as a page or notice shows it."""

    status: int
    title: str
    message: str
    remedy: str
    code: str
    way: str = ""
    way_label: str = ""


def _way(code: str) -> tuple[str, str]:
    """Where the reader goes on after this refusal: address and words, empty when there is no one place."""
    if code in _TO_CHECKOUT:
        return reverse("checkout"), gettext("To the addresses")
    if code in _TO_BASKET or code.startswith(("stock.", "basket.")):
        return reverse("basket"), gettext("To the basket")
    if code in _TO_IMPORTER:
        return reverse("checkout"), gettext("To the checkout")
    if code in _TO_ORDERS:
        return reverse("orders"), gettext("To your orders")
    return "", ""


def problem_of(error: EntrepotError) -> Problem:
    """The refusal in the reader's language."""
    row = showing(error)
    way, label = _way(error.code)
    message, remedy = said(error)
    return Problem(
        status=row.status,
        title=gettext(row.title),
        message=message,
        remedy=remedy,
        code=error.code,
        way=way,
        way_label=label,
    )


class ErrorPages:
    """Middleware: an anticipated failure that a page did not show itself becomes a page. The API has its own form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, EntrepotError) or request.path.startswith("/api/"):
            return None
        return shown(request, problem_of(exception), missing=isinstance(exception, NotFound))


def shown(request: HttpRequest, problem: Problem, *, missing: bool = False) -> HttpResponse:
    """The page of a problem; a part of a page (htmx) gets a notice at the head of the page instead."""
    if getattr(request, "htmx", False):
        answer = render(request, "errors/notice.html", {"problem": problem}, status=problem.status)
        answer["HX-Retarget"] = "#notices"
        answer["HX-Reswap"] = "innerHTML show:top"
        return answer
    template = "errors/missing.html" if missing else "errors/refused.html"
    return render(request, template, {"problem": problem}, status=problem.status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: no such page."""
    return shown(
        request,
        Problem(
            404,
            gettext("Not found"),
            gettext("There is no page at this address."),
            gettext("Check the address, or search for what you were looking for."),
            "page.not_found",
        ),
        missing=True,
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return shown(
        request,
        Problem(
            403,
            gettext("Not allowed"),
            gettext("Your account may not do this."),
            gettext("Sign in with an account that may, or go back."),
            "page.forbidden",
        ),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a request we could not read, such as a form that is too large."""
    return shown(
        request,
        Problem(
            400,
            gettext("We could not read that"),
            gettext("Your browser sent something we do not understand, or too much of it."),
            gettext("Go back, reload the page and try again."),
            "page.bad_request",
        ),
    )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF failure view: the form's token is missing or belongs to an earlier session."""
    return shown(
        request,
        Problem(
            403,
            gettext("This form has expired"),
            gettext("You signed in or out in another tab since the form was opened, or cookies are switched off."),
            gettext("Go back, reload the page and send it again. Nothing was changed."),
            "page.form_expired",
        ),
    )


def too_many(request: HttpRequest) -> HttpResponse:
    """handler429: allauth has seen too many of these from one address."""
    return shown(
        request,
        Problem(
            429,
            gettext("Too many attempts"),
            gettext("We have had too many of these requests from your address in a short time."),
            gettext("Wait a few minutes and try again."),
            "page.too_many",
        ),
    )


def our_mistake(request: HttpRequest) -> HttpResponse:
    """handler500: a bug. The page asks nothing of the database, which may be what broke."""
    template = "errors/mistake_notice.html" if getattr(request, "htmx", False) else "errors/mistake.html"
    answer = render(request, template, status=500)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#notices", "innerHTML show:top"
    return answer
