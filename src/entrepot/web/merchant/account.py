"""The merchant's bank account: where payouts go. The number is shown to nobody again; only its end is."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from entrepot.base import clock
from entrepot.base.problems import said
from entrepot.parties import queries as parties
from entrepot.parties.services import save_bank_account
from entrepot.parties.terms import AccountInvalid, Merchant, Role
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.templating import country
from entrepot.web.viewer import viewer_of

_COUNTRIES = (
    "AE", "AT", "AU", "BE", "CA", "CH", "CN", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "HK", "IE", "IT", "JP", "KR", "LU",
    "NL", "NO", "NZ", "PL", "PT", "SE", "SG", "US",
)  # fmt: skip
_LONGEST = {"holder": 120, "country": 2, "number": 60, "bank_code": 20}


@for_merchant
def show(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The account in use, and a form for another; only the owner's is taken."""
    viewer = viewer_of(request)
    form = {name: request.POST.get(name, "").strip()[:longest] for name, longest in _LONGEST.items()}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            save_bank_account(viewer=viewer, merchant_id=merchant.id, at=clock.now(), **form)
        except AccountInvalid as refusal:
            wrong = {str(refusal.facts["field"]): said(refusal)[0]}
        else:
            messages.success(request, _("Payouts go to this account from now on."))
            return HttpResponseRedirect(reverse("merchant-money", args=[merchant.slug]))
    shown = {
        "merchant": merchant,
        "account": parties.bank_account(merchant_id=merchant.id),
        "owner": viewer.merchants.get(merchant.id) is Role.OWNER,
        "form": {**form, "country": form["country"] or merchant.country, "number": ""},
        "wrong": wrong,
        "countries": sorted(((code, country(code)) for code in _COUNTRIES), key=lambda pair: pair[1]),
    }
    return render(request, "merchant/account.html", shown, status=422 if wrong else 200)
