"""Reading payments, holds, refunds, payouts and the provider's messages, as far as the viewer may see."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import F, Q, Sum

from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind, Shares
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import NotYours, Viewer
from entrepot.payments import models
from entrepot.payments.rules import shares_left
from entrepot.payments.terms import (
    HeldDiffers,
    Hold,
    HoldState,
    HoldUnknown,
    MerchantMoney,
    OperatorAction,
    OperatorVerb,
    Outcome,
    Payment,
    PaymentId,
    PaymentUnknown,
    Payout,
    PayoutId,
    PayoutState,
    PayoutUnknown,
    ProviderEvent,
    State,
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
    _must_operate(viewer)
    with across_owners("the operator's list of troubles"):
        return tuple(_payment(row) for row in models.PaymentRow.objects.exclude(trouble="").order_by("-id")[:limit])


def actions_on(*, viewer: Viewer, payment_id: int) -> tuple[OperatorAction, ...]:
    """What operators did about a payment, latest first. Raises NotYours for others."""
    _must_operate(viewer)
    rows = models.OperatorActionRow.objects.filter(payment_id=payment_id).order_by("-id")
    return tuple(OperatorAction(row.at, row.user_id, OperatorVerb(row.verb), row.reason) for row in rows)


def return_decided(*, payment_id: int) -> bool:
    """Whether an operator decided that whatever was taken for the payment goes back."""
    return models.OperatorActionRow.objects.filter(payment_id=payment_id, verb=OperatorVerb.GIVE_BACK).exists()


# --- holds


def hold(*, merchant_id: int, consignment_id: int) -> Hold:
    """The money held for one consignment. Raises HoldUnknown."""
    row = models.HoldRow.objects.filter(merchant_id=merchant_id, consignment_id=consignment_id).first()
    if row is None:
        raise HoldUnknown
    return _hold(row)


def holds_of(
    *, viewer: Viewer, merchant_id: int, state: HoldState | None = None, after: int | None = None, limit: int = 50
) -> tuple[Hold, ...]:
    """A merchant's holds, latest first, after the hold id `after`. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.HoldRow.objects.filter(merchant_id=merchant_id).order_by("-id")
    if state is not None:
        rows = rows.filter(state=state)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return tuple(_hold(row) for row in rows[:limit])


def holds_of_order(*, viewer: Viewer, order_id: int, merchant_ids: Sequence[int]) -> tuple[Hold, ...]:
    """What is held for an order's consignments, for the operator. Raises NotYours for others."""
    _must_operate(viewer)
    rows = models.HoldRow.objects.filter(merchant_id__in=list(merchant_ids), order_id=order_id).order_by("id")
    return tuple(_hold(row) for row in rows)


# --- a merchant's money


def money_of(*, viewer: Viewer, merchant_id: int) -> tuple[MerchantMoney, ...]:
    """What a merchant has held, available, in transit and paid out, a row for each currency. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    held = _sums(
        models.HoldRow.objects.filter(merchant_id=merchant_id, state=HoldState.OPEN)
        .values_list("merchant_currency")
        .annotate(left=Sum(F("merchant_net_minor") - F("given_net_minor")))
    )
    paid = _sums(
        models.PayoutRow.objects.filter(merchant_id=merchant_id, state=PayoutState.PAID)
        .values_list("currency")
        .annotate(Sum("amount_minor"))
    )
    own = ledger.balances_of(kind=Kind.MERCHANT_AVAILABLE, subject=merchant_id)
    return tuple(
        MerchantMoney(
            held=Money(held.get(currency, 0), currency),
            available=own[currency].available if currency in own else Money.zero(currency),
            in_transit=own[currency].debits_pending if currency in own else Money.zero(currency),
            paid_out=Money(paid.get(currency, 0), currency),
        )
        for currency in sorted({*held, *own, *paid})
    )


def payouts_of(*, viewer: Viewer, merchant_id: int, after: int | None = None, limit: int = 50) -> tuple[Payout, ...]:
    """A merchant's payouts, latest first, after the payout id `after`. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.PayoutRow.objects.filter(merchant_id=merchant_id).order_by("-id")
    if after is not None:
        rows = rows.filter(id__lt=after)
    return tuple(_payout(row) for row in rows[:limit])


def payout(*, viewer: Viewer, merchant_id: int, ref: str) -> Payout:
    """One payout of the merchant. Raises NotYours, PayoutUnknown."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    row = models.PayoutRow.objects.filter(merchant_id=merchant_id, ref=ref).first()
    if row is None:
        raise PayoutUnknown
    return _payout(row)


def payout_by_id(*, payout_id: int, merchant_id: int) -> Payout:
    """One payout by its key. Raises PayoutUnknown."""
    row = models.PayoutRow.objects.filter(merchant_id=merchant_id, id=payout_id).first()
    if row is None:
        raise PayoutUnknown
    return _payout(row)


def payout_by_key(*, merchant_id: int, key: str) -> Payout | None:
    """The payout that was opened under this key."""
    row = models.PayoutRow.objects.filter(merchant_id=merchant_id, key=key).first()
    return _payout(row) if row else None


def payout_at_provider(*, provider_id: str, reference: str) -> Payout | None:
    """The payout that the provider means by our reference; its own id must not speak against it."""
    with across_owners("the provider names a payout, not whose it is"):
        row = models.PayoutRow.objects.filter(ref=reference, provider_id__in=["", provider_id]).first()
    return _payout(row) if row else None


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
    _must_operate(viewer)
    odd = Q(outcome__in=[Outcome.UNMATCHED, Outcome.REFUSED]) | Q(processed_at__isnull=True, tries__gte=TRIES_MOST)
    rows = models.EventRow.objects.filter(odd).order_by("-id")
    if after is not None:
        rows = rows.filter(id__lt=after)
    return tuple(_event(row) for row in rows[:limit])


# --- the proof


def held_differs(*, limit: int = 100) -> tuple[HeldDiffers, ...]:
    """Consignments whose open hold is not what the ledger holds for them: for the audit; there must be none."""
    standing = ledger.subjects_with_money(kind=Kind.HOLD, limit=None)
    booked = {(consignment_id, currency): amount.minor for consignment_id, currency, amount in standing}
    with across_owners("the audit looks at every hold"), connection.cursor() as cursor:
        cursor.execute(
            """SELECT consignment_id, currency, goods_minor + freight_minor + duty_minor + tax_minor + fees_minor
                      + promoted_minor + promoted_freight_minor
                      - given_goods_minor - given_freight_minor - given_duty_minor - given_tax_minor - given_fees_minor
                      - given_promoted_minor - given_promoted_freight_minor
                 FROM payments_hold WHERE state = 'open'"""
        )
        kept = {(consignment_id, currency): minor for consignment_id, currency, minor in cursor.fetchall() if minor}
    off = sorted(key for key in {*booked, *kept} if booked.get(key, 0) != kept.get(key, 0))
    return tuple(HeldDiffers(*key, kept.get(key, 0), booked.get(key, 0)) for key in off[:limit])


def _must_operate(viewer: Viewer) -> None:
    if not viewer.operator:
        raise NotYours


def _sums(rows: "Iterable[tuple[Any, ...]]") -> dict[str, int]:
    return {str(currency): int(minor) for currency, minor in rows}


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


def _hold(row: models.HoldRow) -> Hold:
    def money(minor: int) -> Money:
        return Money(minor, row.currency)

    shares = Shares(
        order_id=row.order_id,
        consignment_id=row.consignment_id,
        merchant_id=row.merchant_id,
        authority=row.authority,
        goods=money(row.goods_minor),
        freight=money(row.freight_minor),
        duty=money(row.duty_minor),
        tax=money(row.tax_minor),
        fees=money(row.fees_minor),
        commission=money(row.commission_minor),
        merchant_net=Money(row.merchant_net_minor, row.merchant_currency),
        fx=row.fx,
        promoted=money(row.promoted_minor),
        promoted_freight=money(row.promoted_freight_minor),
        merchant_freight=money(row.merchant_freight_minor),
    )
    given = replace(
        shares,
        goods=money(row.given_goods_minor),
        freight=money(row.given_freight_minor),
        duty=money(row.given_duty_minor),
        tax=money(row.given_tax_minor),
        fees=money(row.given_fees_minor),
        commission=money(row.given_commission_minor),
        commission_tax=money(row.given_commission_tax_minor),
        merchant_net=Money(row.given_net_minor, row.merchant_currency),
        promoted=money(row.given_promoted_minor),
        promoted_freight=money(row.given_promoted_freight_minor),
        merchant_freight=money(row.given_merchant_freight_minor),
    )
    return Hold(
        id=row.id,
        merchant_id=row.merchant_id,
        payment_id=row.payment_id,
        shares=shares,
        left=shares_left(shares=shares, given=given),
        state=HoldState(row.state),
        opened_at=row.opened_at,
        release_at=row.release_at,
        released_at=row.released_at,
    )


def _payout(row: models.PayoutRow) -> Payout:
    return Payout(
        id=PayoutId(row.id),
        ref=row.ref,
        merchant_id=row.merchant_id,
        amount=Money(row.amount_minor, row.currency),
        state=PayoutState(row.state),
        key=row.key,
        destination=row.destination,
        provider_id=row.provider_id,
        reason=row.reason,
        opened_at=row.opened_at,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
    )


def _event(row: models.EventRow) -> ProviderEvent:
    return ProviderEvent(
        id=row.id,
        event_id=row.event_id,
        kind=row.kind,
        object_id=row.object_id,
        data=_data(bytes(row.body)),
        received_at=row.received_at,
        processed_at=row.processed_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        trouble=row.trouble,
        tries=row.tries,
    )


def _data(body: bytes) -> Mapping[str, object]:
    said = json.loads(body)
    return dict(said["data"])
