"""What operators do about payments in trouble and odd messages of the provider."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.flows.cancel_order import Decision, cancel_order
from entrepot.orders.terms import CancelReason
from entrepot.payments import queries as payments
from entrepot.payments.services import ask_provider_again, mark_event_handled, mark_payment_handled, take_now
from entrepot.web.viewer import operators_only, viewer_of


@operators_only
@require_POST
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Have the provider asked again."""
    payment = payments.payment(viewer=viewer_of(request), ref=ref)
    ask_provider_again(viewer=viewer_of(request), ref=ref, at=clock.now())
    messages.success(
        request, _("The provider is being asked. If the trouble is still there, it comes back to the list.")
    )
    return HttpResponseRedirect(reverse("operator-order", args=[payment.order_ref]))


@operators_only
@require_POST
def handled(request: HttpRequest, ref: str) -> HttpResponse:
    """It was settled elsewhere."""
    payment = payments.payment(viewer=viewer_of(request), ref=ref)
    reason = request.POST.get("reason", "")
    mark_payment_handled(viewer=viewer_of(request), ref=ref, reason=reason, at=clock.now())
    messages.success(request, _("Marked as handled."))
    return HttpResponseRedirect(reverse("operator-order", args=[payment.order_ref]))


@operators_only
@require_POST
def give_back(request: HttpRequest, ref: str) -> HttpResponse:
    """End the order; whatever was taken for it goes back to the shopper."""
    payment = payments.payment(viewer=viewer_of(request), ref=ref)
    cancel_order(
        order_id=payment.order_id, shopper_id=payment.shopper_id, reason=CancelReason.OPERATOR, at=clock.now(),
        decision=Decision(viewer_of(request), request.POST.get("reason", "")),
    )  # fmt: skip
    messages.success(request, _("The order is cancelled. Whatever the provider took goes back to the shopper."))
    return HttpResponseRedirect(reverse("operator-order", args=[payment.order_ref]))


@operators_only
@require_POST
def event_handled(request: HttpRequest, event_id: int) -> HttpResponse:
    """Somebody has looked into a message."""
    reason = request.POST.get("reason", "")
    mark_event_handled(viewer=viewer_of(request), event_id=event_id, reason=reason, at=clock.now())
    messages.success(request, _("Marked as handled."))
    return HttpResponseRedirect(reverse("operator"))


@operators_only
@require_POST
def take(request: HttpRequest, ref: str) -> HttpResponse:
    """Have what was authorised taken now, for all merchants that have not dropped their part."""
    payment = payments.payment(viewer=viewer_of(request), ref=ref)
    take_now(payment=payment)
    messages.success(request, _("The money is being taken."))
    return HttpResponseRedirect(reverse("operator-order", args=[payment.order_ref]))
