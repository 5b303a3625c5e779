"""Paying: our page while the provider's is prepared, and again when the shopper comes back from it."""

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from entrepot.orders import queries as orders
from entrepot.payments import queries as payments
from entrepot.payments.terms import Payment, State
from entrepot.web.viewer import signed_in, viewer_of

_COMING: Final = frozenset({State.CREATED, State.OPENING})
_DONE: Final = frozenset({State.CAPTURED, State.AUTHORISED})


@signed_in
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """On the way out: as soon as the provider has a page for this payment, there."""
    payment = _payment(request, ref)
    if payment.state in _DONE:
        return _go(request, reverse("order", args=(ref,)) + "?paid=1")
    if payment.state is State.AWAITING and payment.pay_url and getattr(request, "htmx", False):
        return _go(request, payment.pay_url)
    return _drawn(request, payment, phase="out")


@signed_in
def back(request: HttpRequest, ref: str) -> HttpResponse:
    """On the way back: the provider's word may be a moment behind the shopper."""
    payment = _payment(request, ref)
    if payment.state in _DONE:
        return _go(request, reverse("order", args=(ref,)) + "?paid=1")
    return _drawn(request, payment, phase="back")


def _payment(request: HttpRequest, ref: str) -> Payment:
    order = orders.order(viewer=viewer_of(request), ref=ref)
    return payments.payment_of_order(shopper_id=order.shopper_id, order_id=order.id)


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """Leave this page, whether it asked by itself (htmx) or the browser did."""
    if getattr(request, "htmx", False):
        answer = HttpResponse()
        answer["HX-Redirect"] = address
        return answer
    return HttpResponseRedirect(address)


def _drawn(request: HttpRequest, payment: Payment, *, phase: str) -> HttpResponse:
    waiting = payment.state in _COMING or (phase == "back" and payment.state is State.AWAITING)
    context = {
        "ref": payment.order_ref,
        "amount": payment.amount,
        "phase": phase,
        "waiting": waiting,
        "failed": payment.state is State.FAILED,
        # A form's answer may not lead to another site (form-action 'self'): the page goes there by itself instead.
        "leave": phase == "out" and payment.state is State.AWAITING and bool(payment.pay_url),
        "over": payment.state in {State.CANCELLED, State.RETURNING, State.RETURNED},
        "reason": payment.reason,
        "pay_url": payment.pay_url,
        "here": reverse("order_pay" if phase == "out" else "order_return", args=(payment.order_ref,)),
    }
    template = "shopper/pay_state.html" if getattr(request, "htmx", False) else "shopper/pay.html"
    return render(request, template, context)
