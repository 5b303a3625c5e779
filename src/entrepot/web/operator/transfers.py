"""One transfer, finding transfers, an order's money as accounts, and closing the books."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.base import clock
from entrepot.kernel.errors import EntrepotError
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.services import close_period
from entrepot.ledger.terms import About, Entry, Kind
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.parties.terms import NotYours, Viewer
from entrepot.payments import queries as payments
from entrepot.web.money_words import code_name
from entrepot.web.operator.ledger import Row, rows_of
from entrepot.web.viewer import operators_only, viewer_of

_PAGE = 50
_MOST = 2000


@dataclass(frozen=True, slots=True)
class Side:
    """One line of an account: what was posted to its debit or its credit side."""

    row: Row
    debit: Money | None
    credit: Money | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One account as far as an order moved it."""

    kind: Kind
    subject: int
    currency: str
    name: str
    lines: tuple[Side, ...]
    debits: Money
    credits: Money

    @property
    def balance(self) -> Money:
        return self.credits - self.debits


@operators_only
@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    """One transfer: its accounts, its time, what ended it, what it is about and where the chain has it."""
    viewer = viewer_of(request)
    record = ledger.record(transfer_id=number) if number < 2**63 else None
    if record is None:
        raise NotYours
    about = record.entry.about
    merchants = parties.merchants_by_id(merchant_ids=[about.merchant_id] if about.merchant_id else [])
    payouts = {}
    if about.payout_id and about.merchant_id:
        payouts = payments.payout_refs(merchant_id=about.merchant_id, payout_ids=[about.payout_id])
    (row,) = rows_of((record.entry,))
    shown = {
        "record": record,
        "row": row,
        "others": rows_of(record.group) if len(record.group) > 1 else (),
        "codes": code_name,
        "order": orders.refs_of_orders(viewer=viewer, order_ids=[about.order_id or 0]).get(about.order_id or 0, ""),
        "consignment": orders.refs_of_consignments(viewer=viewer, consignment_ids=[about.consignment_id or 0]).get(
            about.consignment_id or 0, ""
        ),
        "merchant": next((one.name for one in merchants.values()), ""),
        "payout": payouts.get(about.payout_id or 0, ""),
    }
    return render(request, "operator/transfer.html", shown)


@operators_only
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Transfers by number or key, or all of an order, a consignment or a payout by its reference."""
    words = request.GET.get("q", "").strip()[:100]
    number = int(words) if words.isascii() and words.isdigit() and len(words) < 19 else ledger.transfer_at(key=words)
    if words and number is not None and ledger.record(transfer_id=number) is not None:
        return HttpResponseRedirect(reverse("operator-transfer", args=[number]))
    about, after = _about(viewer_of(request), words), request.GET.get("after", "")
    found: tuple[Entry, ...] = ()
    if about is not None:
        start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
        found = ledger.transfers_of(about=about, after=start, limit=_PAGE + 1)
    shown = {
        "words": words,
        "rows": rows_of(found[:_PAGE]),
        "codes": code_name,
        "order": words if about is not None and about.order_id else "",
        "following": found[_PAGE - 1].id if len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "operator/find.html", shown)


@operators_only
@require_GET
def of_order(request: HttpRequest, ref: str) -> HttpResponse:
    """An order's money, account by account; in every currency the balances add up to nothing."""
    order = orders.order(viewer=viewer_of(request), ref=ref)
    rows = rows_of(ledger.transfers_of(about=About(order_id=order.id), limit=_MOST))
    sheets = _sheets(rows)
    currencies = sorted({sheet.currency for sheet in sheets})
    shown = {
        "order": order,
        "sheets": sheets,
        "sums": [Money.total((one.balance for one in sheets if one.currency == each), each) for each in currencies],
        "open": [row for row in rows if row.entry.state.value == "pending"],
        "codes": code_name,
    }
    return render(request, "operator/order_money.html", shown)


@operators_only
@require_GET
def closing(request: HttpRequest) -> HttpResponse:
    """What closing the books up to the end of a day would take in; nothing is closed by looking."""
    day, now = _day(request.GET.get("day", "")), clock.now()
    until = _end_of(day) if day else None
    closed = ledger.closed_until()
    wrong = ""
    if until is not None and until > now:
        wrong = _("That day is not over yet (UTC).")
    elif until is not None and closed is not None and until <= closed:
        wrong = _("That day is closed already.")
    preview = ledger.closing(until=until) if until is not None and not wrong else None
    shown = {
        "day": day,
        "wrong": wrong,
        "preview": preview,
        "closed": closed - timedelta(days=1) if closed else None,
        "open": rows_of(preview.open) if preview else (),
        "codes": code_name,
    }
    return render(request, "operator/closing.html", shown)


@operators_only
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close the books up to the end of a day, for good."""
    day = _day(request.POST.get("day", ""))
    if day is None:
        raise NotYours
    try:
        close_period(until=_end_of(day), at=clock.now())
    except EntrepotError as refusal:
        messages.error(request, refusal.text())
    except OperationalError:
        messages.error(request, _("Money is being posted just now. Nothing was closed; try again in a moment."))
    else:
        messages.success(request, _("The books are closed. What takes effect in that time is refused from now on."))
    return HttpResponseRedirect(reverse("operator-ledger-close"))


def _about(viewer: Viewer, words: str) -> About | None:
    """What a reference names; none when it names nothing that money moves for."""
    try:
        if words.startswith("ord_"):
            return About(order_id=orders.order(viewer=viewer, ref=words).id)
        if words.startswith("csn_"):
            return About(consignment_id=orders.consignment(viewer=viewer, ref=words).id)
    except EntrepotError:
        return None
    payout = payments.payout_anywhere(viewer=viewer, ref=words) if words.startswith("pyt_") else None
    return About(payout_id=payout.id) if payout else None


def _sheets(rows: tuple[Row, ...]) -> tuple[Sheet, ...]:
    lines: dict[tuple[str, Kind, int], tuple[str, list[Side]]] = {}
    for row in rows:
        entry, posted = row.entry, row.entry.posted
        if not posted:
            continue
        debit = (posted.currency, entry.debit_kind, entry.debit_subject)
        credit = (posted.currency, entry.credit_kind, entry.credit_subject)
        lines.setdefault(debit, (row.debit, []))[1].append(Side(row, posted, None))
        lines.setdefault(credit, (row.credit, []))[1].append(Side(row, None, posted))
    return tuple(
        Sheet(
            kind,
            subject,
            currency,
            name,
            tuple(sides),
            Money.total((side.debit for side in sides if side.debit), currency),
            Money.total((side.credit for side in sides if side.credit), currency),
        )
        for (currency, kind, subject), (name, sides) in lines.items()
    )


def _day(written: str) -> date | None:
    try:
        return parse_date(written)
    except ValueError:
        return None


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC) + timedelta(days=1)
