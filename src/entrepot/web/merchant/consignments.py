"""Consignments: what is to ship, on its way and done, and handing one over."""

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
from entrepot.carriage import queries as carriage
from entrepot.carriage.terms import MARKETPLACE, Tracking
from entrepot.channels.terms import Route
from entrepot.depot import queries as depot
from entrepot.flows.answer_authorised import answer_authorised
from entrepot.flows.extend_release import extend_release
from entrepot.flows.ship_consignment import ship_consignment
from entrepot.kernel.money import Money, exponent
from entrepot.landed import queries as landed
from entrepot.landed.rules import citation
from entrepot.orders import queries as orders
from entrepot.orders.terms import ConsignmentView, Stage
from entrepot.parties.terms import Merchant, NotYours
from entrepot.payments import queries as payments
from entrepot.payments.terms import State, Verdict
from entrepot.rates.terms import Rate
from entrepot.web.explained import explained
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.merchant.words import moment_name, step_name
from entrepot.web.promoting import level_name
from entrepot.web.templating import language, percent
from entrepot.web.viewer import viewer_of

_PAGE = 50
TABS = (
    "paid",
    "sent",
    "received",
    "packed",
    "dispatched",
    "delivered",
    "released",
    "refused",
    "refunded",
    "cancelled",
    "placed",
)


@dataclass(frozen=True, slots=True)
class Account:
    """What a consignment brings, in the merchant's own currency, and what it comes from when the shopper paid in another.

    given, carried: what the merchant bears of discounts on goods and on delivery. paid: what the shopper paid for the
    goods; added: what the marketplace adds to it for discounts that it bears; taken: the commission within both.
    """

    goods: Money
    given: Money
    carried: Money
    commission: Money
    net: Money
    paid: Money
    added: Money
    taken: Money
    rate: Rate | None
    # One unit of the merchant's currency, and what the shopper was charged for it.
    one: Money
    rate_written: str
    # The commission as agreed on the day of the sale, and the tax on it in the shopper's currency.
    commission_rates: str = ""
    commission_tax: Money | None = None


@for_merchant
def listing(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    chosen = request.GET.get("stage", "paid")
    stage = Stage(chosen) if chosen in TABS else None
    after = request.GET.get("after", "")
    found = orders.consignments_of(
        viewer=viewer_of(request),
        merchant_id=merchant.id,
        stage=stage,
        after=after or None,
        limit=_PAGE + 1,
    )
    shown = {
        "merchant": merchant,
        "rows": found[:_PAGE],
        "stage": chosen,
        "stages": [Stage(name) for name in TABS],
        "chosen": stage,
        "counts": orders.consignment_counts(viewer=viewer_of(request), merchant_id=merchant.id),
        "following": found[_PAGE - 1].ref if len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "merchant/consignments.html", shown)


@for_merchant
def show(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    consignment = orders.consignment(viewer=viewer_of(request), ref=ref)
    if consignment.merchant_id != merchant.id:
        raise NotYours
    account = _account(consignment)
    answerable, agreed = _promise(consignment)
    shown = {
        "merchant": merchant,
        "consignment": consignment,
        "answerable": answerable,
        "agreed": agreed,
        "account": account,
        "way": level_name(consignment.level),
        "source": citation(account.rate.source, language()) if account.rate else "",
        "tracking": _tracking(consignment),
        "chargeback": payments.standing_chargebacks(merchant_id=merchant.id, consignment_ids=[consignment.id]).get(
            consignment.id
        ),
        "steps": step_name,
        "key": new_reference("key"),
        "extendable": consignment.stage is Stage.DELIVERED,
        "stage_of": lambda what: moment_name(Stage(what)),
    }
    return render(request, "merchant/consignment.html", shown)


@for_merchant
def price(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """How the shopper's price for this consignment was made."""
    consignment = orders.consignment(viewer=viewer_of(request), ref=ref)
    if consignment.merchant_id != merchant.id:
        raise NotYours
    quote_ref = orders.quote_of_order(shopper_id=consignment.shopper_id, order_id=consignment.order_id)
    quote = landed.quotes_by_ref(shopper_id=consignment.shopper_id, refs=[quote_ref])[quote_ref]
    shown = {"merchant": merchant, "ref": ref, "price": explained(quote, merchant_id=merchant.id)}
    return render(request, "merchant/price.html", shown)


@for_merchant
@require_POST
def ship(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """The merchant has packed it: label it, and hand it to the depot or the carrier."""
    ship_consignment(viewer=viewer_of(request), consignment_ref=ref, key=f"ship:{ref}", at=clock.now())
    messages.success(request, _("Marked as handed over. Print the label and put it on the parcel."))
    return HttpResponseRedirect(reverse("merchant-consignment", args=[merchant.slug, ref]))


@for_merchant
@require_POST
def extend(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """Give the shopper more time: the merchant's own money is released later."""
    days = request.POST.get("days", "")
    extend_release(
        viewer=viewer_of(request), order_ref="", consignment_ref=ref, days=int(days) if days.isdigit() else 0,
        reason=request.POST.get("reason", ""), key=request.POST.get("key", "")[:64] or new_reference("key"),
        at=clock.now(),
    )  # fmt: skip
    messages.success(request, _("The shopper has more time now."))
    return HttpResponseRedirect(reverse("merchant-consignment", args=[merchant.slug, ref]))


def _account(consignment: ConsignmentView) -> Account:
    net = consignment.merchant_net
    goods = Money.total((line.merchant_unit * line.quantity for line in consignment.lines), net.currency)
    rate = orders.frozen_rate(consignment=consignment)
    given = Money.total((line.merchant_discount for line in consignment.lines if line.merchant_discount), net.currency)
    carried = Money.total((line.merchant_freight for line in consignment.lines if line.merchant_freight), net.currency)
    reductions = consignment.reductions
    return Account(
        goods=goods,
        given=given,
        carried=carried,
        commission=goods - given - carried - net,
        net=net,
        paid=consignment.amounts.goods,
        added=reductions.promoted if reductions else Money.zero(consignment.amounts.goods.currency),
        taken=consignment.commission,
        rate=rate,
        one=Money(10 ** exponent(net.currency), net.currency),
        rate_written=f"{rate.value:.4f}" if rate else "",
        commission_rates=" · ".join(
            percent(each, 2)
            for each in sorted({line.commission_rate for line in consignment.lines if line.commission_rate})
        ),
        commission_tax=consignment.commission_tax or None,
    )


def _tracking(consignment: ConsignmentView) -> Tracking | None:
    """The carrier's news: of the parcel itself, or of the master box it lies in."""
    if consignment.route is Route.DIRECT:
        return carriage.tracking(merchant_id=consignment.merchant_id, subject="consignment", subject_id=consignment.id)
    box = depot.box_of(merchant_id=consignment.merchant_id, consignment_id=consignment.id)
    if box is None:
        return None
    return carriage.tracking(merchant_id=MARKETPLACE, subject="box", subject_id=box.id, house=consignment.barcode)


@for_merchant
@require_POST
def answer(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """Say whether a consignment of an authorised order can be supplied."""
    verdict = Verdict.DROPPED if request.POST.get("verdict") == Verdict.DROPPED else Verdict.AGREED
    answer_authorised(viewer=viewer_of(request), consignment_ref=ref, verdict=verdict, at=clock.now())
    dropped = _("Your part of the order is cancelled. The shopper does not pay for it.")
    messages.success(request, dropped if verdict is Verdict.DROPPED else _("Agreed. The money is taken next."))
    return HttpResponseRedirect(reverse("merchant-consignment", args=[merchant.slug, ref]))


def _promise(consignment: ConsignmentView) -> tuple[datetime | None, bool]:
    """Until when the merchant can say whether it supplies an authorised order, and whether it has agreed."""
    if consignment.stage is not Stage.PLACED:
        return None, False
    known = orders.consignment_by_id(consignment_id=consignment.id, merchant_id=consignment.merchant_id)
    payment = payments.payment_of_order(shopper_id=known.shopper_id, order_id=known.order_id)
    if payment.state is not State.AUTHORISED:
        return None, False
    promise = payments.authorisation(payment_id=payment.id, shopper_id=payment.shopper_id)
    said = payments.verdicts(payment_id=payment.id, merchant_ids=[consignment.merchant_id])
    answered = consignment.id in said or promise is None or promise.taking_at is not None
    return (None, True) if answered or promise is None else (promise.capture_at, False)
