"""Buyer protection made longer by the shopper: once for each parcel, when few days are left."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.channels import queries as channels
from entrepot.flows.extend_release import extend_release
from entrepot.orders.terms import OrderView, Stage
from entrepot.payments import queries as payments
from entrepot.payments.terms import Who
from entrepot.web.viewer import signed_in, viewer_of


@require_POST
@signed_in
def extend(request: HttpRequest, ref: str, consignment: str) -> HttpResponse:
    """More time before the merchant gets the money."""
    extend_release(
        viewer=viewer_of(request), order_ref=ref, consignment_ref=consignment, days=0, reason="",
        key=f"shopper/{consignment}", at=clock.now(),
    )  # fmt: skip
    messages.success(request, _("You have more time now. The merchant gets the money some days later."))
    return HttpResponseRedirect(reverse("order", args=(ref,)))


def extendable(order: OrderView, at: datetime) -> tuple[tuple[str, str, int], ...]:
    """(reference, merchant, days) of delivered parcels whose release is near and was not put off by the shopper yet."""
    found = []
    for part in order.consignments:
        if part.stage is not Stage.DELIVERED or part.release_at is None or part.paused_since or part.release_at <= at:
            continue
        patience = channels.channel(slug=part.channel).patience
        if part.release_at - at > timedelta(days=patience.near):
            continue
        before = payments.extensions(merchant_id=part.merchant_id, consignment_id=part.id)
        if not any(one.who is Who.SHOPPER for one in before):
            found.append((part.ref, part.merchant_name, patience.shopper))
    return tuple(found)
