"""Reading payments, holds, refunds, payouts and the provider's messages, as far as the viewer may see."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Q

from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.parties.terms import Viewer
from entrepot.payments import models
from entrepot.payments.queries.who import must_operate
from entrepot.payments.rules import Heard, heard
from entrepot.payments.terms import (
    OperatorAction,
    OperatorVerb,
    Outcome,
    Payment,
    PaymentId,
    PaymentUnknown,
    ProviderEvent,
    State,
    Unreadable,
)

TRIES_MOST: Final = 20

# --- the shopper's payment


def payment(*, viewer: Viewer, ref: str) -> Payment:
    """One payment of the viewer's own, or any for an operator. Raises PaymentUnknown."""
    if viewer.operator:
        with across_owners("the operator looks at any payment"):
            row = models.PaymentRow.objects.filter(ref=ref).first()
    elif viewer.shopper_id is not None:
        row = models.PaymentRow.objects.filter(shopper_id=viewer.shopper_id, ref=ref).first()
    else:
        row = None
    if row is None:
        raise PaymentUnknown
    return _payment(row)


def payment_of_order(*, shopper_id: int, order_id: int) -> Payment:
    """The payment of one order. Raises PaymentUnknown."""
    row = models.PaymentRow.objects.filter(shopper_id=shopper_id, order_id=order_id).first()
    if row is None:
        raise PaymentUnknown
    return _payment(row)


def payments_of_orders(*, orders: Sequence[tuple[int, int]]) -> dict[int, Payment]:
    """The payments of many (order, shopper) pairs by order, in one statement; absent ones are absent."""
    rows = models.PaymentRow.objects.filter(
        shopper_id__in=sorted({shopper_id for _, shopper_id in orders}),
        order_id__in=[order_id for order_id, _ in orders],
    )
    return {row.order_id: _payment(row) for row in rows}


def payment_by_id(*, payment_id: int, shopper_id: int) -> Payment:
    """One payment by its key. Raises PaymentUnknown."""
    row = models.PaymentRow.objects.filter(shopper_id=shopper_id, id=payment_id).first()
    if row is None:
        raise PaymentUnknown
    return _payment(row)


def payment_anywhere(*, payment_id: int) -> Payment:
    """A payment that only its key is known of. Raises PaymentUnknown."""
    with across_owners("a job knows the payment, not whose it is"):
        row = models.PaymentRow.objects.filter(id=payment_id).first()
    if row is None:
        raise PaymentUnknown
    return _payment(row)


def payment_at_provider(*, intent_id: str = "", reference: str = "") -> Payment | None:
    """The payment that the provider means, by its own id or by our reference."""
    with across_owners("the provider names a payment, not whose it is"):
        row = models.PaymentRow.objects.filter(intent_id=intent_id).first() if intent_id else None
        if row is None and reference:
            row = models.PaymentRow.objects.filter(ref=reference).first()
    return _payment(row) if row else None


def payments_in_trouble(*, viewer: Viewer, limit: int = 50) -> tuple[Payment, ...]:
    """Payments that the operator has to look into, latest first. Raises NotYours for others."""
    must_operate(viewer=viewer)
    with across_owners("the operator's list of troubles"):
        return tuple(_payment(row) for row in models.PaymentRow.objects.exclude(trouble="").order_by("-id")[:limit])


def actions_on(*, viewer: Viewer, payment_id: int) -> tuple[OperatorAction, ...]:
    """What operators did about a payment, latest first. Raises NotYours for others."""
    must_operate(viewer=viewer)
    rows = models.OperatorActionRow.objects.filter(payment_id=payment_id).order_by("-id")
    return tuple(OperatorAction(row.at, row.user_id, OperatorVerb(row.verb), row.reason) for row in rows)


def return_decided(*, payment_id: int) -> bool:
    """Whether an operator decided that whatever was taken for the payment goes back."""
    return models.OperatorActionRow.objects.filter(payment_id=payment_id, verb=OperatorVerb.GIVE_BACK).exists()


# --- what the provider said


def event(*, event_id: int) -> ProviderEvent | None:
    """One message of the provider's, by its key."""
    row = models.EventRow.objects.filter(id=event_id).first()
    return _event(row) if row else None


def events_waiting(*, received_before: datetime, limit: int = 200) -> tuple[int, ...]:
    """Messages that came before that moment and have not been dealt with, oldest first.

    After TRIES_MOST tries a message is left to the operator.
    """
    rows = models.EventRow.objects.filter(
        processed_at__isnull=True, received_at__lt=received_before, tries__lt=TRIES_MOST
    )
    return tuple(rows.order_by("received_at").values_list("id", flat=True)[:limit])


def events_odd(*, viewer: Viewer, after: int | None = None, limit: int = 50) -> tuple[ProviderEvent, ...]:
    """Messages about nothing of ours, against a rule or given up, latest first, for the operator.

    Raises NotYours for others.
    """
    must_operate(viewer=viewer)
    odd = Q(outcome__in=[Outcome.UNMATCHED, Outcome.REFUSED]) | Q(processed_at__isnull=True, tries__gte=TRIES_MOST)
    rows = models.EventRow.objects.filter(odd).order_by("-id")
    if after is not None:
        rows = rows.filter(id__lt=after)
    return tuple(_event(row) for row in rows[:limit])


def _payment(row: models.PaymentRow) -> Payment:
    return Payment(
        id=PaymentId(row.id),
        ref=row.ref,
        shopper_id=row.shopper_id,
        order_id=row.order_id,
        order_ref=row.order_ref,
        amount=Money(row.amount_minor, row.currency),
        state=State(row.state),
        intent_id=row.intent_id,
        pay_url=row.pay_url,
        return_url=row.return_url,
        description=row.description,
        language=row.language,
        reason=row.reason,
        trouble=row.trouble,
        created_at=row.created_at,
        captured_at=row.captured_at,
    )


def _event(row: models.EventRow) -> ProviderEvent:
    try:
        told = heard(said=json.loads(bytes(row.body)))
    except Unreadable:
        # Kept by an earlier version that took less for granted. It is on the operator's list by what was read then.
        told = Heard(row.kind, row.object_id, {})
    return ProviderEvent(
        id=row.id,
        event_id=row.event_id,
        kind=told.kind,
        object_id=told.object_id,
        data=told.data,
        received_at=row.received_at,
        processed_at=row.processed_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        trouble=row.trouble,
        tries=row.tries,
    )
