"""The account: who I am, my addresses, my language."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils.translation import gettext as _
from django.utils.translation import override

from entrepot.kernel.text import LANGUAGES
from entrepot.parties import queries as parties
from entrepot.parties.services import describe_user
from entrepot.web.account.addresses import card_of
from entrepot.web.account.sign_in import desk_of
from entrepot.web.viewer import signed_in, viewer_of


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """Everything about the person on one page; posting changes name and language."""
    viewer = viewer_of(request)
    if request.method == "POST" and viewer.user_id is not None:
        language = request.POST.get("language", "")
        language = language if language in LANGUAGES else viewer.language
        describe_user(user_id=viewer.user_id, name=request.POST.get("name", "").strip()[:120], language=language)
        with override(language):
            messages.success(request, _("Saved."))
        return HttpResponseRedirect(translate_url(reverse("account"), language))
    desk = desk_of(viewer)
    context = {
        "email": request.user.get_username(),
        "name": getattr(request.user, "name", ""),
        "addresses": tuple(card_of(address) for address in parties.addresses(viewer=viewer)),
        "desk": "" if desk == reverse("home") else desk,
    }
    return render(request, "account/account.html", context)
