"""Money goes back to the shopper, in part or whole, before and after the merchant had it."""

from datetime import timedelta

import pytest

from entrepot.flows.refund_consignment import refund_consignment
from entrepot.flows.release_hold import release_hold
from entrepot.jobs.audit import CHECKS, audited
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.terms import Kind
from entrepot.orders.terms import Stage, State, Verb, WrongMoment
from entrepot.payments import queries as payments
from entrepot.payments.terms import (
    Bearer,
    HoldState,
    HoldUnknown,
    MoreThanLeft,
    NothingLeft,
    Part,
    RefundAsk,
    RefundKeyReused,
)
from entrepot.stock import queries as stock
from tests.flows import make
from tests.flows.budget import at_most
from tests.orders import make as order_make
from tests.payments.make import AT

pytestmark = pytest.mark.django_db
SOUND = [check for check in CHECKS if check.name.split(".")[0] in {"ledger", "holds", "refunds"}]


def cny(minor):
    return Money(minor, "CNY")


def refund(sale, amount=None, *, key="r1", part=0, most=None, **more):
    one = sale.order().consignments[part]
    ask = RefundAsk(key, "test", cny(amount) if amount else None, **more)
    with at_most(most or 99):
        return refund_consignment(consignment_id=one.id, merchant_id=one.merchant_id, ask=ask, at=AT)


def hold_of(sale, part=0):
    one = sale.order().consignments[part]
    return payments.hold(merchant_id=one.merchant_id, consignment_id=one.id)


def balance(kind, subject=0, currency="CNY"):
    return ledger.balance(kind=kind, subject=subject, currency=currency).posted.minor


def clean():
    found = audited(checks=SOUND, at=AT, patience=timedelta(days=90))
    assert {one.check.name: one.offenders for one in found if not one.clean} == {}


def released(sale):
    for consignment_id, merchant_id in sale.deliver():
        release_hold(consignment_id=consignment_id, merchant_id=merchant_id, at=make.due())


def test_a_part_goes_back_out_of_the_hold_and_the_rest_is_released() -> None:
    sale = make.sale().pay()
    whole = hold_of(sale).shares
    owed = refund(sale, 10_000, parts=(Part.GOODS,), most=25)
    assert refund(sale, 10_000, parts=(Part.GOODS,), most=12) == owed
    left = hold_of(sale).left
    assert (left.total, left.goods) == (whole.total - cny(10_000), whole.goods - cny(10_000))
    assert left.commission.minor == whole.commission.minor - round(whole.commission.minor * 10_000 / whole.goods.minor)
    clean()
    released(sale)
    part = sale.order().consignments[0]
    assert balance(Kind.MERCHANT_AVAILABLE, part.merchant_id, "USD") == left.merchant_net.minor
    assert balance(Kind.REFUND_IN_TRANSIT, sale.payment_id) == 10_000
    clean()


def test_all_of_it_goes_back_before_it_was_sent_and_the_goods_are_on_sale_again() -> None:
    sale = make.sale(merchants=2).pay()
    one = sale.order().consignments[0]
    variant = one.lines[0].variant_id
    before = stock.available(variant_ids=[variant], merchant_ids=[one.merchant_id])[variant]
    owed = refund(sale, most=40)
    assert owed.amount == one.amounts.total
    assert sale.order().consignments[0].stage is Stage.REFUNDED
    assert hold_of(sale).state is HoldState.REFUNDED
    assert stock.available(variant_ids=[variant], merchant_ids=[one.merchant_id])[variant] == before + 2
    assert sale.order().state is State.PAID
    refund(sale, part=1, key="r2")
    assert sale.order().state is State.DONE
    with pytest.raises(NothingLeft):
        refund(sale, key="r3")
    clean()


def test_after_release_the_merchant_gives_its_part_back_and_owes_what_it_has_not() -> None:
    sale = make.sale().pay()
    released(sale)
    one, shares = sale.order().consignments[0], hold_of(sale).shares
    refund(sale, borne={Part.TAX: Bearer.MERCHANT, Part.FREIGHT: Bearer.MARKETPLACE})
    owes = balance(Kind.MERCHANT_RECEIVABLE, one.merchant_id, "USD")
    assert -owes == shares.tax.exchanged(shares.fx, "USD").minor
    assert balance(Kind.MERCHANT_AVAILABLE, one.merchant_id, "USD") == 0
    assert balance(Kind.COMMISSION) == 0
    assert -balance(Kind.GOODWILL) == shares.freight.minor
    assert balance(Kind.TAX_PAYABLE, int.from_bytes(b"CN")) == shares.tax.minor
    assert sale.order().consignments[0].stage is Stage.RELEASED
    clean()


def test_what_the_merchant_bears_is_not_taken_from_what_is_owed_to_others() -> None:
    sale = make.sale().pay()
    one, shares = sale.order().consignments[0], hold_of(sale).shares
    sale.deliver()
    refund(sale, borne=dict.fromkeys((Part.TAX, Part.FREIGHT), Bearer.MERCHANT))
    assert sale.order().consignments[0].stage is Stage.REFUNDED
    assert balance(Kind.TAX_PAYABLE, int.from_bytes(b"CN")) == shares.tax.minor
    assert balance(Kind.FREIGHT_PAYABLE) == shares.freight.minor
    assert -balance(Kind.MERCHANT_RECEIVABLE, one.merchant_id, "USD") > 0
    clean()


def test_a_refund_that_cannot_be_is_refused_and_moves_nothing() -> None:
    sale = make.sale()
    with pytest.raises(HoldUnknown):
        refund(sale)
    sale.pay()
    total = hold_of(sale).shares.total.minor
    refund(sale, 100)
    with pytest.raises(RefundKeyReused):
        refund(sale, 101)
    with pytest.raises(MoreThanLeft):
        refund(sale, total, key="r2")
    one = sale.order().consignments[0]
    order_make.move(one.id, one.merchant_id, Verb.SEND, Verb.RECEIVE, at=AT)
    with pytest.raises(WrongMoment):
        refund(sale, key="r2")
    assert hold_of(sale).left.total.minor == total - 100
    clean()


def test_a_parcel_given_up_as_lost_may_arrive_after_all() -> None:
    sale = make.sale().pay()
    one = sale.order().consignments[0]
    order_make.move(one.id, one.merchant_id, Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, at=AT)
    refund(sale)
    order_make.move(one.id, one.merchant_id, Verb.DELIVER, at=AT)
    assert sale.order().consignments[0].stage is Stage.REFUNDED
    assert sale.order().state is State.DONE
    clean()
