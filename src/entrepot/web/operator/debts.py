"""What merchants owe, how old it is, what is given up; and what is kept of their money for claims to come."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.flows.write_off_debt import write_off_debt
from entrepot.kernel.money import Money
from entrepot.parties import queries as parties
from entrepot.parties.terms import Merchant, NotYours
from entrepot.payments import queries as payments
from entrepot.payments.terms import Debt, WriteOff
from entrepot.web.viewer import operators_only, viewer_of

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a merchant's money, and when the first of it comes back."""

    merchant: Merchant
    amount: Money
    until: datetime | None


@operators_only
def show(request: HttpRequest) -> HttpResponse:
    """Debts by age, reserves, and the trail of debts given up."""
    viewer, at = viewer_of(request), clock.now()
    after = request.GET.get("after", "")
    debts = payments.debts(viewer=viewer, at=at, after=int(after) if after.isdigit() else 0, limit=_PAGE)
    reserves = payments.reserves_kept(viewer=viewer)
    given_up = payments.write_offs(viewer=viewer)
    owners = [one.merchant_id for one in debts] + [one.merchant_id for one in given_up]
    owners += [owner for owner, _amount, _until in reserves]
    names = {int(key): one for key, one in parties.merchants_by_id(merchant_ids=owners).items()}
    people = parties.people_names(viewer=viewer, user_ids=[one.user_id for one in given_up])
    owing: list[tuple[Merchant, Debt]] = [(names[one.merchant_id], one) for one in debts]
    trail: list[tuple[Merchant, WriteOff, str]] = [
        (names[one.merchant_id], one, people.get(one.user_id, "")) for one in given_up
    ]
    shown = {
        "debts": owing,
        "reserves": [Kept(names[owner], amount, until) for owner, amount, until in reserves],
        "trail": trail,
        "key": new_reference("key"),
        "following": debts[-1].merchant_id if len(debts) == _PAGE else None,
        "first": not after,
    }
    return render(request, "operator/debts.html", shown)


@operators_only
@require_POST
def write_off(request: HttpRequest, ref: str) -> HttpResponse:
    """Give a merchant's debt in one currency up, all that the page showed of it."""
    viewer = viewer_of(request)
    merchant = parties.merchant_by_ref(viewer=viewer, ref=ref)
    minor, currency = request.POST.get("minor", ""), request.POST.get("currency", "")[:3]
    if not minor.isdigit():
        raise NotYours
    write_off_debt(
        viewer=viewer,
        merchant_id=merchant.id,
        amount=Money(int(minor), currency),
        reason=request.POST.get("reason", ""),
        key=request.POST.get("key", "")[:64] or new_reference("key"),
        at=clock.now(),
    )
    messages.success(request, _("The debt of %(name)s is written off.") % {"name": merchant.name})
    return HttpResponseRedirect(reverse("operator-debts"))
