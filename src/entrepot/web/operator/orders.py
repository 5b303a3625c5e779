"""Orders as the operator sees them: found by state or reference, each with its money to the transfer."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.flows.give_back_refused import give_back_refused
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import About
from entrepot.orders import queries as orders
from entrepot.orders.terms import State
from entrepot.parties import queries as parties
from entrepot.payments import queries as payments
from entrepot.payments.rules import SETTLED
from entrepot.web.depot.words import mode_name
from entrepot.web.explained import opening_rows, rates_shown
from entrepot.web.merchant.chargebacks import reason_name, state_name
from entrepot.web.merchant.words import channel_name
from entrepot.web.money_words import code_name
from entrepot.web.operator.ledger import rows_of
from entrepot.web.operator.words import action_name, trouble_name
from entrepot.web.shopper.prices import regime_name
from entrepot.web.viewer import operators_only, viewer_of

_PAGE = 50


@operators_only
def listing(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    chosen = request.GET.get("state", "")
    words = request.GET.get("q", "").strip()[:40]
    after = request.GET.get("after", "")
    found = orders.orders_page(
        viewer=viewer,
        state=State(chosen) if chosen in set(State) else None,
        ref=words,
        after=after or None,
        limit=_PAGE + 1,
    )
    shown = {
        "rows": found[:_PAGE],
        "counts": orders.order_counts(viewer=viewer),
        "states": list(State),
        "chosen": chosen,
        "words": words,
        "following": found[_PAGE - 1].ref if len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "operator/orders.html", shown)


@operators_only
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """One order: its consignments, its payment, what is held, and every transfer."""
    viewer = viewer_of(request)
    order = orders.order(viewer=viewer, ref=ref)
    merchant_ids = [one.merchant_id for one in order.consignments]
    payment = payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id)
    actions = payments.actions_on(viewer=viewer, payment_id=payment.id)
    shown = {
        "order": order,
        "opening": opening_rows(order.amounts, order.promotions),
        "rates": rates_shown(order.fx),
        "payment": payment,
        "returnable": order.state in {State.PLACED, State.CANCELLED} and payment.state not in SETTLED,
        "actions": actions,
        "card_page": payment.pay_url if settings.PAYMENT_PROVIDER == "sandbox" and payment.captured_at else "",
        "promise": payments.authorisation(payment_id=payment.id, shopper_id=payment.shopper_id),
        "chargebacks": payments.chargebacks_of_payment(
            viewer=viewer, shopper_id=order.shopper_id, payment_id=payment.id
        ),
        "chargeback_state": state_name,
        "chargeback_reason": reason_name,
        "people": parties.people_names(viewer=viewer, user_ids=[one.user_id for one in actions]),
        "action_name": action_name,
        "holds": {
            hold.shares.consignment_id: hold
            for hold in payments.holds_of_order(viewer=viewer, order_id=order.id, merchant_ids=merchant_ids)
        },
        "transfers": rows_of(ledger.transfers_of(about=About(order_id=order.id), limit=500)),
        "codes": code_name,
        "trouble_name": trouble_name,
        "channel_name": channel_name,
        "mode_name": mode_name,
        "regime_name": regime_name,
    }
    return render(request, "operator/order.html", shown)


@operators_only
@require_POST
def give_back(request: HttpRequest, ref: str, consignment: str) -> HttpResponse:
    """Customs refused the parcel and its shopper does not say what they want: their money goes back."""
    give_back_refused(viewer=viewer_of(request), order_ref=ref, consignment_ref=consignment, at=clock.now())
    messages.success(request, _("The money is on its way back to the shopper."))
    return HttpResponseRedirect(reverse("operator-order", args=[ref]))
