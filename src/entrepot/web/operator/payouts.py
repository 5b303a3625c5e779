"""Paying merchants out: who would be paid and who not, runs, their files for our bank, what the bank answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.base.problems import said
from entrepot.flows.open_payout_run import open_payout_run
from entrepot.flows.take_bank_answer import take_bank_answer
from entrepot.kernel.money import Money
from entrepot.parties import queries as parties
from entrepot.parties.terms import Merchant
from entrepot.payments import queries as payments
from entrepot.payments.services import free_payouts, hold_payouts, note_file_taken
from entrepot.payments.terms import BankAnswerUnreadable, Payout, Proposed, Scope, Skipped, Way, Why
from entrepot.web.operator.words import why_name
from entrepot.web.viewer import operators_only, viewer_of

_SHOWN = 100
_ANSWER_MOST = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody with money, by name. why: what stands in the way, or none."""

    merchant: Merchant
    amount: Money
    why: Why | None
    said: str


@operators_only
def listing(request: HttpRequest) -> HttpResponse:
    """Who a run would pay and who not, the runs so far, and the bank's answers."""
    viewer = viewer_of(request)
    day = parse_date(request.GET.get("day", "")) or clock.now().date()
    scope = Scope.ALL if request.GET.get("scope") == Scope.ALL else Scope.DUE
    seen = payments.payout_preview(viewer=viewer, day=day, scope=scope)
    to_pay = [one for one in seen if one.why is None]
    not_paid = [one for one in seen if one.blocked]
    names = _names([*to_pay[:_SHOWN], *not_paid[:_SHOWN]])
    runs = payments.payout_runs(viewer=viewer, limit=30)
    return render(
        request,
        "operator/payouts.html",
        {
            "day": day,
            "scope": scope,
            "ways": _ways(),
            "sums": _sums(to_pay),
            "to_pay": _lines(to_pay[:_SHOWN], names),
            "to_pay_count": len(to_pay),
            "not_paid": _lines(not_paid[:_SHOWN], names),
            "not_paid_count": len(not_paid),
            "waiting": sum(one.why is Why.NOT_DUE for one in seen),
            "runs": runs,
            "run_sums": payments.run_sums(run_ids=[one.id for one in runs]),
            "answers": payments.bank_answers(viewer=viewer, limit=10),
            "key": new_reference("key"),
        },
    )


@operators_only
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Pay out those whom the preview showed, as it is now."""
    at = clock.now()
    made = open_payout_run(
        day=_day(request.POST.get("day", ""), at.date()),
        way=Way.BANK if request.POST.get("way") == Way.BANK else Way.PROVIDER,
        scope=Scope.ALL if request.POST.get("scope") == Scope.ALL else Scope.DUE,
        key=request.POST.get("key", "")[:64] or new_reference("key"),
        at=at,
        user_id=viewer_of(request).user_id,
    )
    messages.success(request, _("%(count)s merchants are being paid out.") % {"count": made.paid})
    return HttpResponseRedirect(reverse("operator-payout-run", args=[made.ref]))


@operators_only
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """One run: whom it paid and how far the money is, whom not and why, its files."""
    viewer = viewer_of(request)
    found = payments.payout_run(viewer=viewer, ref=ref)
    after = request.GET.get("after", "")
    paid = payments.run_payouts(
        viewer=viewer, run_id=found.id, after=int(after) if after.isdigit() else 0, limit=_SHOWN + 1
    )
    skipped = [one for _key, one in payments.run_skips(viewer=viewer, run_id=found.id, limit=_SHOWN)]
    files = payments.run_files(viewer=viewer, run_id=found.id)
    return render(
        request,
        "operator/payout_run.html",
        {
            "run": found,
            "sums": payments.run_sums(run_ids=[found.id]).get(found.id, ()),
            "paid": paid[:_SHOWN],
            "skipped": _lines(skipped, _names(skipped)),
            "names": _names(paid[:_SHOWN]),
            "files": files,
            "taken": payments.files_taken(viewer=viewer, file_ids=[one.id for one in files]),
            "following": paid[_SHOWN - 1].id if len(paid) > _SHOWN else None,
            "first": not after,
        },
    )


@operators_only
@require_POST
def take_file(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Download a file for the bank; who took it is written down."""
    viewer = viewer_of(request)
    file, body = payments.run_file(viewer=viewer, run_ref=ref, number=number)
    note_file_taken(viewer=viewer, file=file, at=clock.now())
    answer = HttpResponse(body, content_type="application/xml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file.message_id}.xml"'
    answer["Cache-Control"] = "no-store"
    return answer


@operators_only
@require_POST
def take_answer(request: HttpRequest) -> HttpResponse:
    """Upload what the bank answered."""
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > _ANSWER_MOST:
        messages.error(request, _("Choose the file that the bank gave you, of at most 20 MB."))
        return HttpResponseRedirect(reverse("operator-payouts"))
    try:
        taken = take_bank_answer(
            viewer=viewer_of(request), name=(file.name or "answer")[:120], body=file.read(), at=clock.now()
        )
    except BankAnswerUnreadable as refusal:
        messages.error(request, " ".join(said(refusal)))
    else:
        facts = {"applied": taken.applied, "unchanged": taken.unchanged, "odd": len(taken.odd)}
        told = (
            _("The answer says something new %(applied)s times, known %(unchanged)s times, odd %(odd)s times.") % facts
        )
        messages.success(request, told)
    return HttpResponseRedirect(reverse("operator-payouts"))


@operators_only
@require_POST
def hold(request: HttpRequest, ref: str) -> HttpResponse:
    """Hold a merchant's payouts."""
    viewer = viewer_of(request)
    merchant = parties.merchant_by_ref(viewer=viewer, ref=ref)
    hold_payouts(viewer=viewer, merchant_id=merchant.id, reason=request.POST.get("reason", ""), at=clock.now())
    messages.success(request, _("Payouts of %(name)s are held.") % {"name": merchant.name})
    return HttpResponseRedirect(reverse("operator-payouts"))


@operators_only
@require_POST
def free(request: HttpRequest, ref: str) -> HttpResponse:
    """Let a merchant's payouts go on."""
    viewer = viewer_of(request)
    merchant = parties.merchant_by_ref(viewer=viewer, ref=ref)
    free_payouts(viewer=viewer, merchant_id=merchant.id, reason=request.POST.get("reason", ""), at=clock.now())
    messages.success(request, _("Payouts of %(name)s go on.") % {"name": merchant.name})
    return HttpResponseRedirect(reverse("operator-payouts"))


def _ways() -> list[tuple[str, str]]:
    ways = [(Way.PROVIDER.value, _("By the payment provider"))]
    if settings.PAYOUT_BANK:
        ways.append((Way.BANK.value, _("In a file for our bank")))
    return ways if settings.PAYOUT_WAY != Way.BANK else ways[::-1]


def _names(seen: "Iterable[Proposed | Skipped | Payout]") -> dict[int, Merchant]:
    found = parties.merchants_by_id(merchant_ids=[one.merchant_id for one in seen])
    return {int(key): merchant for key, merchant in found.items()}


def _lines(seen: "Iterable[Proposed | Skipped]", names: Mapping[int, Merchant]) -> list[Line]:
    return [Line(names[one.merchant_id], one.amount, one.why, why_name(one.why) if one.why else "") for one in seen]


def _sums(seen: Iterable[Proposed]) -> list[tuple[int, Money]]:
    sums: dict[str, list[Money]] = {}
    for one in seen:
        sums.setdefault(one.amount.currency, []).append(one.amount)
    return [(len(found), Money.total(found, currency)) for currency, found in sorted(sums.items())]


def _day(text: str, today: date) -> date:
    return parse_date(text) or today
