"""Prices at the door made anew: how far a run is, what it changed by category, and the largest changes."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.jobs.requote import queue_requotes
from entrepot.kernel.money import Money
from entrepot.landed import queries as landed
from entrepot.landed.terms import CategoryChange, Move, Requote
from entrepot.web.shopper.prices import reason_of
from entrepot.web.templating import text
from entrepot.web.viewer import operators_only


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """One category of a run; mean: the change of the sum of prices, none when nothing could be compared."""

    name: str
    change: CategoryChange
    mean: Decimal | None


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One offer whose price changed much."""

    title: str
    ref: str
    before: Money
    after: Money
    ratio: Decimal


@operators_only
def listing(request: HttpRequest) -> HttpResponse:
    runs = landed.requotes(limit=40)
    shown = {"runs": runs, "open": [run for run in runs if run.ended_at is None]}
    template = "operator/requotes_open.html" if request.headers.get("HX-Request") else "operator/requotes.html"
    return render(request, template, shown)


@operators_only
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    count = queue_requotes(at=clock.now())
    if count:
        messages.success(
            request,
            ngettext("%(count)s run is on its way.", "%(count)s runs are on their way.", count) % {"count": count},
        )
    else:
        messages.info(request, _("Every price is of today's law."))
    return HttpResponseRedirect(reverse("operator-requotes"))


@operators_only
def show(request: HttpRequest, number: int) -> HttpResponse:
    run = landed.requote(run_id=number)
    names = {node.path: text(node.name) for node in catalogue.categories()}
    changes = run.categories
    shown = {
        "run": run,
        "first": not any(one.before or one.raised or one.lowered or one.lost or one.gained for one in changes),
        "categories": [_category(one, names.get(one.category, _("Other"))) for one in run.categories],
        "moves": _moves(run),
        "unpriced": [(reason_of(reason)[0], count) for reason, count in sorted(run.unpriced.items())],
        "rest": run.offers - run.priced,
    }
    return render(request, "operator/requote.html", shown)


def _category(change: CategoryChange, name: str) -> CategoryLine:
    mean = Decimal(change.after - change.before) / change.before if change.before else None
    return CategoryLine(name, change, mean)


def _moves(run: Requote) -> list[MoveLine]:
    found = catalogue.cards(listing_ids=[move.listing_id for move in run.moves], channel="", currency=run.currency)
    cards = {int(card.listing_id): card for card in found}
    return [
        _move(move, text(cards[move.listing_id].titles), cards[move.listing_id].ref, run.currency)
        for move in run.moves
        if move.listing_id in cards
    ]


def _move(move: Move, title: str, ref: str, currency: str) -> MoveLine:
    ratio = Decimal(move.after - move.before) / move.before if move.before else Decimal(0)
    return MoveLine(title, ref, Money(move.before, currency), Money(move.after, currency), ratio)
