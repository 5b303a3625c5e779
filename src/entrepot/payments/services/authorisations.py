"""Authorise first, take later: the promise, the merchants' answers, and the money in the end."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from entrepot.base.identity import new_id
from entrepot.base.outbox import defer
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.payments import models, queries, rules
from entrepot.payments.terms import Authorisation, Payment, ProviderProof, State, Verb, Verdict


@transaction.atomic
def begin_authorising(*, payment: Payment) -> None:
    """This payment is to be authorised first. Repeats change nothing."""
    models.AuthorisationRow.objects.get_or_create(
        shopper_id=payment.shopper_id,
        payment_id=payment.id,
        defaults={
            "id": new_id(owner=payment.shopper_id),
            "order_id": payment.order_id,
            "promised_minor": payment.amount.minor,
            "currency": payment.amount.currency,
        },
    )


@transaction.atomic(savepoint=False)
def record_authorisation(*, payment: Payment, proof: ProviderProof, at: datetime) -> datetime:
    """The card's bank has promised the money; gives when it is taken at the latest. Raises AmountDiffers, WrongMoment."""
    following = rules.after(state=payment.state, verb=Verb.AUTHORISE)
    rules.check_amount(asked=payment.amount, got=proof.amount)
    capture_at = at + rules.CAPTURE_WITHIN
    moved = models.PaymentRow.objects.filter(
        shopper_id=payment.shopper_id, id=payment.id, state=payment.state, intent_id__in=["", proof.provider_id]
    ).update(state=following, intent_id=proof.provider_id, reason="", trouble="", poll_at=capture_at, polls=0)
    must(moved == 1, "a payment is locked while it is authorised, and has one intent")
    models.AuthorisationRow.objects.filter(shopper_id=payment.shopper_id, payment_id=payment.id).update(
        authorised_at=at, capture_at=capture_at
    )
    return capture_at


@transaction.atomic(savepoint=False)
def record_verdict(*, payment: Payment, merchant_id: int, consignment_id: int, verdict: Verdict, at: datetime) -> bool:
    """What a merchant says to its consignment; answers whether that is new. The first word counts."""
    _, made = models.VerdictRow.objects.get_or_create(
        merchant_id=merchant_id,
        consignment_id=consignment_id,
        defaults={
            "id": new_id(owner=merchant_id),
            "payment_id": payment.id,
            "verdict": verdict,
            "at": at,
        },
    )
    return made


@transaction.atomic(savepoint=False)
def take_less(*, payment: Payment, less: Money) -> None:
    """So much of what was promised will not be taken. The payment is locked."""
    moved = models.AuthorisationRow.objects.filter(shopper_id=payment.shopper_id, payment_id=payment.id).update(
        dropped_minor=F("dropped_minor") + less.minor
    )
    must(moved == 1, "only what was authorised can be dropped")


@transaction.atomic
def take_now(*, payment: Payment) -> None:
    """All merchants have answered: a job takes the money."""
    defer("payments.capture", once=f"capture/{payment.id}", payment_id=payment.id)


@transaction.atomic
def begin_taking(*, payment_id: int, shopper_id: int, at: datetime) -> Authorisation | None:
    """The provider is about to be asked for the money: gives what is due, which no merchant can change from here on.

    None when there is nothing to take. Repeats give the same.
    """
    rows = models.PaymentRow.objects.filter(shopper_id=shopper_id, id=payment_id)
    known = rows.select_for_update(no_key=True).get()
    if State(known.state) is not State.AUTHORISED:
        return None
    models.AuthorisationRow.objects.filter(shopper_id=shopper_id, payment_id=payment_id, taking_at=None).update(
        taking_at=at
    )
    return queries.authorisation(payment_id=payment_id, shopper_id=shopper_id)


@transaction.atomic(savepoint=False)
def record_collection(*, payment: Payment, authorisation: Authorisation, proof: ProviderProof, at: datetime) -> State:
    """What was promised was taken: gives the new state, CAPTURED, or RETURNING when the order was given up before.

    Raises AmountDiffers, WrongMoment.
    """
    following = rules.after(state=payment.state, verb=Verb.COLLECT)
    if following is State.CAPTURED:
        rules.check_amount(asked=authorisation.due, got=proof.amount)
    moved = models.PaymentRow.objects.filter(
        shopper_id=payment.shopper_id, id=payment.id, state=payment.state, intent_id__in=["", proof.provider_id]
    ).update(
        state=following,
        intent_id=proof.provider_id,
        captured_at=at,
        reason="",
        trouble="",
        poll_at=at + rules.POLL_FIRST if following is State.RETURNING else None,
        polls=0,
    )
    must(moved == 1, "a payment is locked while it is taken, and has one intent")
    return following
