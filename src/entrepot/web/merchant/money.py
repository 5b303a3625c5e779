"""The merchant's money: held, available, on its way, paid out, and the transfers it is made of."""

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
from entrepot.flows.open_payout import open_payout
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Entry, Kind
from entrepot.orders import queries as orders
from entrepot.parties import queries as parties
from entrepot.parties.terms import Merchant, NotYours, Role
from entrepot.payments import queries as payments
from entrepot.payments.rules import next_day
from entrepot.payments.terms import Hold, HoldState, Payout, PayoutState, Way
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.money_words import move_name
from entrepot.web.viewer import viewer_of

_PAGE = 50


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A consignment whose money is held, and when it is due."""

    ref: str
    opened_at: datetime
    release_at: datetime | None
    net: Money


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One movement on the merchant's own account, as the merchant reads it."""

    at: datetime
    what: str
    change: Money
    pending: bool
    voided: bool
    consignment: str


@for_merchant
def show(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    viewer = viewer_of(request)
    before = request.GET.get("after", "")
    entries = ledger.merchant_entries(
        merchant_id=merchant.id, before=int(before) if before.isdigit() else None, limit=_PAGE + 1
    )
    holds = payments.holds_of(viewer=viewer, merchant_id=merchant.id, state=HoldState.OPEN, limit=20)
    ids = [hold.shares.consignment_id for hold in holds]
    ids += [entry.about.consignment_id for entry in entries if entry.about.consignment_id]
    refs = orders.consignment_refs(merchant_id=merchant.id, consignment_ids=ids)
    shown = {
        "merchant": merchant,
        "sums": payments.money_of(viewer=viewer, merchant_id=merchant.id),
        "held": [_held(hold, refs) for hold in holds],
        "payouts": payments.payouts_of(viewer=viewer, merchant_id=merchant.id, limit=10),
        "words": _PAYOUT_TONES,
        "chargebacks": payments.chargebacks_to_answer(viewer=viewer, merchant_id=merchant.id),
        "moves": [_move(entry, refs) for entry in entries[:_PAGE]],
        "following": entries[_PAGE - 1].id if len(entries) > _PAGE else None,
        "first": not before,
        "account": parties.bank_account(merchant_id=merchant.id),
        "next_day": next_day(
            schedule=payments.schedule(viewer=viewer, merchant_id=merchant.id), after=clock.now().date()
        ),
        "on_days_only": payments.payout_way() is Way.BANK,
        "stopped": payments.payouts_held(merchant_id=merchant.id),
        "owner": viewer.merchants.get(merchant.id) is Role.OWNER,
        "key": new_reference("key"),
    }
    return render(request, "merchant/money.html", shown)


@for_merchant
@require_POST
def take_out(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Open a payout of everything available in one currency; only the owner may."""
    if viewer_of(request).merchants.get(merchant.id) is not Role.OWNER:
        raise NotYours
    key = request.POST.get("key", "")[:64] or new_reference("key")
    open_payout(merchant_id=merchant.id, currency=request.POST.get("currency", "")[:3], key=key, at=clock.now())
    messages.success(request, _("The payout is on its way. Banks usually take one to three working days."))
    return HttpResponseRedirect(reverse("merchant-money", args=[merchant.slug]))


@for_merchant
def payout(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """One payout with the transfers it moved."""
    found: Payout = payments.payout(viewer=viewer_of(request), merchant_id=merchant.id, ref=ref)
    return render(request, "merchant/payout.html", {"merchant": merchant, "payout": found, "words": _PAYOUT_TONES})


def _held(hold: Hold, refs: dict[int, str]) -> HeldRow:
    return HeldRow(
        refs.get(hold.shares.consignment_id, ""),
        hold.opened_at,
        hold.release_at,
        hold.shares.merchant_net,
    )


def _move(entry: Entry, refs: dict[int, str]) -> MoveRow:
    credited = entry.credit_kind is Kind.MERCHANT_AVAILABLE
    return MoveRow(
        at=entry.effective_at,
        what=move_name(entry.code),
        change=entry.amount if credited else -entry.amount,
        pending=entry.state.value == "pending",
        voided=entry.state.value == "voided",
        consignment=refs.get(entry.about.consignment_id or 0, ""),
    )


_PAYOUT_TONES = {
    PayoutState.OPEN: "going",
    PayoutState.SENT: "going",
    PayoutState.PAID: "arrived",
    PayoutState.FAILED: "refused",
    PayoutState.RETURNED: "refused",
}
