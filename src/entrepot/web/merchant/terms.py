"""When the merchant is paid out, what waits, and what the marketplace charges and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from entrepot.base import clock
from entrepot.base.problems import said
from entrepot.catalogue import queries as catalogue
from entrepot.channels import queries as channels
from entrepot.channels import rules
from entrepot.channels.terms import CommissionRule
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.parties.terms import Merchant, Role
from entrepot.payments import queries as payments
from entrepot.payments.rules import LEAST, least_of, next_day
from entrepot.payments.services import save_schedule
from entrepot.payments.terms import Earning, Every, Schedule, ScheduleInvalid
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.merchant.words import channel_name
from entrepot.web.templating import percent, text
from entrepot.web.viewer import viewer_of


@dataclass(frozen=True, slots=True)
class FeeRow:
    """What is taken of a sale in one channel today; of what: empty for everything else."""

    channel: str
    category: str
    rate: str
    since: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Released money that cannot be paid out yet."""

    ref: str
    amount: Money
    why: str
    until: datetime | None


@for_merchant
def show(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The schedule with its form for the owner, what waits, and the fees."""
    viewer, at = viewer_of(request), clock.now()
    owner = viewer.merchants.get(merchant.id) is Role.OWNER
    wrong: dict[str, str] = {}
    kept = payments.schedule(viewer=viewer, merchant_id=merchant.id)
    form = _shown(kept)
    if request.method == "POST":
        form = {name: request.POST.get(name, "").strip()[:20] for name in form}
        try:
            save_schedule(viewer=viewer, merchant_id=merchant.id, schedule=_asked(form, merchant.currency), at=at)
        except ScheduleInvalid as refusal:
            wrong = {str(refusal.facts["field"]): said(refusal)[0]}
        else:
            messages.success(request, _("Payouts are made like this from now on."))
            return HttpResponseRedirect(reverse("merchant-terms", args=[merchant.slug]))
    today = at.date()
    waiting = payments.earnings_waiting(viewer=viewer, merchant_id=merchant.id)
    refs = orders.consignment_refs(merchant_id=merchant.id, consignment_ids=[one.consignment_id for one in waiting])
    tax = rules.fee_tax(book=channels.fee_book(), country=merchant.country, on=today)
    shown = {
        "merchant": merchant,
        "owner": owner,
        "form": form,
        "wrong": wrong,
        "schedule": kept,
        "next_day": next_day(schedule=kept, after=today),
        "least": least_of(schedule=kept, currency=merchant.currency),
        "our_least": Money(LEAST.get(merchant.currency, 0), merchant.currency),
        "account": parties.bank_account(merchant_id=merchant.id),
        "waiting": [row for one in waiting for row in _waiting(one, refs)],
        "fees": _fees(merchant, today),
        "tax": percent(tax.rate, 2) if tax and tax.rate else "",
        "tax_source": tax.source if tax else "",
        "reserves": _reserves(merchant, today),
    }
    return render(request, "merchant/terms.html", shown, status=422 if wrong else 200)


def _shown(schedule: Schedule) -> dict[str, str]:
    weekly = str(schedule.day) if schedule.every is Every.WEEKLY else "1"
    monthly = str(schedule.day) if schedule.every is Every.MONTHLY else "1"
    least = f"{schedule.least.decimal:f}" if schedule.least else ""
    return {"every": schedule.every.value, "weekday": weekly, "monthday": monthly, "least": least}


def _asked(form: Mapping[str, str], currency: str) -> Schedule:
    try:
        every = Every(form["every"])
    except ValueError as wrong:
        raise ScheduleInvalid(field="every", why="every") from wrong
    written = {Every.WEEKLY: form["weekday"], Every.MONTHLY: form["monthday"]}.get(every, "1")
    try:
        least = Money.parse(form["least"], currency) if form["least"] else None
    except ValueError as wrong:
        raise ScheduleInvalid(field="least", why="least") from wrong
    return Schedule(every, int(written) if written.isdigit() else 0, least)


def _waiting(one: Earning, refs: Mapping[int, str]) -> list[WaitingRow]:
    ref = refs.get(one.consignment_id, "")
    rows = []
    if one.matures_at is not None and one.matured_at is None:
        rows.append(WaitingRow(ref, one.net - one.reserve, _("waits before it can be paid out"), one.matures_at))
    if one.reserve and one.returned_at is None:
        rows.append(WaitingRow(ref, one.reserve, _("kept for claims to come"), one.reserve_until))
    return rows


def _fees(merchant: Merchant, today: date) -> list[FeeRow]:
    book = channels.fee_book()
    rows = []
    for channel in channels.channels():
        if channel.slug not in merchant.channels:
            continue
        for category in ("", *sorted({one.category for one in _about(merchant, channel.slug) if one.category})):
            found = rules.commission_rule(
                book=book, merchant_id=merchant.id, category=category, channel=channel.slug, on=today
            )
            if category and (found is None or found.category != category):
                continue
            ref = catalogue.category_ref(path=category) if category else None
            rows.append(
                FeeRow(
                    channel=channel_name(channel.slug),
                    category=" › ".join(text(step) for step in ref.trail) if ref else category,
                    rate=percent(channel.commission if found is None or found.rate is None else found.rate, 2),
                    since=found.valid_from if found else None,
                    reason=found.reason if found else _("the channel's own commission"),
                )
            )
    return rows


def _about(merchant: Merchant, channel: str) -> list[CommissionRule]:
    return [one for one in channels.commission_rules(merchant_id=merchant.id) if one.channel in ("", channel)]


def _reserves(merchant: Merchant, today: date) -> list[tuple[str, str, int, int]]:
    book = channels.fee_book()
    found = []
    for slug in merchant.channels:
        terms = rules.reserve_for(book=book, merchant_id=merchant.id, channel=slug, on=today)
        if terms.rate or terms.mature_days:
            found.append((channel_name(slug), percent(terms.rate, 2), terms.days, terms.mature_days))
    return found
