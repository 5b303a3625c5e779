"""Held money goes to the merchant, the authorities, the carriers and us: on its date, once, to the minor unit."""

from datetime import timedelta

import pytest

from entrepot.channels import queries as channels
from entrepot.flows.release_hold import release_hold
from entrepot.kernel.money import Money
from entrepot.ledger import queries as ledger
from entrepot.ledger.rules import country_subject
from entrepot.ledger.terms import Kind
from entrepot.orders.services import pause_release, resume_release
from entrepot.orders.terms import Stage
from entrepot.orders.terms import State as OrderState
from entrepot.payments import queries
from entrepot.payments.terms import HoldState, HoldUnknown, NotDue
from tests.flows import make
from tests.parties import make as parties
from tests.payments.make import AT

pytestmark = pytest.mark.django_db


def release(pair, at):
    release_hold(consignment_id=pair[0], merchant_id=pair[1], at=at)


def posted(kind, currency="CNY", subject=0):
    return ledger.balance(kind=kind, subject=subject, currency=currency).posted


def test_every_part_arrives_where_it_is_owed() -> None:
    sale = make.sale().pay()
    (pair,) = sale.deliver()
    shares = queries.hold(consignment_id=pair[0], merchant_id=pair[1]).shares
    release(pair, make.due())
    # Two boxes at 20.00 USD are 290.00 CNY at 7.25; the commission is 5 %, the import VAT 9.1 %.
    assert shares.goods == Money(29_000, "CNY")
    assert posted(Kind.HOLD, subject=pair[0]) == Money(0, "CNY")
    assert posted(Kind.COMMISSION) == Money(1_450, "CNY")
    assert posted(Kind.TAX_PAYABLE, subject=country_subject("CN")) == Money(2_639, "CNY")
    assert posted(Kind.FREIGHT_PAYABLE) == Money(3_000, "CNY")
    assert posted(Kind.MERCHANT_AVAILABLE, "USD", pair[1]) == Money(3_800, "USD")
    assert posted(Kind.FX_POSITION) == Money(27_550, "CNY")
    assert posted(Kind.FX_POSITION, "USD") + posted(Kind.ROUNDING, "USD") == Money(-3_800, "USD")
    assert sale.order().consignments[0].stage is Stage.RELEASED
    assert sale.order().state is OrderState.DONE
    assert queries.hold(consignment_id=pair[0], merchant_id=pair[1]).state is HoldState.RELEASED
    assert queries.held_differs() == ()
    assert ledger.drift() == ()


def test_releasing_again_changes_nothing(django_assert_num_queries) -> None:
    sale = make.sale().pay()
    (pair,) = sale.deliver()
    channels.fee_book()
    with django_assert_num_queries(23 + 2):  # and the savepoint of a flow inside a test
        release(pair, make.due())
    before = ledger.accounts()
    with django_assert_num_queries(6 + 2):
        release(pair, make.due())
    assert ledger.accounts() == before


def test_before_delivery_before_its_date_and_under_a_claim_nothing_is_released() -> None:
    sale = make.sale().pay()
    (consignment,) = sale.order().consignments
    pair = (consignment.id, consignment.merchant_id)
    before = ledger.accounts()
    with pytest.raises(NotDue):
        release(pair, make.due())
    sale.deliver()
    release_at = sale.order().consignments[0].release_at
    with pytest.raises(NotDue):
        release(pair, release_at - timedelta(microseconds=1))
    pause_release(consignment_id=pair[0], merchant_id=pair[1], at=AT + timedelta(days=1))
    with pytest.raises(NotDue):
        release(pair, make.due())
    assert ledger.accounts() == before
    assert queries.hold(consignment_id=pair[0], merchant_id=pair[1]).state is HoldState.OPEN
    resume_release(consignment_id=pair[0], merchant_id=pair[1], at=AT + timedelta(days=3))
    with pytest.raises(NotDue):
        release(pair, release_at + timedelta(days=1))
    release(pair, release_at + timedelta(days=2))
    assert queries.hold(consignment_id=pair[0], merchant_id=pair[1]).state is HoldState.RELEASED


def test_nothing_is_held_for_an_unpaid_order() -> None:
    (consignment,) = make.sale().order().consignments
    with pytest.raises(HoldUnknown):
        release((consignment.id, consignment.merchant_id), make.due())


def test_one_merchants_release_leaves_the_others_money_alone() -> None:
    sale = make.sale(merchants=2).pay()
    first, second = sale.deliver()
    release(first, make.due())
    assert posted(Kind.MERCHANT_AVAILABLE, "USD", second[1]) == Money(0, "USD")
    assert sale.order().state is OrderState.PAID
    viewer = parties.merchant_viewer(merchant_id=second[1])
    (money,) = queries.money_of(viewer=viewer, merchant_id=second[1])
    assert (money.held, money.available) == (Money(3_800, "USD"), Money(0, "USD"))
    release(second, make.due())
    (money,) = queries.money_of(viewer=viewer, merchant_id=second[1])
    assert (money.held, money.available) == (Money(0, "USD"), Money(3_800, "USD"))
    assert sale.order().state is OrderState.DONE
    assert len(queries.holds_of(viewer=viewer, merchant_id=second[1], state=HoldState.RELEASED)) == 1
    assert queries.holds_of(viewer=viewer, merchant_id=second[1], state=HoldState.OPEN) == ()
