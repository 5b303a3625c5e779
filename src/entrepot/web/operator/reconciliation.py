"""Reconciliation: books, provider and bank by day and currency, and the queue of what does not agree."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.outbox import defer
from entrepot.base.problems import said
from entrepot.flows.write_off_difference import write_off_difference
from entrepot.kernel.errors import EntrepotError
from entrepot.ledger.terms import Kind as Ledger
from entrepot.parties import queries as parties
from entrepot.reconciliation import queries
from entrepot.reconciliation.rules import SIZE_MAX, WRITE_OFF_TO
from entrepot.reconciliation.services import ask_for_report, explain_case, match_by_hand, take_report
from entrepot.reconciliation.terms import (
    Age,
    Case,
    CaseState,
    Item,
    Kind,
    Place,
    QueueAsk,
    ReportUnreadable,
    Rule,
    Side,
    Verb,
    Why,
)
from entrepot.web.operator.words import account_name
from entrepot.web.viewer import operators_only, viewer_of

_PAGE: Final = 50
_PLACES: Final[dict[Place, Promise]] = {Place.PROVIDER: _("Payment provider"), Place.BANK: _("Bank")}
_WHYS: Final[dict[Why, tuple[Promise, Promise]]] = {
    Why.MISSING_HERE: (_("Missing in our books"), _("The report has it, our books do not.")),
    Why.MISSING_THERE: (_("Missing in the report"), _("Our books have it, no report does yet.")),
    Why.AMOUNT: (_("Amount differs"), _("Both sides know it, but not with the same amount.")),
    Why.CURRENCY: (_("Currency differs"), _("Both sides know it, but not in the same currency.")),
    Why.DUPLICATE: (_("Duplicate"), _("Another line about the same thing with the same amount stands there already.")),
    Why.FEE_UNKNOWN: (_("Fee unknown"), _("A fee that belongs to no payment of ours.")),
}
_AGES: Final[dict[Age, Promise]] = {
    Age.FRESH: _("0–1 days"), Age.DAYS: _("2–3 days"), Age.WEEK: _("4–7 days"), Age.OLD: _("More than 7 days")
}  # fmt: skip
_KINDS: Final[dict[Kind, Promise]] = {
    Kind.CAPTURED: _("Payment"), Kind.REFUND: _("Refund"), Kind.PAYOUT: _("Payout"),
    Kind.PAYOUT_BACK: _("Payout that came back"), Kind.CHARGEBACK: _("Chargeback"),
    Kind.CHARGEBACK_BACK: _("Chargeback won"), Kind.CHARGEBACK_FEE: _("Fee of a chargeback"), Kind.FEE: _("Fee of a payment"),
    Kind.FEE_OTHER: _("Other fee"), Kind.SETTLED: _("Paid into our bank"), Kind.RESERVED: _("Kept back"),
    Kind.REMITTED: _("Paid to whom it was owed"), Kind.EXCHANGED: _("Exchanged"), Kind.MENDED: _("Adjusting entry"),
    Kind.OTHER: _("Other movement"),
}  # fmt: skip
_RULES: Final[dict[Rule, Promise]] = {
    Rule.PROVIDER_ID: _("By the provider's number"), Rule.REFERENCE: _("By our reference"),
    Rule.AMOUNT_DAY: _("By amount and day"), Rule.HAND: _("By hand"), Rule.WRITTEN_OFF: _("With the difference written off"),
}  # fmt: skip
_VERBS: Final[dict[Verb, Promise]] = {
    Verb.OPENED: _("Became an exception"), Verb.RULE: _("Matched"), Verb.REOPENED: _("Stands open again"),
    Verb.HAND: _("Matched by hand"), Verb.EXPLAINED: _("Explained"), Verb.WRITTEN_OFF: _("Difference written off"),
    Verb.ASKED: _("Had the report fetched again"),
}  # fmt: skip
_STATES: Final[dict[CaseState, tuple[Promise, str]]] = {
    CaseState.OPEN: (_("Not settled"), "refused"), CaseState.EXPLAINED: (_("Explained"), "going"),
    CaseState.MATCHED: (_("Matched"), "arrived"),
}  # fmt: skip
# What may be wrong with a field of a line; the reader's sayings are these texts.
FAULTS: Final = (
    _("It is missing. Have the report made again."),
    _("It is no amount of that currency. Have the report made again."),
    _("It is no currency in three letters. Have the report made again."),
    _("It is no day or moment. Write it like 2026-11-22."),
    _("It is longer than 128 characters. Have the report made again."),
    _("The same number stands on another line with other content. Ask who made the report."),
    _("It moves nothing. It was left out."),
)


@dataclass(frozen=True, slots=True)
class Transit:
    """What is on its way, and the accounts it is made of."""

    name: str
    kind: str
    currency: str
    amount: object


@operators_only
def overview(request: HttpRequest) -> HttpResponse:
    """Every place and currency at the end of a day (UTC), today unless asked."""
    today = clock.now().date()
    day = _day(request, today)
    viewer = viewer_of(request)
    shown = {
        "day": day,
        "today": today,
        "rows": queries.standings(day=day),
        "transit": [
            Transit(account_name(kind), kind.value, currency, amount)
            for (kind, currency), amount in sorted(queries.in_transit(day=day).items())
        ],
        "tally": queries.tally(on=today),
        "reports": queries.reports(viewer=viewer, limit=12),
        "places": _PLACES,
        "ages": _AGES,
        "whys": _WHYS,
        "accounts": {Place.PROVIDER: Ledger.PSP_RECEIVABLE.value, Place.BANK: Ledger.BANK.value},
    }
    return render(request, "operator/reconciliation.html", shown)


@operators_only
def gap(request: HttpRequest, place: str, currency: str) -> HttpResponse:
    """The lines that make a difference."""
    day = _day(request, clock.now().date())
    where = Place(place) if place in set(Place) else Place.PROVIDER
    standing = next(
        (one for one in queries.standings(day=day) if (one.place, one.currency) == (where, currency)), None
    )  # fmt: skip
    shown = {
        "day": day, "standing": standing, "place": _PLACES[where], "currency": currency, "kinds": _KINDS, "rules": _RULES,
        "rows": queries.gap(place=where, currency=currency, day=day), "ours": Side.BOOKS,
    }  # fmt: skip
    return render(request, "operator/reconciliation_gap.html", shown)


@operators_only
def queue(request: HttpRequest) -> HttpResponse:
    """The exceptions, filtered in the address."""
    today, asked = clock.now().date(), request.GET
    ask = QueueAsk(
        place=Place(asked["place"]) if asked.get("place") in set(Place) else None,
        why=Why(asked["why"]) if asked.get("why") in set(Why) else None,
        age=Age(asked["age"]) if asked.get("age") in set(Age) else None,
        explained=asked.get("state") == "explained",
    )
    after = asked.get("after", "")
    found = queries.queue(
        viewer=viewer_of(request), ask=ask, on=today, after=int(after) if after.isdigit() else 0, limit=_PAGE + 1
    )
    shown = {
        "rows": found[:_PAGE],
        "ask": ask,
        "why_names": [(one, words[0]) for one, words in _WHYS.items()],
        "tally": queries.tally(on=today),
        "places": _PLACES,
        "ages": _AGES,
        "whys": _WHYS,
        "kinds": _KINDS,
        "following": found[_PAGE - 1].item.id if len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "operator/exceptions.html", shown)


@operators_only
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """One exception with what may belong to it."""
    return _shown(request, queries.case(viewer=viewer_of(request), ref=ref, on=clock.now().date()))


@operators_only
@require_POST
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """Match by hand, write off, explain, or ask again; what is refused keeps the form as it was."""
    viewer, given, at = viewer_of(request), request.POST, clock.now()
    others = [int(one) for one in given.getlist("other") if one.isdigit()]
    text, key, verb = given.get("text", ""), given.get("key", "")[:64] or "none", given.get("verb", "")
    try:
        match verb:
            case "hand":
                match_by_hand(viewer=viewer, ref=ref, others=others, text=text, key=key, at=at)
                messages.success(request, gettext("The lines are matched."))
            case "write_off":
                to = next((one for one in WRITE_OFF_TO if one.value == given.get("to")), Ledger.ROUNDING)
                write_off_difference(viewer=viewer, ref=ref, others=others, to=to, text=text, key=key, at=at)
                messages.success(request, gettext("The difference is booked, and the lines are matched."))
            case "explain":
                explain_case(viewer=viewer, ref=ref, text=text, key=key, at=at)
                messages.success(request, gettext("The explanation stands in the trail."))
            case _:
                ask_for_report(viewer=viewer, ref=ref, key=key, at=at)
                messages.success(request, gettext("The provider's report of that day is being fetched."))
    except EntrepotError as refused:
        case = queries.case(viewer=viewer, ref=ref, on=at.date())
        return _shown(request, case, wrong=" ".join(said(refused)), status=422)
    return HttpResponseRedirect(reverse("operator-exception", args=[ref]))


@operators_only
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take a report or a statement in."""
    viewer, file = viewer_of(request), request.FILES.get("file")
    try:
        if file is None or not file.name or (file.size or 0) > SIZE_MAX:
            raise ReportUnreadable(why="empty" if file is None else "size")
        report = take_report(name=file.name, body=file.read(), user_id=viewer.user_id, at=clock.now())
    except EntrepotError as refused:
        messages.error(request, " ".join(said(refused)))
        return HttpResponseRedirect(reverse("operator-reconciliation"))
    defer("reconciliation.match", once="reconciliation.match")
    messages.success(
        request,
        ngettext("%(count)s new line was taken in.", "%(count)s new lines were taken in.", report.taken)
        % {"count": report.taken},
    )
    where = "operator-report" if report.faults else "operator-reconciliation"
    return HttpResponseRedirect(reverse(where, args=[report.ref] if report.faults else []))


@operators_only
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """One report with the lines that could not be read."""
    found = queries.report(ref=ref)
    people = parties.people_names(viewer=viewer_of(request), user_ids=[found.user_id] if found.user_id else [])
    faults = [(one.line, one.field, gettext(one.said)) for one in found.faults]
    shown = {"report": found, "faults": faults, "place": _PLACES[found.place], "person": people.get(found.user_id or 0)}
    return render(request, "operator/report.html", shown)


def _shown(request: HttpRequest, case: Case, *, wrong: str = "", status: int = 200) -> HttpResponse:
    viewer, item = viewer_of(request), case.item
    steps = queries.trail(ref=case.ref)
    names = parties.people_names(viewer=viewer, user_ids=[one.user_id for one in steps if one.user_id])
    ended = case.state is CaseState.MATCHED
    shown = {
        "case": case,
        "item": item,
        "transfers": _transfers(item),
        "state": _STATES[case.state],
        "why": _WHYS[case.why],
        "places": _PLACES,
        "kinds": _KINDS,
        "rules": _RULES,
        "trail": [
            (_VERBS[one.verb], _step_text(one.verb, one.text), names.get(one.user_id or 0), one.at) for one in steps
        ],
        "candidates": () if ended else queries.candidates(item=item, other_id=case.other_id),
        "companions": queries.companions(match_id=item.match_id) if item.match_id else (),
        "chosen": request.POST.getlist("other") if wrong else [str(case.other_id or "")],
        "text": request.POST.get("text", ""),
        "accounts": [(one.value, account_name(one)) for one in WRITE_OFF_TO],
        "to": request.POST.get("to", WRITE_OFF_TO[1].value),
        "key": f"{len(steps)}",
        "wrong": wrong,
        "ours": Side.BOOKS,
        "provider": Place.PROVIDER,
    }
    return render(request, "operator/exception.html", shown, status=status)


def _step_text(verb: Verb, text: str) -> str:
    """What a rule wrote is a code; what a person wrote is shown as it is."""
    if verb is Verb.OPENED and text in set(Why):
        return str(_WHYS[Why(text)][0])
    if verb is Verb.RULE and text in set(Rule):
        return str(_RULES[Rule(text)])
    return text


def _transfers(item: Item) -> tuple[str, str] | None:
    """Where the ledger shows what a line of the books is made of: the account's address."""
    if not item.transfers:
        return None
    kind = Ledger.PSP_RECEIVABLE if item.place is Place.PROVIDER else Ledger.BANK
    return reverse("operator-statement", args=[kind.value, item.amount.currency, 0]) + (
        f"?after={min(item.transfers) - 1}"
    ), account_name(kind)


def _day(request: HttpRequest, today: date) -> date:
    try:
        asked = parse_date(request.GET.get("day", ""))
    except ValueError:
        asked = None
    return min(asked or today, today + timedelta(days=1))
