"""Transfers and shares with defaults, for tests."""

from datetime import UTC, datetime
from decimal import Decimal

from entrepot.kernel.money import Money
from entrepot.ledger.terms import MERCHANT_KINDS, About, AccountRef, Code, Kind, Shares, Transfer

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PROVIDER = AccountRef(Kind.PSP_RECEIVABLE)


def hold(subject=1):
    return AccountRef(Kind.HOLD, subject)


def merchant(subject=1):
    return AccountRef(Kind.MERCHANT_AVAILABLE, subject)


def _merchant_of(*sides):
    return next((side.subject for side in sides if side and side.kind in MERCHANT_KINDS), None)


def transfer(key="t1", debit=PROVIDER, credit=None, minor=100, currency="USD", code=Code.CAPTURED, about=None, **more):
    return Transfer(
        key=key,
        debit=debit,
        credit=credit or hold(),
        amount=Money(minor, currency),
        code=code,
        about=about or About(merchant_id=_merchant_of(debit, credit)),
        **more,
    )


def shares(
    consignment_id=11,
    *,
    order_id=1,
    merchant_id=7,
    currency="CNY",
    merchant_net=None,
    fx="1",
    authority="CN",
    goods=10_000,
    freight=1_200,
    duty=0,
    tax=910,
    fees=30,
    commission=500,
    **more,
):
    minor = (goods, freight, duty, tax, fees, commission)
    return Shares(
        order_id,
        consignment_id,
        merchant_id,
        authority,
        *(Money(amount, currency) for amount in minor),
        merchant_net=merchant_net if merchant_net is not None else Money(goods - commission, currency),
        fx=Decimal(fx),
        **more,
    )
