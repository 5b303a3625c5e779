"""What is charged: rules about commission and reserves as dated rows, seen, looked at before they are added, never edited."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

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
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.terms import CategoryNode
from entrepot.channels import queries as channels
from entrepot.channels import rules
from entrepot.channels.services import add_commission_rule, add_reserve_rule
from entrepot.channels.terms import CommissionRule, ReserveRule, RuleInvalid
from entrepot.kernel.money import Money
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.parties.terms import NotYours
from entrepot.web.merchant.words import channel_name
from entrepot.web.templating import percent, text
from entrepot.web.viewer import operators_only, viewer_of

_DAYS = 30
_FIELDS = ("merchant", "category", "channel", "rate", "days", "mature_days", "valid_from", "reason", "key")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as the page shows it."""

    number: int
    whom: str
    category: str
    channel: str
    rate: str
    days: int
    mature_days: int
    valid_from: date
    coming: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule would have changed in the last days, in one currency."""

    lines: int
    merchants: int
    goods: Money
    before: Money
    after: Money


@operators_only
def show(request: HttpRequest) -> HttpResponse:
    """All rules, and the forms for new ones."""
    return _page(request)


@operators_only
@require_POST
def add_commission(request: HttpRequest) -> HttpResponse:
    """Look at what a rule about commission changes, or add it."""
    viewer, at = viewer_of(request), clock.now()
    form = _form(request)
    try:
        rule = replace(_commission(request, form), user_id=viewer.user_id)
        rules.check_commission(rule=rule, today=at.date())
        if request.POST.get("step") == "look":
            return _page(request, form=form, about="commission", changes=_changes(request, rule))
        add_commission_rule(rule=rule, key=form["key"] or new_reference("key"), at=at)
    except RuleInvalid as refusal:
        return _page(request, form=form, about="commission", wrong={str(refusal.facts["field"]): said(refusal)[0]})
    messages.success(request, _("The rule is added. It counts for quotes made from its day on."))
    return HttpResponseRedirect(reverse("operator-fees"))


@operators_only
@require_POST
def add_reserve(request: HttpRequest) -> HttpResponse:
    """Add a rule about reserves and maturing."""
    viewer, at = viewer_of(request), clock.now()
    form = _form(request)
    try:
        rule = replace(_reserve(request, form), user_id=viewer.user_id)
        add_reserve_rule(rule=rule, key=form["key"] or new_reference("key"), at=at)
    except RuleInvalid as refusal:
        return _page(request, form=form, about="reserve", wrong={str(refusal.facts["field"]): said(refusal)[0]})
    messages.success(request, _("The rule is added. It counts for money released from its day on."))
    return HttpResponseRedirect(reverse("operator-fees"))


def _page(
    request: HttpRequest,
    *,
    form: Mapping[str, str] | None = None,
    about: str = "",
    wrong: Mapping[str, str] | None = None,
    changes: "list[Change] | None" = None,
) -> HttpResponse:
    today = clock.now().date()
    commissions, reserves = channels.commission_rules(), channels.reserve_rules()
    owners = [one.merchant_id for one in commissions if one.merchant_id]
    owners += [one.merchant_id for one in reserves if one.merchant_id]
    names = {key: one.name for key, one in parties.merchants_by_id(merchant_ids=owners).items()}
    blank = dict.fromkeys(_FIELDS, "") | {"valid_from": today.isoformat(), "days": "0", "mature_days": "0"}
    shown = {
        "channels": [(one.slug, text(one.name)) for one in channels.channels()],
        "own": [(text(one.name), percent(one.commission), one.patience) for one in channels.channels()],
        "categories": _categories(catalogue.categories()),
        "commissions": [_row(one, names, today, 0, 0) for one in commissions],
        "reserves": [_row(one, names, today, one.days, one.mature_days) for one in reserves],
        "taxes": channels.fee_taxes(on=today),
        "seat": settings.SEAT,
        "percent": percent,
        "commission_form": form if form and about == "commission" else blank,
        "reserve_form": form if form and about == "reserve" else blank,
        "about": about,
        "wrong": wrong or {},
        "changes": changes,
        "days": _DAYS,
        "key": new_reference("key"),
        "today": today,
    }
    return render(request, "operator/fees.html", shown, status=422 if wrong else 200)


def _changes(request: HttpRequest, rule: CommissionRule) -> list[Change]:
    at = clock.now()
    groups = orders.sold_groups(
        viewer=viewer_of(request), since=at - timedelta(days=_DAYS), merchant_id=rule.merchant_id
    )
    book = channels.fee_book()
    after = rules.with_rule(book=book, rule=rule)
    known = {one.slug: one for one in channels.channels()}
    parts: dict[str, list[tuple[int, int, Money, Money, Money]]] = {}
    for one in groups:
        if one.channel not in known:
            continue
        before, then = (
            one.goods.at_rate(
                rules.rate_for(
                    book=each,
                    channel=known[one.channel],
                    merchant_id=one.merchant_id,
                    category=one.category,
                    on=rule.valid_from,
                )
            )
            for each in (book, after)
        )
        if before != then:
            parts.setdefault(one.goods.currency, []).append((one.merchant_id, one.lines, one.goods, before, then))
    return [
        Change(
            lines=sum(part[1] for part in found),
            merchants=len({part[0] for part in found}),
            goods=Money.total((part[2] for part in found), currency),
            before=Money.total((part[3] for part in found), currency),
            after=Money.total((part[4] for part in found), currency),
        )
        for currency, found in sorted(parts.items())
    ]


def _form(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip()[:300] for name in _FIELDS}


def _commission(request: HttpRequest, form: Mapping[str, str]) -> CommissionRule:
    category = form["category"]
    if category and catalogue.category_ref(path=category) is None:
        raise RuleInvalid(field="category", why="category")
    return CommissionRule(
        id=0,
        merchant_id=_merchant(request, form["merchant"]),
        category=category,
        channel=_channel(form["channel"]),
        rate=_rate(form["rate"], "rate"),
        valid_from=_day(form["valid_from"]),
        reason=form["reason"],
    )


def _reserve(request: HttpRequest, form: Mapping[str, str]) -> ReserveRule:
    days = [int(form[name]) if form[name].isdigit() else -1 for name in ("days", "mature_days")]
    return ReserveRule(
        id=0,
        merchant_id=_merchant(request, form["merchant"]),
        channel=_channel(form["channel"]),
        rate=_rate(form["rate"], "reserve"),
        days=days[0],
        mature_days=days[1],
        valid_from=_day(form["valid_from"]),
        reason=form["reason"],
    )


def _merchant(request: HttpRequest, name: str) -> int | None:
    if not name:
        return None
    try:
        if name.startswith("mer_"):
            return parties.merchant_by_ref(viewer=viewer_of(request), ref=name).id
        return parties.merchant_by_slug(slug=name).id
    except NotYours as missing:
        raise RuleInvalid(field="merchant", why="merchant") from missing


def _channel(slug: str) -> str:
    if slug and slug not in {one.slug for one in channels.channels()}:
        raise RuleInvalid(field="channel", why="channel")
    return slug


def _rate(written: str, why: str) -> Decimal | None:
    if not written:
        return None
    try:
        return Decimal(written.replace(",", ".").removesuffix("%").strip()) / 100
    except InvalidOperation as wrong:
        raise RuleInvalid(field="rate", why=why) from wrong


def _day(written: str) -> date:
    try:
        found = parse_date(written)
    except ValueError:
        found = None
    if found is None:
        raise RuleInvalid(field="valid_from", why="past")
    return found


def _row(
    one: CommissionRule | ReserveRule, names: Mapping[int, str], today: date, days: int, mature_days: int
) -> RuleRow:
    category = one.category if isinstance(one, CommissionRule) else ""
    ref = catalogue.category_ref(path=category) if category else None
    return RuleRow(
        number=one.id,
        whom=names.get(one.merchant_id or 0, "") if one.merchant_id else "",
        category=" › ".join(text(step) for step in ref.trail) if ref else category,
        channel=channel_name(one.channel) if one.channel else "",
        rate="" if one.rate is None else percent(one.rate, 2),
        days=days,
        mature_days=mature_days,
        valid_from=one.valid_from,
        coming=one.valid_from > today,
        reason=one.reason,
    )


def _categories(nodes: "tuple[CategoryNode, ...]", depth: int = 0) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for node in nodes:
        found.append((node.path, "– " * depth + text(node.name)))
        found += _categories(node.children, depth + 1)
    return found
