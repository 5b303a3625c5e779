"""What is held for consignments, a merchant's money, and payouts, as far as the viewer may see."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from django.db import connection
from django.db.models import F, Sum

from entrepot.base.owners import across_owners
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import MERCHANT_KINDS, Kind, Shares
from entrepot.parties.queries import must_work_for
from entrepot.parties.terms import Viewer
from entrepot.payments import models
from entrepot.payments.queries.who import must_operate
from entrepot.payments.rules import shares_left
from entrepot.payments.terms import (
    HeldDiffers,
    Hold,
    HoldState,
    HoldUnknown,
    MerchantMoney,
    Payout,
    PayoutId,
    PayoutState,
    PayoutUnknown,
    Way,
)

_UNDER_WAY: Final = (PayoutState.OPEN, PayoutState.SENT)

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


def holds_of_payment(*, payment_id: int, merchant_ids: Sequence[int]) -> tuple[Hold, ...]:
    """What was held of one payment, by consignment, in their order."""
    rows = models.HoldRow.objects.filter(merchant_id__in=list(merchant_ids), payment_id=payment_id)
    return tuple(_hold(row) for row in rows.order_by("consignment_id"))


def holds_of_order(*, viewer: Viewer, order_id: int, merchant_ids: Sequence[int]) -> tuple[Hold, ...]:
    """What is held for an order's consignments, for the operator. Raises NotYours for others."""
    must_operate(viewer=viewer)
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
    filed = _sums(
        models.PayoutRow.objects.filter(merchant_id=merchant_id, state__in=_UNDER_WAY, way=Way.BANK)
        .values_list("currency")
        .annotate(Sum("amount_minor"))
    )
    own = {kind: ledger.balances_of(kind=kind, subject=merchant_id) for kind in MERCHANT_KINDS}
    ready = own[Kind.MERCHANT_AVAILABLE]

    def standing(kind: Kind, currency: str) -> Money:
        balance = own[kind].get(currency)
        if balance is None:
            return Money.zero(currency)
        return balance.owed if kind is Kind.MERCHANT_RECEIVABLE else balance.available

    return tuple(
        MerchantMoney(
            held=Money(held.get(currency, 0), currency),
            available=standing(Kind.MERCHANT_AVAILABLE, currency),
            in_transit=Money(filed.get(currency, 0), currency)
            + (ready[currency].debits_pending if currency in ready else Money.zero(currency)),
            paid_out=Money(paid.get(currency, 0), currency),
            pending=standing(Kind.MERCHANT_PENDING, currency),
            reserve=standing(Kind.MERCHANT_RESERVE, currency),
            owed=standing(Kind.MERCHANT_RECEIVABLE, currency),
        )
        for currency in sorted({*held, *paid, *(name for known in own.values() for name in known)})
    )


def payouts_of(*, viewer: Viewer, merchant_id: int, after: int | None = None, limit: int = 50) -> tuple[Payout, ...]:
    """A merchant's payouts, latest first, after the payout id `after`. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.PayoutRow.objects.filter(merchant_id=merchant_id).order_by("-id")
    if after is not None:
        rows = rows.filter(id__lt=after)
    return tuple(payout_of_row(row=row) for row in rows[:limit])


def payout(*, viewer: Viewer, merchant_id: int, ref: str) -> Payout:
    """One payout of the merchant. Raises NotYours, PayoutUnknown."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    row = models.PayoutRow.objects.filter(merchant_id=merchant_id, ref=ref).first()
    if row is None:
        raise PayoutUnknown
    return payout_of_row(row=row)


def payout_refs(*, merchant_id: int, payout_ids: Sequence[int]) -> dict[int, str]:
    """The public references of a merchant's payouts by key; others' are absent."""
    rows = models.PayoutRow.objects.filter(merchant_id=merchant_id, id__in=list(set(payout_ids)))
    return dict(rows.values_list("id", "ref"))


def payout_by_id(*, payout_id: int, merchant_id: int) -> Payout:
    """One payout by its key. Raises PayoutUnknown."""
    row = models.PayoutRow.objects.filter(merchant_id=merchant_id, id=payout_id).first()
    if row is None:
        raise PayoutUnknown
    return payout_of_row(row=row)


def payout_by_key(*, merchant_id: int, key: str) -> Payout | None:
    """The payout that was opened under this key."""
    row = models.PayoutRow.objects.filter(merchant_id=merchant_id, key=key).first()
    return payout_of_row(row=row) if row else None


def payout_anywhere(*, viewer: Viewer, ref: str) -> Payout | None:
    """Any merchant's payout by its reference, for operators. Raises NotYours."""
    must_operate(viewer=viewer)
    with across_owners("an operator looks for a payout"):
        row = models.PayoutRow.objects.filter(ref=ref).first()
    return payout_of_row(row=row) if row else None


def payout_at_provider(*, provider_id: str, reference: str) -> Payout | None:
    """The payout that the provider means by our reference; its own id must not speak against it."""
    with across_owners("the provider names a payout, not whose it is"):
        row = models.PayoutRow.objects.filter(ref=reference, provider_id__in=["", provider_id]).first()
    return payout_of_row(row=row) if row else None


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


def _sums(rows: "Iterable[tuple[Any, ...]]") -> dict[str, int]:
    return {str(currency): int(minor) for currency, minor in rows}


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
        commission_tax=money(row.commission_tax_minor),
        seat=row.seat,
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


def payout_of_row(*, row: models.PayoutRow) -> Payout:
    """A payout as others see it."""
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
        way=Way(row.way),
        run_id=row.run_id,
        file_number=row.file_number,
    )
