"""What happens at sign-in: a visitor's basket comes along, and everybody lands at their own desk."""

from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from entrepot.base.identity import new_reference
from entrepot.base.outbox import defer
from entrepot.parties.terms import Viewer
from entrepot.web.errors import Problem, shown
from entrepot.web.viewer import claim_visitor, forget_viewer, pieces_of, viewer_of

VISITOR: Final = "shopper"


def desk_of(viewer: Viewer) -> str:
    """Where somebody works: operator, depot, merchant; a shopper starts at the shop."""
    home = reverse("home")
    if viewer.operator:
        return f"{home}operator/"
    if viewer.depot:
        return f"{home}depot/"
    if viewer.merchants:
        return f"{home}merchant/"
    return home


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's questions to us, answered."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where to go when no page asked for the sign-in."""
        return desk_of(viewer_of(request))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth asks so
        return reverse("home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth asks so
        return reverse("account")

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """A new person keeps the language in which they signed up."""
        user.language = translation.get_language() or "en"
        return super().save_user(request, user, form, commit)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail now, in the reader's language, and leave the sending to a job."""
        request = allauth_context.request
        known = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        mail = self.render_mail(template_prefix, email, known)
        host = urlsplit(settings.SITE_URL).hostname or "localhost"
        defer(
            "mail.send", to=list(mail.to), subject=str(mail.subject), body=str(mail.body), from_email=mail.from_email,
            message_id=f"<{new_reference('msg')}@{host}>",
        )  # fmt: skip

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in; what the visitor had put aside becomes theirs."""
        visitor = request.session.pop(VISITOR, None)
        request.session.pop("quote", None)
        super().login(request, user)
        claim_visitor(request, visitor=visitor, user_id=user.pk)
        request.session["basket_count"] = pieces_of(request)

    def logout(self, request: HttpRequest) -> None:
        super().logout(request)
        forget_viewer(request)


def who_tries(request: HttpRequest, credentials: dict[str, str] | None = None) -> str:
    """Whose door it is: axes counts failures by address and e-mail."""
    given = credentials or {}
    typed = given.get("email") or given.get("username") or request.POST.get("login", "")
    return typed.strip().lower()


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: object = None) -> HttpResponse:
    """The page after too many wrong passwords."""
    return shown(
        request,
        Problem(
            429,
            _("Too many attempts"),
            _("The password was wrong too often, so this account is closed to your address for a quarter of an hour."),
            _("Wait fifteen minutes, or set a new password by e-mail."),
            "account.locked_out",
        ),
    )
