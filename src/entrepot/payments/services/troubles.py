"""What operators do about payments in trouble and odd messages, each with a line of who did it, when and why."""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, DateTimeField, Exists, Q, QuerySet, Value, When

from entrepot.base.outbox import defer
from entrepot.parties.terms import NotYours, Viewer
from entrepot.payments import models, queries
from entrepot.payments.terms import OperatorVerb, Outcome, Payment, ReasonMissing, RefundState, State

_REASON_LEAST = 5


@transaction.atomic
def ask_provider_again(*, viewer: Viewer, ref: str, at: datetime) -> None:
    """Take a payment off the list and have the provider asked at once; when the trouble is still there it comes back.

    Changes nothing when it is not on the list, so not when pressed twice. Raises NotYours for all but operators,
    PaymentUnknown.
    """
    user_id = _operator(viewer)
    payment = queries.payment(viewer=viewer, ref=ref)
    if _row_of(payment).exclude(trouble="").update(trouble="", poll_at=_due(payment, at), polls=0):
        _note(user_id=user_id, payment=payment, verb=OperatorVerb.ASK, reason="", at=at)
        _ask(payment)


@transaction.atomic
def mark_payment_handled(*, viewer: Viewer, ref: str, reason: str, at: datetime) -> None:
    """Take a payment off the list: it was settled elsewhere. Moves no money.

    Changes nothing when it is not on the list. Raises NotYours for all but operators, PaymentUnknown, ReasonMissing.
    """
    user_id, why = _operator(viewer), _given(reason)
    payment = queries.payment(viewer=viewer, ref=ref)
    if _row_of(payment).exclude(trouble="").update(trouble=""):
        _note(user_id=user_id, payment=payment, verb=OperatorVerb.HANDLED, reason=why, at=at)


@transaction.atomic
def mark_event_handled(*, viewer: Viewer, event_id: int, reason: str, at: datetime) -> bool:
    """Take an odd message off the list, saying why; answers whether it stood there. Repeating changes nothing.

    Raises NotYours for all but operators, ReasonMissing.
    """
    user_id = _operator(viewer)
    why = _given(reason)
    odd = Q(outcome__in=[Outcome.UNMATCHED, Outcome.REFUSED])
    odd |= Q(processed_at__isnull=True, tries__gte=queries.TRIES_MOST)
    moved = models.EventRow.objects.filter(odd, id=event_id).update(outcome=Outcome.HANDLED, processed_at=at)
    if moved:
        models.OperatorActionRow.objects.create(
            at=at, user_id=user_id, event_id=event_id, verb=OperatorVerb.HANDLED, reason=why
        )
    return bool(moved)


@transaction.atomic(savepoint=False)
def decide_return(*, viewer: Viewer, payment: Payment, reason: str, at: datetime) -> None:
    """Whatever the provider took for this payment goes back, be it another amount than was asked.

    The payment is locked. A decision stands once: repeating it has the provider asked again, until the money is back.
    Raises NotYours for all but operators, ReasonMissing.
    """
    user_id, why = _operator(viewer), _given(reason)
    if not queries.return_decided(payment_id=payment.id):
        _note(user_id=user_id, payment=payment, verb=OperatorVerb.GIVE_BACK, reason=why, at=at)
    _row_of(payment).update(trouble="", poll_at=_due(payment, at), polls=0)
    _ask(payment)


def _row_of(payment: Payment) -> QuerySet[models.PaymentRow]:
    return models.PaymentRow.objects.filter(shopper_id=payment.shopper_id, id=payment.id)


def _due(payment: Payment, at: datetime) -> Case:
    """When to ask next: at once, but never about a payment that has ended and of which nothing is owed back."""
    owed = models.RefundRow.objects.filter(shopper_id=payment.shopper_id, payment_id=payment.id, state=RefundState.OPEN)
    ended = Q(state__in=[State.CAPTURED, State.RETURNED])
    return Case(When(ended & ~Exists(owed), then=Value(None, DateTimeField())), default=Value(at, DateTimeField()))


def _ask(payment: Payment) -> None:
    defer("payments.check_payment", once=f"check_payment/{payment.id}", payment_id=payment.id)


def _note(*, user_id: int, payment: Payment, verb: OperatorVerb, reason: str, at: datetime) -> None:
    models.OperatorActionRow.objects.create(at=at, user_id=user_id, payment_id=payment.id, verb=verb, reason=reason)


def _operator(viewer: Viewer) -> int:
    if not viewer.operator or viewer.user_id is None:
        raise NotYours
    return viewer.user_id


def _given(reason: str) -> str:
    written = " ".join(reason.split())[:300]
    if len(written) < _REASON_LEAST:
        raise ReasonMissing
    return written
